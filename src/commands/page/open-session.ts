import { basename, resolve } from 'node:path';
import type { Config } from '../../config/config.ts';
import type { Upstream } from '../../page/upstream.ts';
import { sessionView, tried } from '../../replay/session-view.ts';
import { judgeSession } from '../../replay/what-if.ts';
import { safeJson } from '../../text/safe-text.ts';
import { ofQuery } from '../../views/settings-steps.ts';

/**
 * Reads saved logs once and then answers the page: `/v1/view` is the session as the settings judge it, `/v1/what-if` what
 * other limits would have meant. Throws as a replay does; `say` gets what is left out.
 */
export async function openSession(
  paths: readonly string[],
  config: Config,
  say: (text: string) => void,
): Promise<Upstream> {
  const judged = await judgeSession({
    paths,
    config,
    onSkip: ({ path, reason }) => say(`${path}: left out: ${reason}\n`),
  });
  const name = paths.map((path) => basename(resolve(path))).join(', ');
  const view = safeJson(sessionView(name, judged, config));
  return {
    follow: () => () => undefined,
    close: () => undefined,
    ask: (url) => {
      const [path, query] = url.split('?');
      if (path === '/v1/view') return Promise.resolve({ status: 200, body: view });
      if (path !== '/v1/what-if')
        return Promise.resolve({ status: 404, body: `{"error":"there is no such page"}` });
      const settings = ofQuery(new URLSearchParams(query));
      return Promise.resolve(
        settings === undefined
          ? {
              status: 400,
              body: '{"error":"expected critical, errors, restarts (a count or off) and window"}',
            }
          : { status: 200, body: safeJson(tried(judged, config, settings)) },
      );
    },
  };
}
