import { Agent, type Dispatcher } from 'undici';

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

/** The file of `alerts.ca` cannot be used; `code` says why in words that hold no secret. */
export class UnusableCa extends Error {
  readonly code: string;

  constructor(why: string) {
    super(why);
    this.code = `alerts.ca ${why}`;
  }
}

/** What is wrong with the file of `alerts.ca`, with its name; undefined if it can be used, or none is named. */
export async function caProblem(ca: string): Promise<string | undefined> {
  try {
    if (ca !== '') await authorities(ca);
    return undefined;
  } catch (error) {
    if (!(error instanceof UnusableCa)) throw error;
    return `alerts.ca: ${ca} ${error.message}; expected a PEM file with certificates, readable for the user of the daemon`;
  }
}

async function open(ca: string, env: NodeJS.ProcessEnv): Promise<Dispatcher> {
  const tls = ca === '' ? {} : { ca: await authorities(ca) };
  if (!PROXIES.some((name) => (env[name] ?? '') !== '')) return new Agent({ connect: tls });
  // Loaded only where there is a proxy: elsewhere none of it need be in memory.
  const { proxyClient } = await import('./proxy-client.ts');
  return proxyClient(env, tls);
}

const PROXIES = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY'] as const;

async function authorities(file: string): Promise<string[]> {
  const [{ readFile }, { getCACertificates, createSecureContext }] = await Promise.all([
    import('node:fs/promises'),
    import('node:tls'),
  ]);
  const pem = await readFile(file, 'utf8').catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new UnusableCa(`cannot be read: ${code}`);
  });
  if (!pem.includes('-----BEGIN CERTIFICATE-----')) throw new UnusableCa('holds no certificate');
  try {
    createSecureContext({ ca: pem });
  } catch {
    throw new UnusableCa('holds a damaged certificate');
  }
  return [...getCACertificates('default'), pem];
}
