/** A moment that a line begins with: epoch milliseconds, and whether the line says in which zone. */
export interface Moment {
  readonly at: number;
  readonly zoned: boolean;
}

/** One common way to write a time at the beginning of a line. */
export interface PlainStamp {
  readonly name: string;
  /** The year is not written. */
  readonly yearless: boolean;
  /** `reference` (epoch milliseconds) is no earlier than the lines: it decides the year where it is not written. */
  readonly read: (text: string, reference: number) => Moment | undefined;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAY = 86_400_000;
/** Among so many years there is a 29th of February, over the turn of a century too. */
const LEAP = 9;

/** How much of a line may come before its time where it does not come first (an address, a level). */
const LEADING = 160;
const CLOCK = String.raw`(\d\d):(\d\d):(\d\d)(?:[.,:](\d{1,9}))?`;
const ZONE = String.raw`(?: ?(Z|UTC|GMT|[+-]\d\d:?\d\d)(?![\d\w]))?`;
const ISO = String.raw`(\d{4})[-/.](\d\d)[-/.](\d\d)(?:[T ]| - )${CLOCK}${ZONE}`;
const HALVES = String.raw`(\d{1,2}):(\d\d):(\d\d)(?:\.(\d{1,9}))?[ \u202f]([AP])M\b`;
const WEEKDAY = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
const MONTH = `(${MONTHS.join('|')})`;

function stamp(name: string, pattern: string, order: readonly Field[]): PlainStamp {
  const regexp = new RegExp(pattern);
  return {
    name,
    yearless: !order.includes('year'),
    read: (text, reference) => {
      const match = regexp.exec(beginning(text));
      return match === null ? undefined : momentOf(match, order, reference);
    },
  };
}

/** What may hold the time, without the colours that it may be written in. */
function beginning(text: string): string {
  const part = text.length > LEADING ? text.slice(0, LEADING) : text;
  return part.charCodeAt(0) === ESCAPE ? part.replaceAll(COLOUR, '') : part;
}

const ESCAPE = 27;
const COLOUR = /\x1b\[[0-9;]*m/g;

const TIME = ['hour', 'minute', 'second', 'fraction'] as const;

/** The forms that are known, the stricter ones first. */
export const PLAIN_STAMPS: readonly PlainStamp[] = [
  stamp('ISO 8601', String.raw`^(?:<\d{1,3}>(?:1 )?)?[[("']?${ISO}`, [
    'year',
    'month',
    'day',
    ...TIME,
    'zone',
  ]),
  stamp('syslog', String.raw`^(?:<\d{1,3}>)?${MONTH} +(\d{1,2}) ${CLOCK}`, ['month', 'day', ...TIME]),
  stamp('klog', String.raw`^[IWEF](\d\d)(\d\d) ${CLOCK}`, ['month', 'day', ...TIME]),
  stamp('glog', String.raw`^[IWEF](\d{4})(\d\d)(\d\d) ${CLOCK}`, ['year', 'month', 'day', ...TIME]),
  stamp('access log', String.raw`\[(\d\d)/${MONTH}/(\d{4}):${CLOCK}${ZONE}\]`, [
    'day',
    'month',
    'year',
    ...TIME,
    'zone',
  ]),
  stamp('Apache', String.raw`^\[?${WEEKDAY} ${MONTH} +(\d{1,2}) ${CLOCK} (\d{4})`, [
    'month',
    'day',
    ...TIME,
    'year',
  ]),
  stamp('date', String.raw`^${WEEKDAY} ${MONTH} +(\d{1,2}) ${CLOCK} (UTC|GMT) (\d{4})`, [
    'month',
    'day',
    ...TIME,
    'zone',
    'year',
  ]),
  stamp('American', String.raw`(?:^|\s)(\d{1,2})/(\d{1,2})/(\d{4}),? ${HALVES}`, [
    'month',
    'day',
    'year',
    ...TIME,
    'half',
  ]),
  stamp('java.util.logging', String.raw`^${MONTH} (\d{1,2}), (\d{4}),? ${HALVES}`, [
    'month',
    'day',
    'year',
    ...TIME,
    'half',
  ]),
  stamp('day first', String.raw`^(?:\d+:[A-Z] )?\[?(\d{1,2})[- /]${MONTH}[- /](\d{4})[ :]${CLOCK}${ZONE}`, [
    'day',
    'month',
    'year',
    ...TIME,
    'zone',
  ]),
  {
    name: 'JSON',
    yearless: false,
    read: (text) => {
      const found = JSON_TIME.exec(text);
      if (found === null) return undefined;
      const [, iso, epoch = ''] = found;
      if (iso !== undefined) return ANYWHERE.read(iso, 0);
      const [whole = ''] = epoch.split('.');
      return { at: Math.floor(Number(epoch) * 10 ** (13 - whole.length)), zoned: true };
    },
  },
  {
    name: 'seconds since 1970',
    yearless: false,
    read: (text) => {
      const [, seconds, fraction = ''] = EPOCH.exec(text) ?? [];
      if (seconds === undefined) return undefined;
      return { at: Number(seconds) * 1_000 + millis(fraction), zoned: true };
    },
  },
  stamp('ISO 8601 within the line', String.raw`(?:^|[\s"'=[(|])${ISO}`, [
    'year',
    'month',
    'day',
    ...TIME,
    'zone',
  ]),
];

const EPOCH = /^\[?(\d{10})(?:\.(\d{1,9}))?[\]\s]/;
const ANYWHERE = stamp('ISO 8601', `^${ISO}`, ['year', 'month', 'day', ...TIME, 'zone']);
const JSON_TIME =
  /^\{.*?"(?:@?timestamp|time|ts|t|datetime|eventTime|asctime)"\s*:\s*(?:"([^"]{19,40})"|(\d{10}(?:\.\d+)?|\d{13}|\d{16}|\d{19})\b)/;

type Field = 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second' | 'fraction' | 'half' | 'zone';

function momentOf(match: RegExpExecArray, order: readonly Field[], reference: number): Moment | undefined {
  const text: Partial<Record<Field, string>> = {};
  for (const [index, field] of order.entries()) {
    const found = match[index + 1];
    if (found !== undefined) text[field] = found;
  }
  const { month = '', fraction = '', half, zone } = text;
  const named = MONTHS.indexOf(month);
  const monthIndex = named < 0 ? Number(month) - 1 : named;
  const [day, written, minute, second] = [text.day, text.hour, text.minute, text.second].map(Number);
  const hour =
    written === undefined || half === undefined ? written : (written % 12) + (half === 'P' ? 12 : 0);
  if (day === undefined || hour === undefined || minute === undefined || second === undefined)
    return undefined;
  if (monthIndex < 0 || monthIndex > 11 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60)
    return undefined;
  const ms = millis(fraction);
  const inYear = (year: number): number => Date.UTC(year, monthIndex, day, hour, minute, second, ms);
  // A day that the month does not have is none: the 30th of February would be taken for the 2nd of March.
  const isThere = (year: number): boolean =>
    day < 29 || day <= new Date(Date.UTC(year, monthIndex + 1, 0)).getUTCDate();
  if (text.year !== undefined) {
    if (!isThere(Number(text.year))) return undefined;
    return { at: inYear(Number(text.year)) - offsetOf(zone), zoned: zone !== undefined };
  }
  const latest = new Date(reference).getUTCFullYear();
  for (let year = latest; year > latest - LEAP; year -= 1)
    if (isThere(year) && inYear(year) <= reference + DAY) return { at: inYear(year), zoned: false };
  return undefined;
}

function millis(fraction: string): number {
  return Number(fraction.slice(0, 3).padEnd(3, '0'));
}

/** Of `+01:00`, `-0530`, `UTC`, in milliseconds. */
function offsetOf(zone: string | undefined): number {
  const digits = /^([+-])(\d\d):?(\d\d)$/.exec(zone ?? '');
  if (digits === null) return 0;
  const minutes = Number(digits[2]) * 60 + Number(digits[3]);
  return (digits[1] === '-' ? -minutes : minutes) * 60_000;
}
