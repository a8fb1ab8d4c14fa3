import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { makeFolder } from '../make-folder.ts';

/**
 * The default state directory: `$STATE_DIRECTORY` (systemd; the first, if several), else
 * `$XDG_STATE_HOME/quantum-realtime`, else `~/.local/state/quantum-realtime`. A relative XDG path is ignored, as the
 * XDG base directory specification requires.
 */
export function defaultStateDir(env: NodeJS.ProcessEnv = process.env, home = homedir()): string {
  const given = env['STATE_DIRECTORY']?.split(':')[0] ?? '';
  if (given !== '') return given;
  const xdg = env['XDG_STATE_HOME'] ?? '';
  return join(isAbsolute(xdg) ? xdg : join(home, '.local', 'state'), 'quantum-realtime');
}

/** Creates the directory for its owner alone if it is not there; one that is keeps its mode. */
export function ensureStateDir(dir: string): void {
  makeFolder(dir, 0o700);
}
