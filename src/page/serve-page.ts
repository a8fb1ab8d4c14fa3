import { assetsIn } from './assets.ts';
import { pageFiles } from './page-files.ts';
import { pageServer } from './page-server.ts';
import { upstream } from './upstream.ts';

export interface ServeRequest {
  readonly port: number;
  readonly listen: string;
  readonly names: readonly string[];
  /** Where the daemon's view socket may be, the likeliest first. */
  readonly sockets: readonly string[];
  /** Says something to whoever has started it. */
  readonly say: (text: string) => void;
}

/** Serves the page until SIGINT or SIGTERM; the exit code. Rejects if the port cannot be had. */
export async function servePage({ sockets, say, ...where }: ServeRequest): Promise<number> {
  const daemon = upstream(sockets);
  const server = await pageServer({
    ...where,
    assets: assetsIn(pageFiles()),
    follow: daemon.follow,
    ask: daemon.ask,
    onCode: (code, address) =>
      say(`Open ${address}/#${code}\nor open ${address}/ and enter the code ${code}\n`),
    now: Date.now,
  });
  const { promise, resolve } = Promise.withResolvers<number>();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(0));
  const code = await promise;
  daemon.close();
  await server.close();
  return code;
}
