import { assetsIn, type Shows } from './assets.ts';
import { pageFiles } from './page-files.ts';
import { pageServer } from './page-server.ts';
import type { Upstream } from './upstream.ts';

export interface ServeRequest {
  readonly port: number;
  readonly listen: string;
  readonly names: readonly string[];
  readonly shows: Shows;
  /** Where what is shown comes from. */
  readonly source: Upstream;
  /** Says something to whoever has started it. */
  readonly say: (text: string) => void;
}

/** Serves the page until SIGINT or SIGTERM; the exit code. Rejects if the port cannot be had. */
export async function servePage({ shows, source, say, ...where }: ServeRequest): Promise<number> {
  const server = await pageServer({
    ...where,
    assets: assetsIn(pageFiles(), shows),
    follow: source.follow,
    ask: source.ask,
    onCode: (code, address) =>
      say(`Open ${address}/#${code}\nor open ${address}/ and enter the code ${code}\n`),
    now: Date.now,
  });
  const { promise, resolve } = Promise.withResolvers<number>();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(0));
  const code = await promise;
  source.close();
  await server.close();
  return code;
}
