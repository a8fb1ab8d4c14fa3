import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Finding, ok, warning } from './finding.ts';

const CHECK = 'inotify';

/** Other programs of root use some, and so does the engine itself. */
const OTHERS = 32;

/**
 * The engine takes one inotify instance, of the user root, for every log that is followed. Without one it does not see
 * a log rotate, and the follow goes silent; the daemon notices and reads again, which costs more.
 */
export function checkWatches(containers: number, sysctl = '/proc/sys/fs/inotify'): Finding {
  let limit: number;
  try {
    limit = Number(readFileSync(join(sysctl, 'max_user_instances'), 'utf8'));
  } catch {
    return ok(CHECK, 'this system has no such limit');
  }
  const needed = containers + OTHERS;
  if (limit >= needed) return ok(CHECK, `${limit} instances are enough for ${containers} containers`);
  const better = Math.max(512, 2 ** Math.ceil(Math.log2(needed * 2)));
  return warning(
    CHECK,
    `fs.inotify.max_user_instances is ${limit}: with ${containers} containers some follows will go silent when a log rotates`,
    `echo fs.inotify.max_user_instances=${better} | sudo tee /etc/sysctl.d/60-quantum-realtime.conf && sudo sysctl --system (where Docker runs)`,
  );
}
