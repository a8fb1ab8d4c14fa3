import { readFileSync } from 'node:fs';
import type { Logger } from 'pino';
import type { ControlServer } from './control-server.ts';
import { type Viewable, viewServer } from './view-server.ts';

/** Whoever is in this group may look: the user of the page, for one. */
export const VIEW_GROUP = 'qt-view';

/** Opens the view socket. If it cannot be opened the daemon runs without, and logs that. */
export async function openView(
  path: () => string,
  shown: Viewable,
  log: Pick<Logger, 'warn'>,
): Promise<ControlServer | undefined> {
  try {
    return await viewServer(path(), shown, viewGroup());
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    log.warn({ problem }, 'the view socket cannot be opened: page and watch will not work');
    return undefined;
  }
}

/** The number of the group, where there is one and this process may give files to it. */
function viewGroup(): number | undefined {
  const found = /^qt-view:[^:]*:(\d+):/m.exec(groups());
  if (found === null) return undefined;
  const id = Number(found[1]);
  const own = process.getgroups?.() ?? [];
  return process.getuid?.() === 0 || own.includes(id) ? id : undefined;
}

function groups(): string {
  try {
    return readFileSync('/etc/group', 'utf8');
  } catch {
    return '';
  }
}
