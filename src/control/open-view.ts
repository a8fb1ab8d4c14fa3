import { chmodSync, chownSync, readFileSync } from 'node:fs';
import type { Logger } from 'pino';
import type { ControlServer } from './control-server.ts';
import { type Viewable, viewServer } from './view-server.ts';

/**
 * Opens the view socket, for our own user and the group `qt-view` where there is one. If it cannot be opened, or not be given
 * to the group, the daemon runs without that, and logs it.
 */
export async function openView(
  path: () => string,
  shown: Viewable,
  log: Pick<Logger, 'warn'>,
): Promise<ControlServer | undefined> {
  let server: ControlServer;
  try {
    server = await viewServer(path(), shown);
  } catch (error) {
    log.warn({ problem: textOf(error) }, 'the view socket cannot be opened: page and watch will not work');
    return undefined;
  }
  try {
    giveToGroup(server.path);
  } catch (error) {
    log.warn(
      { problem: textOf(error) },
      'the view socket cannot be given to the group qt-view: the page works for our own user and root alone',
    );
  }
  return server;
}

function giveToGroup(path: string): void {
  const group = viewGroup();
  if (group === undefined) return;
  chownSync(path, -1, group);
  chmodSync(path, 0o660);
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
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
