import type { Command } from 'commander';
import { PLACES } from '../systemd/places.ts';
import type { StateDirs } from '../control/socket-path.ts';

/** Options that select the daemon a command is for. */
export interface DaemonFlags {
  readonly config?: string;
  readonly state?: string;
}

/** Adds the options by which a daemon other than the usual one is found. */
export function daemonOptions(command: Command): Command {
  return command
    .option('--config <file>', 'configuration file of the daemon, if it names a state directory')
    .option('--state <dir>', 'state directory of the daemon');
}

/**
 * The state directory that the flags, the environment or the configuration name, and the one that is usual: for root that
 * of the installed service, for anybody else their own.
 */
export async function stateDirOf({ config, state }: DaemonFlags): Promise<StateDirs> {
  const [{ defaultStateDir }, { serviceStateDir }] = await Promise.all([
    import('../state/dir.ts'),
    import('../doctor/installed-service.ts'),
  ]);
  const given = state ?? process.env['QT_STATE_DIR'];
  if (given !== undefined) return { named: given, usual: defaultStateDir() };
  if (config !== undefined) {
    const { loadConfig } = await import('../config/load-config.ts');
    const loaded = await loadConfig({ file: config, env: process.env });
    return { named: loaded.config.state.dir, usual: defaultStateDir() };
  }
  const service = await serviceStateDir();
  return { named: undefined, usual: service ?? defaultStateDir(), isService: service !== undefined };
}

/** Where a state may be, the likeliest first. */
export function statePlaces({ named, usual, isService = false }: StateDirs): readonly string[] {
  return named !== undefined ? [named] : isService ? [usual] : [usual, PLACES.state];
}

/**
 * Does with the state directory what a daemon that does not run cannot do itself; `change` gets the directory. Throws the
 * given error if it is any other, and where no state is found.
 */
export async function withoutDaemon<T>(
  flags: DaemonFlags,
  error: unknown,
  change: (dir: string) => Promise<T>,
): Promise<{ readonly dir: string; readonly result: T }> {
  const [{ NotRunningError }, { statSync }] = await Promise.all([
    import('../control/control-client.ts'),
    import('node:fs'),
  ]);
  if (!(error instanceof NotRunningError)) throw error;
  const dir = statePlaces(await stateDirOf(flags)).find((place) =>
    statSync(place, { throwIfNoEntry: false })?.isDirectory(),
  );
  if (dir === undefined) throw error;
  return { dir, result: await change(dir) };
}

/**
 * Sends a request to the running daemon and returns the body of its answer. Throws what is wrong, for people: a
 * `UsageError` for a refused configuration, so that its exit code differs from the others.
 */
export async function askDaemon(
  flags: DaemonFlags,
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
): Promise<unknown> {
  const [{ ask, NotRunningError }, { socketCandidates }, { whyServiceIsDown }] = await Promise.all([
    import('../control/control-client.ts'),
    import('../control/socket-path.ts'),
    import('../doctor/installed-service.ts'),
  ]);
  const dirs = await stateDirOf(flags);
  const reply = await ask(socketCandidates(dirs), method, path, body).catch((error: unknown) => {
    const down = dirs.isService === true && error instanceof NotRunningError ? whyServiceIsDown() : undefined;
    throw down === undefined ? error : new NotRunningError(down);
  });
  const answer: unknown = JSON.parse(reply.body);
  if (reply.status === 200) return answer;
  const reason =
    typeof answer === 'object' && answer !== null && 'error' in answer
      ? String(answer.error)
      : `HTTP ${reply.status}`;
  const { UsageError } = await import('../usage.ts');
  throw reply.status === 422 || reply.status === 400 ? new UsageError(reason) : new Error(reason);
}
