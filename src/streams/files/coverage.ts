import type { Coverage } from '../../model.ts';
import type { GroupTrouble } from './file-group.ts';
import { FILES } from './file-set.ts';

/** A cut that is healed within this time (milliseconds) is no loss of coverage. */
const BLIND_AFTER = 10_000;

/** What of the groups is being read; undefined while that is not decided: one has just been cut off. */
export function coverageOf(
  groups: readonly { readonly container: string; readonly trouble: GroupTrouble | undefined }[],
  now: number,
): Coverage | undefined {
  const troubled = groups.filter(({ trouble }) => trouble !== undefined);
  // However the clock was set meanwhile.
  const late = troubled.filter(({ trouble }) => Math.abs(now - (trouble?.since ?? now)) >= BLIND_AFTER);
  if (late.length === 0 && troubled.length > 0) return undefined;
  return {
    type: 'coverage',
    at: now,
    source: FILES,
    blind: late.length === groups.length && late.every(({ trouble }) => trouble?.blind === true),
    unread: late.map(({ container }) => container),
    reason: late.map(({ container, trouble }) => `${container}: ${trouble?.reason ?? ''}`).join('; '),
  };
}
