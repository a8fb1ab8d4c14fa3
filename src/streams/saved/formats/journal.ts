import type { Line } from '../../../model.ts';
import { firstObject, parseObject } from '../json-object.ts';
import type { LineParser, Origins } from '../saved-lines.ts';
import type { SessionNotes } from '../session-notes.ts';
import { ImpossibleTimes, isPlausible } from '../stamp-keeper.ts';

/** systemd's priorities from this one up (4 is a warning) go to stdout; Docker stores stderr as 3 and stdout as 6. */
const STDOUT_FROM = 4;
/** Entries that come to the journal by these ways bear the priority that their program gave them. */
const WITH_PRIORITY = new Set(['syslog', 'journal', 'kernel', 'audit']);
/** What is kept of one joined line, in UTF-16 units. */
const LONGEST = 1024 * 1024;

/** Whether these first lines are the journal's entries as `journalctl -o json` prints them. */
export function looksLikeJournal(lines: readonly string[]): boolean {
  return microsOf(firstObject(lines)) !== undefined;
}

/** Whether these first lines are the journal in another form than an object a line: `-o json-pretty`, `-o export`. */
export function looksLikeOtherJournal(lines: readonly string[]): boolean {
  return lines.some((line) => /^\s*"?__REALTIME_TIMESTAMP"?\s*[=:]/.test(line));
}

/** The moment of the first entry that bears a possible one, in epoch milliseconds; undefined if none does. */
export function firstJournalStamp(lines: readonly string[]): number | undefined {
  for (const line of lines) {
    const micros = microsOf(parseObject(line));
    const at = micros === undefined ? NaN : Number(micros.slice(0, -3));
    if (isPlausible(at)) return at;
  }
  return undefined;
}

/**
 * The journal's entries: those of containers under the container's name, others under their program's. The stream is
 * told by the priority. Messages of several lines are several lines, and pieces of a long one are joined.
 */
export function journal(path: string, first: number, origins: Origins, notes: SessionNotes): LineParser {
  const impossible = new ImpossibleTimes();
  const partial = new Map<string, string>();
  let ts = '';
  let at = first;
  let broken = 0;
  return { parse, end };

  function parse(raw: string, push: (line: Line) => void): void {
    if (raw === '') return;
    const entry = parseObject(raw);
    if (entry === undefined) {
      broken += 1;
      return;
    }
    look(microsOf(entry));
    const container = textOf(entry['CONTAINER_NAME']);
    const name = container ?? programOf(entry);
    const priority = Number(textOf(entry['PRIORITY']) ?? '6');
    const origin = origins.of(name, priority < STDOUT_FROM ? 'stderr' : 'stdout');
    const said = messageOf(entry['MESSAGE']);
    if (said === undefined) return;
    const key = `${origin.stream} ${name}`;
    const whole = (partial.get(key) ?? '') + said;
    if (textOf(entry['CONTAINER_PARTIAL_MESSAGE']) === 'true') {
      partial.set(key, whole.slice(0, LONGEST));
      return;
    }
    partial.delete(key);
    const own = container === undefined && WITH_PRIORITY.has(textOf(entry['_TRANSPORT']) ?? '');
    const mark = own && 'PRIORITY' in entry ? `<${priority}>` : '';
    for (const text of whole.split('\n')) push({ type: 'line', origin, ts, at, text: mark + text });
  }

  function end(push: (line: Line) => void): void {
    for (const [key, text] of partial) {
      const stream = key.startsWith('stderr') ? 'stderr' : 'stdout';
      push({ type: 'line', origin: origins.of(key.slice(stream.length + 1), stream), ts, at, text });
    }
    impossible.note(path, notes);
    if (broken > 0)
      notes.skip(path, `${broken} of its lines are no entries of a journal; the others were read`);
  }

  function look(micros: string | undefined): void {
    if (micros === undefined) return;
    const moment = Number(micros.slice(0, -3));
    if (!isPlausible(moment)) {
      impossible.see(`${micros} µs`);
      return;
    }
    at = moment;
    ts = `${new Date(at).toISOString().slice(0, -1)}${micros.slice(-3)}Z`;
  }
}

function microsOf(entry: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const micros = entry?.['__REALTIME_TIMESTAMP'];
  return typeof micros === 'string' && /^\d{4,17}$/.test(micros) ? micros : undefined;
}

function programOf(entry: Readonly<Record<string, unknown>>): string {
  if (textOf(entry['_TRANSPORT']) === 'kernel') return 'kernel';
  return textOf(entry['SYSLOG_IDENTIFIER']) ?? textOf(entry['_SYSTEMD_UNIT']) ?? 'journal';
}

/** A message is text, or a list of bytes where it is not valid UTF-8; null where it was too large to be printed. */
function messageOf(message: unknown): string | undefined {
  if (typeof message === 'string') return message;
  if (!Array.isArray(message)) return undefined;
  return Buffer.from(message.filter((byte) => typeof byte === 'number')).toString('utf8');
}

/** A field that occurs more than once in an entry is printed as a list: the first counts. */
function textOf(value: unknown): string | undefined {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' && first !== '' ? first : undefined;
}
