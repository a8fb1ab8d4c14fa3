import { readFileSync } from 'node:fs';
import { HEAL_UNIT } from '../../systemd/heal-unit.ts';
import { UNIT } from '../../systemd/places.ts';

/**
 * Which units are ours, so that what they log of incidents does not make more: the one this process runs in, the service
 * as `install` names it (another daemon may be tried by hand beside it), and the heals.
 */
export function ownUnits(cgroup: () => string = ofThisProcess): (unit: string) => boolean {
  const own = unitOf(cgroup);
  return (unit) => unit === own || unit === UNIT || unit.startsWith(HEAL_UNIT);
}

/** The unit in the path of a control group: the first part that is not a slice. */
function unitOf(cgroup: () => string): string | undefined {
  let text: string;
  try {
    text = cgroup();
  } catch {
    return undefined;
  }
  const path = /^(?:0:|\d+:name=systemd):(\/.*)$/m.exec(text)?.[1] ?? '';
  const unit = path.split('/').find((part) => part !== '' && !part.endsWith('.slice'));
  return unit !== undefined && /\.[a-z]+$/.test(unit) ? unit : undefined;
}

function ofThisProcess(): string {
  return readFileSync('/proc/self/cgroup', 'utf8');
}
