import { type Dispatcher, EnvHttpProxyAgent } from 'undici';

/**
 * A client that goes by way of the proxies an environment names, except to what `NO_PROXY` lists: names, `.suffixes`,
 * `*`, each with a port if need be. `tls` is how both proxies and receivers are trusted.
 */
export function proxyClient(env: NodeJS.ProcessEnv, tls: { readonly ca?: string[] }): Dispatcher {
  const httpProxy = env['http_proxy'] ?? env['HTTP_PROXY'];
  const httpsProxy = env['https_proxy'] ?? env['HTTPS_PROXY'];
  return new EnvHttpProxyAgent({
    connect: tls,
    requestTls: tls,
    proxyTls: tls,
    noProxy: env['no_proxy'] ?? env['NO_PROXY'] ?? '',
    ...(httpProxy !== undefined && { httpProxy: withScheme(httpProxy) }),
    ...(httpsProxy !== undefined && { httpsProxy: withScheme(httpsProxy) }),
  });
}

/** `proxy.example:3128` is written as often as with `http://` before it. */
function withScheme(proxy: string): string {
  return proxy === '' || proxy.includes('://') ? proxy : `http://${proxy}`;
}
