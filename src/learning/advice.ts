import type { Config } from '../config/config.ts';
import { containerMatches } from '../incidents/rules.ts';
import { type Rule, SILENCE } from '../model.ts';
import { contradictions } from './contradictions.ts';
import { findNoise, type Noise } from './noise.ts';
import type { Past, PastIncident } from './past.ts';

const MINUTE = 60_000;

/** What could be set otherwise, by what is known of the past; it changes nothing. */
export interface Advice {
  readonly limits: readonly LimitAdvice[];
  /** Rules that counts by the minute cannot try, and why. */
  readonly untried: readonly { readonly rule: string; readonly reason: string }[];
  readonly noise: readonly Noise[];
  /** How many heals were run, and after how many of them the incident was resolved. */
  readonly heals: { readonly run: number; readonly helped: number };
  readonly contradictions: readonly string[];
}

/** One limit, and what it would have led to at several values. */
export interface LimitAdvice {
  readonly rule: string;
  readonly limit: number;
  /** The most that was counted within one window; the highest limit that would have been reached. */
  readonly most: number;
  readonly rows: readonly LimitRow[];
}

/** Two numbers where the minutes cannot decide: an event at the edge of a window is in it or not. */
export interface LimitRow {
  readonly limit: number;
  readonly incidents: Between;
  readonly alerts: Between;
  readonly heals: Between;
}

/** What a rule alone would have led to; alerts are all messages. */
export interface Tried {
  readonly incidents: number;
  readonly alerts: number;
  readonly heals: number;
}

export type Between = readonly [least: number, most: number];

export interface AdviceParts {
  readonly past: Pick<Past, 'minutes' | 'hours' | 'messages'>;
  readonly incidents: readonly PastIncident[];
  readonly rules: readonly Rule[];
  readonly config: Config;
  readonly canHeal: boolean;
  /** What a rule would have led to on these minutes. */
  readonly tryRule: (rule: Rule) => Tried;
}

/** Advice on every limit, and on what the past has of noise and of heals. */
export function adviceOf({ past, incidents, rules, config, canHeal, tryRule }: AdviceParts): Advice {
  const tried = rules.filter((rule) => reasonNotToTry(rule) === undefined);
  return {
    limits: tried.map((rule) => limitAdvice(rule, past, tryRule)),
    untried: rules.flatMap((rule) => {
      const reason = reasonNotToTry(rule);
      return reason === undefined || rule.sign !== undefined ? [] : [{ rule: rule.name, reason }];
    }),
    noise: tried.flatMap((rule) => findNoise(rule, past, incidents)),
    heals: {
      run: incidents.reduce((sum, { heals }) => sum + heals, 0),
      helped: incidents.reduce((sum, { helped }) => sum + helped, 0),
    },
    contradictions: contradictions(config, rules, canHeal),
  };
}

function reasonNotToTry({ sign, pattern, labels, limit, containers }: Rule): string | undefined {
  if (sign !== undefined) return 'it counts what was found by comparing with the past';
  if (containers.includes(SILENCE)) return 'it counts nothing: it tells that nothing was logged';
  if (pattern !== '') return 'it has a pattern, and minutes have no texts';
  if (Object.keys(labels).length > 0) return 'it goes by labels, which minutes do not have';
  return limit === Infinity ? 'it is off' : undefined;
}

function limitAdvice(
  rule: Rule,
  { minutes }: AdviceParts['past'],
  tryRule: AdviceParts['tryRule'],
): LimitAdvice {
  const values = new Set([Math.ceil(rule.limit / 2), rule.limit, rule.limit * 2, rule.limit * 5]);
  const most = Math.max(
    ...seriesOf(rule, minutes).map((one) => mostIn(one, Math.round(rule.window / MINUTE))),
  );
  const rows = [...values].map((limit): LimitRow => {
    // An event of the first minute of a window may be in it or not: the window is a minute shorter, or longer.
    const ends = [-MINUTE, 0, MINUTE].map((by) =>
      tryRule({ ...rule, limit, window: Math.max(MINUTE, rule.window + by) }),
    );
    const between = (of: (one: Tried) => number): Between => {
      const found = ends.map(of);
      return [Math.min(...found), Math.max(...found)];
    };
    return {
      limit,
      incidents: between((one) => one.incidents),
      alerts: between((one) => one.alerts),
      heals: between((one) => one.heals),
    };
  });
  return { rule: rule.name, limit: rule.limit, most, rows };
}

interface MinuteCount {
  readonly minute: number;
  readonly count: number;
}

/** What the rule has counted: one series, or one for each container where it counts each by itself. Never none. */
function seriesOf(rule: Rule, minutes: Past['minutes']): readonly (readonly MinuteCount[])[] {
  const series = new Map<string, Map<number, number>>([['', new Map()]]);
  for (const { at, container, counts } of minutes) {
    const count = rule.kinds.reduce((sum, kind) => sum + counts[kind], 0);
    if (count === 0 || !containerMatches(rule, container)) continue;
    const key = rule.scope === 'container' ? container : '';
    const own = series.get(key) ?? new Map<number, number>();
    const minute = Math.floor(at / MINUTE);
    own.set(minute, (own.get(minute) ?? 0) + count);
    series.set(key, own);
  }
  return [...series.values()].map((own) => [...own].map(([minute, count]) => ({ minute, count })));
}

function mostIn(counts: readonly MinuteCount[], window: number): number {
  let first = 0;
  let sum = 0;
  let most = 0;
  for (const { minute, count } of counts) {
    sum += count;
    for (let old = counts[first]; old !== undefined && old.minute <= minute - window; old = counts[first]) {
      sum -= old.count;
      first += 1;
    }
    most = Math.max(most, sum);
  }
  return most;
}
