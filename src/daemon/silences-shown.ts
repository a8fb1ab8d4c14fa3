import type { Status } from '../control/status.ts';
import type { Policy } from '../incidents/policy.ts';
import { allOf, untilOf } from '../incidents/silences.ts';
import type { CoreState } from '../incidents/state.ts';

const DAY = 24 * 60 * 60_000;

/** A silence that has matched nothing for so long is probably not needed, in milliseconds. */
const IDLE = 14 * DAY;

/** One that hides more than this in a day hides a fault rather than a nuisance. */
const MUCH = 1_000;

/** The silences of a status: those in force, and all of the settings; nothing if there are none. */
export function silencesShown(core: CoreState, policy: Policy, at: number): Pick<Status, 'silences'> {
  const silences = allOf(core, policy).flatMap((silence) => {
    const until = untilOf(silence, at);
    const isScheduled = 'untilAt' in silence;
    if (until === undefined && !isScheduled) return [];
    const { id, containers, kinds, rules, pattern, why } = silence;
    const { count = 0, lately = 0, since = at, last } = core.hidden?.[id] ?? {};
    const hides = at - since < DAY ? lately : 0;
    const idle = isScheduled ? 0 : at - Math.max(last ?? 0, silence.from);
    const remark =
      hides > MUCH
        ? `it has hidden more than ${MUCH} in a day`
        : idle > IDLE
          ? 'it has matched nothing for 14 days'
          : undefined;
    return [
      {
        ...{
          id,
          containers: [...containers],
          kinds: [...kinds],
          rules: [...rules],
          pattern,
          why,
          isScheduled,
        },
        ...(until !== undefined && { until }),
        ...{ hidden: count, lately: hides },
        ...(last !== undefined && { last }),
        ...(remark !== undefined && { remark }),
      },
    ];
  });
  return silences.length === 0 ? {} : { silences };
}
