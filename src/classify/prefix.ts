import { LEVEL_WORDS } from './levels.ts';

const LEVELS = new Set(Object.values(LEVEL_WORDS).join(' ').split(' '));

const PREFIX = /^([A-Za-z0-9][\w.-]+) +\|(?: |$)/;

/** Past a `container-1  | ` prefix as `docker compose logs` prints it: where the container's own text begins. */
export function skipPrefix(text: string): number {
  const match = PREFIX.exec(text);
  return match === null || LEVELS.has((match[1] ?? '').toLowerCase()) ? 0 : match[0].length;
}

const HEADER =
  /(?:<\d{1,3}>1?\s*)?(?:\[?(?:(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? )?(?:\d{4}[-/.]\d\d[-/.]\d\d|\d\d?[-/ ](?:\w{3}|\d\d)[-/ ]\d{2,4}|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) +\d{1,2}(?:,? \d{4})?)[T ,:]*)?(?:\d{1,2}:\d\d:\d\d(?:[.,]\d+)?)?(?: ?(?:Z|UTC|GMT|[+-]\d\d:?\d\d))?(?: \d{4})?\]?:?(?:\s+|$))?(?:[\w.-]+ )?(?:[\w./-]+(?<!Error|Exception)(?:\[\d+\]|\(\w+\)): |kernel: )?(?:\[\s*\d+(?:\.\d+)?\] )?/y;
const DATED = /\d\d:\d\d|\[\d+\]: |\d{4}-\d\d|<\d+>/;

/** Where the message begins: past a date and, in syslog's form, a host and a program. The line's start without them. */
export function bodyStart(text: string, from: number): number {
  HEADER.lastIndex = from;
  const match = HEADER.exec(text);
  if (match === null || !DATED.test(match[0])) return from;
  if (/\[\d+\]: |\): $|kernel: /.test(match[0])) return from + match[0].length;
  // Without a program's colon, a plain word after the date is the message's own.
  const date = /^.*?\d\d:\d\d:\d\d(?:[.,]\d+)?(?: ?(?:Z|UTC|GMT|[+-]\d\d:?\d\d))?(?: \d{4})?\]?:?\s+/.exec(
    match[0],
  );
  return date === null ? from : from + date[0].length;
}
