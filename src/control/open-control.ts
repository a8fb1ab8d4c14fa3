import type { Logger } from 'pino';
import { type ControlServer, controlServer } from './control-server.ts';
import { controlRoutes, type Operations } from './routes.ts';

/**
 * Opens the control socket. If it cannot be opened the daemon runs without, and logs that: following logs matters
 * more.
 */
export async function openControl(
  path: () => string,
  asked: Operations,
  log: Pick<Logger, 'warn'>,
): Promise<ControlServer | undefined> {
  try {
    return await controlServer(path(), controlRoutes(asked));
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    log.warn({ problem }, 'the control socket cannot be opened: status and commands will not work');
    return undefined;
  }
}
