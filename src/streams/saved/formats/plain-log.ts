import type { Line, Origin } from '../../../model.ts';
import { PLAIN_STAMPS, type PlainStamp } from './plain-stamps.ts';
import type { LineParser } from '../saved-lines.ts';
import type { SessionNotes } from '../session-notes.ts';
import { ImpossibleTimes, isPlausible } from '../stamp-keeper.ts';

/** How many of the first lines decide. */
const LOOKED_AT = 500;
/** At least one line in this many must bear the time: the others may be traces. */
const RARELY = 50;

/** How the lines of a plain file tell their time, and the first moment (epoch milliseconds) in it. */
export interface PlainForm {
  readonly stamp: PlainStamp;
  readonly first: number;
  readonly zoned: boolean;
}

/** The form that most of these first lines are written in; undefined if they bear no time. */
export function plainFormOf(lines: readonly string[], reference: number): PlainForm | undefined {
  const seen = lines.slice(0, LOOKED_AT);
  let best: (PlainForm & { readonly count: number }) | undefined;
  for (const stamp of PLAIN_STAMPS) {
    const moments = seen
      .flatMap((line) => stamp.read(line, reference) ?? [])
      .filter(({ at }) => isPlausible(at));
    const [earliest] = moments;
    if (earliest === undefined || moments.length * RARELY < seen.length) continue;
    if (best !== undefined && best.count >= moments.length) continue;
    best = { stamp, first: earliest.at, zoned: moments.every(({ zoned }) => zoned), count: moments.length };
  }
  return best;
}

/** A plain file whose lines begin with their time, which stays part of the line. Other lines take the last one's. */
export function plainLog(
  origin: Origin,
  path: string,
  form: PlainForm,
  reference: number,
  notes: SessionNotes,
): LineParser {
  const impossible = new ImpossibleTimes();
  let at = form.first;
  return {
    parse(raw, push) {
      const moment = form.stamp.read(raw, reference);
      if (moment !== undefined && isPlausible(moment.at)) ({ at } = moment);
      else if (moment !== undefined) impossible.see(new Date(moment.at).toISOString());
      push({ type: 'line', origin, ts: '', at, text: raw });
    },
    end: () => impossible.note(path, notes),
  };
}

/** A file without any time: its lines in their order, `rate` of them a second, from `start` (epoch milliseconds) on. */
export function untimedLog(origin: Origin, start: number, rate: number): LineParser {
  let count = 0;
  return {
    parse(raw, push: (line: Line) => void) {
      const at = start + Math.floor((count * 1_000) / rate);
      count += 1;
      push({ type: 'line', origin, ts: '', at, text: raw });
    },
  };
}
