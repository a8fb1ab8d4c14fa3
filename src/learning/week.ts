/** A week of ISO 8601, Monday to Sunday in local time; the moments are epoch milliseconds. */
export interface Week {
  /** `2025-W51`. */
  readonly name: string;
  /** When the week before began. */
  readonly before: number;
  readonly from: number;
  readonly until: number;
}

/** The week that a moment is in. */
export function weekOf(at: number): Week {
  const { from } = mondays(new Date(at));
  return weekFrom(new Date(from));
}

/** The week of a name such as `2025-W51`; undefined for what is none. */
export function weekNamed(name: string): Week | undefined {
  const [, year, number] = /^(\d{4})-W(\d\d)$/.exec(name) ?? [];
  if (year === undefined || number === undefined) return undefined;
  // The 4th of January is in the first week of its year.
  const first = mondays(new Date(Number(year), 0, 4)).from;
  const monday = new Date(first);
  monday.setDate(monday.getDate() + 7 * (Number(number) - 1));
  const week = weekFrom(monday);
  return week.name === name ? week : undefined;
}

/** The last week that was over at a moment. */
export function weekBefore(at: number): Week {
  return weekOf(weekOf(at).before);
}

function weekFrom(monday: Date): Week {
  const { before, from, until } = mondays(monday);
  const thursday = new Date(from);
  thursday.setDate(thursday.getDate() + 3);
  const year = thursday.getFullYear();
  const first = new Date(mondays(new Date(year, 0, 4)).from);
  const number = Math.round((from - first.getTime()) / (7 * 86_400_000)) + 1;
  return { name: `${year}-W${String(number).padStart(2, '0')}`, before, from, until };
}

/** Midnight of the Mondays around a day: a week is not always as long, where clocks change. */
function mondays(day: Date): Pick<Week, 'before' | 'from' | 'until'> {
  const back = (day.getDay() + 6) % 7;
  const monday = (weeks: number): number =>
    new Date(day.getFullYear(), day.getMonth(), day.getDate() - back + 7 * weeks).getTime();
  return { before: monday(-1), from: monday(0), until: monday(1) };
}
