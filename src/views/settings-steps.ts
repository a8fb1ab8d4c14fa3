import type { Limit, TriedSettings } from './session-view.ts';

/** The steps of a slider for a limit. Beyond the last it is off. */
const LIMITS = [1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 100, 150, 200, 300, 500, 1_000];

const MINUTE = 60_000;
/** The steps of the slider for the window. */
const WINDOWS = [1, 2, 5, 10, 15, 20, 30, 45, 60, 120, 180, 360, 720, 1_440].map((count) => count * MINUTE);
/** The shortest and the longest window that the settings allow. */
const SHORTEST = 1_000;
const LONGEST = 7 * 1_440 * MINUTE;

/** The three limits that can be tried, in their order. */
export const LIMIT_NAMES = ['critical', 'errors', 'restarts'] as const;

/** The steps on which a limit can be set, the configured one among them. */
export function limitSteps(configured: Limit): readonly Limit[] {
  const counts = sorted([...LIMITS, ...(configured === 'off' ? [] : [configured])]);
  return [...counts, 'off'];
}

/** The steps on which the window can be set, the configured one among them. */
export function windowSteps(configured: number): readonly number[] {
  return sorted([...WINDOWS, configured]);
}

function sorted(counts: readonly number[]): readonly number[] {
  return [...new Set(counts)].sort((a, b) => a - b);
}

/** The settings as the query of an address: `critical=5&errors=off&restarts=2&window=3600000`. */
export function toQuery({ critical, errors, restarts, window }: TriedSettings): string {
  return `critical=${critical}&errors=${errors}&restarts=${restarts}&window=${window}`;
}

/** What a query asks for; undefined where anything of it is missing, or no limit or window. */
export function ofQuery(query: URLSearchParams): TriedSettings | undefined {
  const [critical, errors, restarts] = LIMIT_NAMES.map((name) => limitOf(query.get(name)));
  const window = Number(query.get('window'));
  if (critical === undefined || errors === undefined || restarts === undefined) return undefined;
  if (!Number.isInteger(window) || window < SHORTEST || window > LONGEST) return undefined;
  return { critical, errors, restarts, window };
}

function limitOf(text: string | null): Limit | undefined {
  if (text === 'off') return text;
  return text !== null && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}
