/** A moment of a session: since its first event, or on the calendar. Both in milliseconds. */
export type Moment =
  { readonly since: number; readonly text: string } | { readonly at: number; readonly text: string };

const CLOCK = /^(\d{1,3}):([0-5]\d):([0-5]\d)(?:\.(\d{1,3}))?$/;

/** Reads `00:12:30`, `00:12:30.250` or an ISO 8601 moment with a zone; undefined for anything else. */
export function parseMoment(text: string): Moment | undefined {
  const match = CLOCK.exec(text);
  if (match !== null) {
    const [, hours, minutes, seconds, fraction = ''] = match;
    const whole = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
    return { since: whole * 1_000 + Number(fraction.padEnd(3, '0')), text };
  }
  if (!/^\d{4}-\d\d-\d\dT.*(?:Z|[+-]\d\d:\d\d)$/.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : { at, text };
}

/** The same moment in epoch milliseconds, for a session whose first event was at `began`. */
export function epochOf(moment: Moment, began: number): number {
  return 'at' in moment ? moment.at : began + moment.since;
}

/** A moment as it is written in tests: the time since the first event, with milliseconds. */
export function sinceBegin(at: number, began: number): string {
  const ms = Math.max(0, at - began);
  const part = (value: number, digits = 2): string => String(Math.floor(value)).padStart(digits, '0');
  return `${part(ms / 3_600_000)}:${part((ms / 60_000) % 60)}:${part((ms / 1_000) % 60)}.${part(ms % 1_000, 3)}`;
}
