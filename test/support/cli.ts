import { join } from 'node:path';
import { execa } from 'execa';

const ROOT = join(import.meta.dirname, '..', '..');
/** The program as it is installed. */
export const LAUNCHER = join(ROOT, 'bin', 'quantum-realtime');

/** Settings of the machine must not leak into what is tested. */
export const CLEAN_ENV = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !/^(QT_|DOCKER_|STATE_DIRECTORY|RUNTIME_DIRECTORY|JOURNAL_STREAM|NOTIFY_SOCKET)/.test(name),
  ),
);

/** Starts the built program as a user would, in a clean environment; an exit code other than 0 does not reject. */
export function cli(
  args: readonly string[],
  options: { readonly env?: Record<string, string>; readonly input?: string } = {},
) {
  const env = { ...CLEAN_ENV, ...options.env };
  const input = options.input === undefined ? {} : { input: options.input };
  return execa(LAUNCHER, args, { ...input, env, extendEnv: false, reject: false });
}
