import { join } from 'node:path';

/** Its name in the directory. */
export const CONTROL_SOCKET = 'control.sock';

/** The socket of the installed service, for commands from a shell, where `$RUNTIME_DIRECTORY` is not set. */
const SERVICE_SOCKET = '/run/quantum-realtime/control.sock';

/** The kernel's limit for the path of a socket, in bytes without the final NUL. Source: unix(7). */
const LONGEST = 107;

/**
 * Where a daemon opens its control socket: in `$RUNTIME_DIRECTORY` (systemd; the first, if several), else in the
 * state directory. A trial uses its own state directory only. Throws if the path is longer than the kernel allows.
 */
export function controlSocket(
  stateDir: string,
  dryRun: boolean,
  env: NodeJS.ProcessEnv = process.env,
): string {
  const runtime = dryRun ? '' : (env['RUNTIME_DIRECTORY']?.split(':')[0] ?? '');
  const path = join(runtime === '' ? stateDir : runtime, CONTROL_SOCKET);
  const length = Buffer.byteLength(path);
  if (length <= LONGEST) return path;
  throw new Error(
    `the path of the control socket is too long: ${path} has ${length} bytes, ${LONGEST} are possible; ` +
      'choose a shorter state directory or set RUNTIME_DIRECTORY',
  );
}

/**
 * Where a daemon may be listening, the likeliest first. With a named state directory that comes first, and neither
 * the usual one nor the service's is tried.
 */
export function socketCandidates(
  stateDir: { readonly named: string | undefined; readonly usual: string },
  env: NodeJS.ProcessEnv = process.env,
): readonly string[] {
  const { named, usual } = stateDir;
  const runtime = env['RUNTIME_DIRECTORY']?.split(':')[0] ?? '';
  const running = runtime === '' ? [] : [join(runtime, CONTROL_SOCKET)];
  if (named !== undefined) return [join(named, CONTROL_SOCKET), ...running];
  return [...running, join(usual, CONTROL_SOCKET), SERVICE_SOCKET];
}
