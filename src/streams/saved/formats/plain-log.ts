import { isNamedAsLog } from '../container-name.ts';
import type { Candidate, Reading, SavedFormat } from '../saved-format.ts';
import { type LineParser, savedLines } from '../saved-lines.ts';
import { ImpossibleTimes, isPlausible } from '../stamp-keeper.ts';
import { notePrefixes } from './compose-logs.ts';
import { PLAIN_STAMPS, type PlainStamp } from './plain-stamps.ts';
import { isScript } from './untimed-log.ts';

/** How many of the first lines decide. */
const LOOKED_AT = 500;
/** Of a log, at least one line in this many must bear the time: the others may be traces. */
const RARELY = 50;

/**
 * A file whose lines begin with their time, or tell it near their beginning. It stays part of the line; a line without
 * takes that of the line above it.
 */
export const plainLog: SavedFormat = {
  name: 'plain log',
  looksLike(lines, file) {
    const form = isScript(lines) ? undefined : formOf(lines, file);
    return (
      form !== undefined &&
      (file.named || isNamedAsLog(file.path) || isMostlyDated(lines, form, file.changed))
    );
  },
  firstStamp: (lines, file) => formOf(lines, file)?.first,
  open(reading) {
    const { file, lines, path, container, notes } = reading;
    const form = formOf(lines, reading);
    if (form === undefined) return [];
    notePrefixes(reading);
    if (form.stamp.yearless)
      notes.assume(`${path}: the year is not written; ${new Date(form.first).getUTCFullYear()} is taken`);
    else if (!form.zoned) notes.assume(`${path}: times without a zone are taken as UTC`);
    return [savedLines(file, container, plainParser(reading, form), notes)];
  },
};

/** How the lines of a plain file tell their time, the first moment (epoch milliseconds) in it, and in how many lines. */
interface PlainForm {
  readonly stamp: PlainStamp;
  readonly first: number;
  readonly zoned: boolean;
  readonly count: number;
}

const forms = new WeakMap<readonly string[], PlainForm | undefined>();

/** The form that most of these first lines are written in; undefined if they bear no time. Looked for once. */
function formOf(lines: readonly string[], { changed }: Pick<Candidate, 'changed'>): PlainForm | undefined {
  if (!forms.has(lines)) forms.set(lines, findForm(lines.slice(0, LOOKED_AT), changed));
  return forms.get(lines);
}

/**
 * Whether what is not named as a log is one all the same, and not a text with dates in it: of the lines that begin
 * something, at least two and no fewer than half bear the time. What is indented goes on with the line above.
 */
function isMostlyDated(lines: readonly string[], { stamp }: PlainForm, changed: number): boolean {
  const beginnings = lines.slice(0, LOOKED_AT).filter((line) => /^\S/.test(line));
  const dated = beginnings.filter((line) => stamp.read(line, changed) !== undefined).length;
  return dated >= 2 && 2 * dated >= beginnings.length;
}

function findForm(seen: readonly string[], reference: number): PlainForm | undefined {
  let best: PlainForm | undefined;
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

function plainParser({ path, container, changed, origins, notes }: Reading, form: PlainForm): LineParser {
  const origin = origins.of(container);
  const impossible = new ImpossibleTimes();
  let at = form.first;
  return {
    parse(raw, push) {
      const moment = form.stamp.read(raw, changed);
      if (moment !== undefined && isPlausible(moment.at)) ({ at } = moment);
      else if (moment !== undefined) impossible.see(new Date(moment.at).toISOString());
      push({ type: 'line', origin, ts: '', at, text: raw });
    },
    end: () => impossible.note(path, notes),
  };
}
