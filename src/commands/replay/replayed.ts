import type { ReplayResult } from '../../replay/replay-result.ts';
import { type ReplayOptions, replaySession } from '../../replay/replay-session.ts';
import { writeHtml } from '../write-html.ts';

/**
 * Replays a session and, if a file is named, writes it as HTML too: the same bytes for the same session and settings. Only
 * then is what decided kept in memory.
 */
export async function replayed(file: string | undefined, options: ReplayOptions): Promise<ReplayResult> {
  if (file === undefined) return replaySession(options);
  const [{ judgeSession }, { sessionView }, { sessionName }, { htmlFile }, { session }, { inUtc }] =
    await Promise.all([
      import('../../replay/what-if.ts'),
      import('../../replay/session-view.ts'),
      import('../../views/session-name.ts'),
      import('../../views/document.ts'),
      import('../../views/session.ts'),
      import('../../views/show.ts'),
    ]);
  const judged = await judgeSession(options);
  const name = sessionName(options.paths);
  const view = sessionView(name, judged, options.config);
  await writeHtml(file, (style) => htmlFile(name, style, session(view, view.configured, inUtc(0))));
  return judged.result;
}
