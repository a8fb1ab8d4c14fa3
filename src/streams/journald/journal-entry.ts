import type { Origin } from '../../model.ts';

/** One entry of the journal as `journalctl -o json` prints it. */
export type JournalEntry = Readonly<Record<string, unknown>>;

/** systemd's priorities from this one up (4 is a warning) go to stdout; Docker stores stderr as 3 and stdout as 6. */
const STDOUT_FROM = 4;
/** The priority of a line on a unit's standard output that bears none of its own (SyslogLevel=). */
const PLAIN = 6;
/** Entries that come to the journal by these ways bear the priority that their program gave them. */
const WITH_PRIORITY = new Set(['syslog', 'journal', 'kernel', 'audit']);

/** A field as text; the first of a list, for a field that occurs more than once is printed as one. */
export function textOf(value: unknown): string | undefined {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' && first !== '' ? first : undefined;
}

/**
 * A field that journalctl itself adds to each entry, taken from the text of its JSON: cursor or time, which hold nothing
 * that would be escaped. Within a message the quotes around the name would be.
 */
export function ownField(json: string, name: '__CURSOR' | '__REALTIME_TIMESTAMP'): string | undefined {
  const key = `"${name}":"`;
  const at = json.indexOf(key);
  return at < 0 ? undefined : json.slice(at + key.length, json.indexOf('"', at + key.length));
}

/** When the journal took the entry, in epoch microseconds as text; undefined for what is no entry. */
export function microsOf(entry: JournalEntry | undefined): string | undefined {
  const micros = entry?.['__REALTIME_TIMESTAMP'];
  return typeof micros === 'string' && /^\d{4,17}$/.test(micros) ? micros : undefined;
}

/** Epoch microseconds as a timestamp, and as epoch milliseconds. */
export function stampOf(micros: string): { readonly ts: string; readonly at: number } {
  const at = Number(micros.slice(0, -3));
  return { ts: `${new Date(at).toISOString().slice(0, -1)}${micros.slice(-3)}Z`, at };
}

/** The stream that an entry's priority stands for. */
export function streamOf(entry: JournalEntry): Origin['stream'] {
  return priorityOf(entry) < STDOUT_FROM ? 'stderr' : 'stdout';
}

/** What was said. A message is text, or a list of bytes where it is not UTF-8; undefined where there is none. */
export function messageOf(entry: JournalEntry): string | undefined {
  const message = entry['MESSAGE'];
  const first: unknown = isListOfTexts(message) ? message[0] : message;
  if (typeof first === 'string') return first;
  if (!Array.isArray(first)) return undefined;
  return Buffer.from(first.filter((byte) => typeof byte === 'number')).toString('utf8');
}

/**
 * `<3>` before the message of an entry whose program gave it a priority, in the way of sd-daemon(3) and syslog, so that
 * it is judged by that; nothing where the priority is none but that of the stream it was written to.
 */
export function markOf(entry: JournalEntry): string {
  if (!('PRIORITY' in entry) || textOf(entry['CONTAINER_NAME']) !== undefined) return '';
  const transport = textOf(entry['_TRANSPORT']) ?? '';
  const priority = priorityOf(entry);
  const own = WITH_PRIORITY.has(transport) || (transport === 'stdout' && priority !== PLAIN);
  return own ? `<${priority}>` : '';
}

/** Whether more of the same line is to come: Docker parts long ones, and so does journald (LineMax=). */
export function isPiece(entry: JournalEntry): boolean {
  return textOf(entry['CONTAINER_PARTIAL_MESSAGE']) === 'true' || textOf(entry['_LINE_BREAK']) === 'line-max';
}

function priorityOf(entry: JournalEntry): number {
  const text = textOf(entry['PRIORITY']) ?? '';
  return /^[0-7]$/.test(text) ? Number(text) : PLAIN;
}

/** A field that occurs more than once; bytes are numbers. */
function isListOfTexts(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.length > 0 && typeof value[0] !== 'number';
}
