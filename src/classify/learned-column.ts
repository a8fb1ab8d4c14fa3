import { isDigit } from './chars.ts';
import { type EntryState, LEARNED } from './entry.ts';
import { CRITICAL, ERROR, INFO, LEVEL_WORDS, WARNING } from './levels.ts';
import { marked } from './mark.ts';
import { found } from './rules.ts';

/** How many forms are remembered of a stream, and how long one may be: a stream has one way to write its lines, or two. */
const FORMS = 6;
const LONGEST = 48;

/** How far into a line, and among how many words, its level is looked for. */
const REACH = 100;
const WORDS = 4;

/** So many lines make a column. */
const ENOUGH = 3;

/** A form's value: 16 for each line, and a bit for each level seen there. */
const LINE = 16;

const LEVELS: ReadonlyMap<string, number> = new Map(
  [CRITICAL, ERROR, WARNING, INFO].flatMap((level) =>
    (LEVEL_WORDS[level] ?? '').split(' ').map((word) => [word, level] as const),
  ),
);
const COLUMN = Array.from({ length: 8 }, (_, level) => found('level column of the stream', level));

interface Candidate {
  readonly start: number;
  readonly end: number;
  readonly level: number;
  readonly form: string;
}

/** Learns from one of a stream's first lines where its level may stand. */
export function learnColumn(text: string, from: number, entry: EntryState): void {
  entry.read++;
  const { form, level } = candidate(text, from) ?? NOWHERE;
  if (level === 0) return;
  const known = entry.columns[form];
  if (known === undefined && Object.keys(entry.columns).length >= FORMS) return;
  entry.columns = { ...entry.columns, [form]: ((known ?? 0) + LINE) | (1 << (level - 1)) };
}

/** Notes that a line was in one of the commonest formats, which have their level at the start or after the date. */
export function countCalm(entry: EntryState, lines: number): void {
  const counted = Math.min(lines, LEARNED - entry.read);
  if (counted <= 0) return;
  entry.read += counted;
  entry.calm += counted;
}

/**
 * The level of a line that has none by position alone, where this stream has been seen to put its level: most of its
 * lines have a level word there, some of them of information. 0: none.
 */
export function columnLevel(text: string, from: number, entry: EntryState): number {
  if (entry.calm >= ENOUGH ? !isDateStart(text.charCodeAt(from)) && isEmpty(entry) : isEmpty(entry)) return 0;
  const place = candidate(text, from);
  if (place === undefined || !isColumn(place.form, entry)) return 0;
  return marked(COLUMN[place.level] ?? 0, place.start, place.end);
}

function isColumn(form: string, { columns, read, calm }: EntryState): boolean {
  if (calm >= ENOUGH && 2 * calm >= read && DATE.test(form)) return true;
  const seen = columns[form] ?? 0;
  const lines = Math.floor(seen / LINE);
  return lines >= ENOUGH && 2 * lines >= read && (seen & (1 << (INFO - 1))) !== 0;
}

/** Whether nothing has been learned from lines that were looked at as a whole. */
function isEmpty({ columns }: EntryState): boolean {
  for (const form in columns) if ((columns[form] ?? 0) >= ENOUGH * LINE) return false;
  return true;
}

function isDateStart(code: number): boolean {
  return isDigit(code) || code === 91 || code === 40;
}

/** The form of nothing but a date before the level. */
const DATE = /^[[(]?0(?:[-/.:, ]0|a0)+(?:Z|a)?[\])]? \[?$/;

/** Without a date, a bracket or the like it is the beginning of a sentence. */
const STRUCTURED = /[0[\](|\t]/;

const NOWHERE: Candidate = { start: 0, end: 0, level: 0, form: '' };
const WORD = /[A-Za-z]+/g;

/** The first level word of a line, if it is among its first words, and the form of what stands before it. */
function candidate(text: string, from: number): Candidate | undefined {
  const start = text.slice(from, from + REACH);
  let words = 0;
  for (const match of start.matchAll(WORD)) {
    const [word] = match;
    const end = match.index + word.length;
    const level = word.length < 3 ? undefined : LEVELS.get(word.toLowerCase());
    if (level !== undefined && isFree(start, match.index, end)) {
      const form = formOf(start.slice(0, match.index));
      return form.length > LONGEST || !STRUCTURED.test(form)
        ? undefined
        : { start: from + match.index, end: from + end, level, form };
    }
    if (++words >= WORDS) return undefined;
  }
  return undefined;
}

function isFree(text: string, start: number, end: number): boolean {
  return !/[\w.-]/.test(text.charAt(start - 1)) && !/[\w.=-]/.test(text.charAt(end));
}

/** Names as `a`, numbers as `0`, blanks as one. */
function formOf(text: string): string {
  return text
    .replace(/[A-Za-z_][\w.-]*|\d+[A-Za-z_][\w.-]*/g, 'a')
    .replace(/\d+/g, '0')
    .replace(/ +/g, ' ');
}
