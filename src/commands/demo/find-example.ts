import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What the example consists of, as paths. */
export interface Example {
  readonly session: string;
  readonly config: string;
  readonly heal: string;
}

/**
 * The example that ships with the program: in the folder of its package, whether it runs from the sources or from
 * `dist`. Throws if it was installed without it.
 */
export function findExample(from: string = import.meta.dirname): Example {
  const folder = join(from, 'examples', 'quantum-trader');
  if (existsSync(join(folder, 'session')))
    return {
      session: join(folder, 'session'),
      config: join(folder, 'quantum-realtime.yaml'),
      heal: join(folder, 'heal.sh'),
    };
  const parent = dirname(from);
  if (parent === from) throw new Error('the recorded session (examples/quantum-trader) is not installed');
  return findExample(parent);
}
