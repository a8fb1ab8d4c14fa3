import { counted, upcoming } from '../text/plain.ts';
import type { Status } from './status.ts';

type Shown = NonNullable<Status['silences']>[number];

/** A line for each silence: what it is for, until when, why, how much it has hidden, and what is wrong with it. */
export function silenceLines(status: Pick<Status, 'at' | 'silences'>): string[] {
  return (status.silences ?? []).map((silence) => {
    const { id, why, until, hidden, remark } = silence;
    const end = until === undefined ? 'not now' : `until ${upcoming(until, status.at)}`;
    const said = remark === undefined ? '' : `; LOOK AT IT: ${remark}`;
    return `${id}: ${matchInWords(silence)}, ${end} (${why}); ${counted(hidden, 'event')} hidden${said}`;
  });
}

function matchInWords({ containers, kinds, rules, pattern }: Shown): string {
  return [
    containers.length === 0 ? 'all containers' : containers.join(', '),
    ...(kinds.length === 0 ? [] : [kinds.join(' and ')]),
    ...(rules.length === 0 ? [] : [`rule ${rules.join(', ')}`]),
    ...(pattern === '' ? [] : [`"${pattern}"`]),
  ].join(' ');
}
