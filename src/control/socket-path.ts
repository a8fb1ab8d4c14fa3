import { join } from 'node:path';

/** Its name in the directory. */
export const CONTROL_SOCKET = 'control.sock';

/** The socket beside it that only shows. */
export const VIEW_SOCKET = 'view.sock';

/** Where the installed service opens its sockets, for commands from a shell, where `$RUNTIME_DIRECTORY` is not set. */
export const SERVICE_RUNTIME = '/run/quantum-realtime';

/** The kernel's limit for the path of a socket, in bytes without the final NUL. Source: unix(7). */
const LONGEST = 107;

/**
 * Where a daemon opens its control socket, or the one of another name: in `$RUNTIME_DIRECTORY` (systemd; the first, if several), else in the
 * state directory. A trial uses its own state directory only. Throws if the path is longer than the kernel allows.
 */
export function controlSocket(
  stateDir: string,
  dryRun: boolean,
  env: NodeJS.ProcessEnv = process.env,
  name = CONTROL_SOCKET,
): string {
  const runtime = dryRun ? '' : (env['RUNTIME_DIRECTORY']?.split(':')[0] ?? '');
  const path = join(runtime === '' ? stateDir : runtime, name);
  const length = Buffer.byteLength(path);
  if (length <= LONGEST) return path;
  throw new Error(
    `the path of the socket is too long: ${path} has ${length} bytes, ${LONGEST} are possible; ` +
      'choose a shorter state directory or set RUNTIME_DIRECTORY',
  );
}

/** Where a daemon keeps its state: in a directory that was named, or in the usual one, which may be the service's. */
export interface StateDirs {
  readonly named: string | undefined;
  readonly usual: string;
  readonly isService?: boolean;
}

/**
 * Where a daemon may be listening, the likeliest first. With a named state directory that comes first, and neither
 * the usual one nor the service's is tried.
 */
export function socketCandidates(
  stateDir: StateDirs,
  env: NodeJS.ProcessEnv = process.env,
  name = CONTROL_SOCKET,
): readonly string[] {
  const { named, usual, isService = false } = stateDir;
  const runtime = env['RUNTIME_DIRECTORY']?.split(':')[0] ?? '';
  const running = runtime === '' ? [] : [join(runtime, name)];
  if (named !== undefined) return [join(named, name), ...running];
  const usually = [join(usual, name), join(SERVICE_RUNTIME, name)];
  return [...running, ...(isService ? usually.reverse() : usually)];
}
