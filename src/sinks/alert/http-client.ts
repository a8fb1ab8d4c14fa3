import { Agent, type Dispatcher } from 'undici';
import { authorities, UnusableCa } from './authorities.ts';

/** What requests to receivers go through: the part of undici's dispatcher that is used. */
export interface HttpClient {
  request(options: Dispatcher.RequestOptions): Promise<Dispatcher.ResponseData>;
  /** Ends every connection at once. */
  destroy(): Promise<void>;
}

/** What a client is made with. `ca`: path of a PEM file, empty for none. */
export interface HttpClientOptions {
  readonly ca: string;
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * The client of this process: by way of `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` (in either case), with the authorities
 * of the PEM file beside those that Node trusts. Opened by the first request; a file that cannot be used fails that
 * request by its code, and the next one looks again.
 */
export function httpClient({ ca, env = process.env }: HttpClientOptions): HttpClient {
  let opened: Promise<Dispatcher> | undefined;
  return {
    async request(options) {
      opened ??= open(ca, env);
      try {
        return await (await opened).request(options);
      } catch (error) {
        if (error instanceof UnusableCa) opened = undefined;
        throw error;
      }
    },
    async destroy() {
      const dispatcher = await opened?.catch(() => undefined);
      await dispatcher?.destroy();
    },
  };
}

async function open(ca: string, env: NodeJS.ProcessEnv): Promise<Dispatcher> {
  const tls = ca === '' ? {} : { ca: await authorities(ca) };
  if (!PROXIES.some((name) => (env[name] ?? '') !== '')) return new Agent({ connect: tls });
  // Loaded only where there is a proxy: elsewhere none of it need be in memory.
  const { proxyClient } = await import('./proxy-client.ts');
  return proxyClient(env, tls);
}

const PROXIES = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY'] as const;
