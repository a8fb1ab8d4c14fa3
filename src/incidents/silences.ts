import picomatch from 'picomatch';
import { compilePattern, type Pattern } from '../classify/user-pattern.ts';
import type { Group, Signal, Silence, SilenceMatch } from '../model.ts';
import type { Policy } from './policy.ts';
import type { CoreState } from './state.ts';

/** A silence lasts at most so long, in milliseconds. */
export const LONGEST_SILENCE = 30 * 24 * 60 * 60_000;

/** What a silence has hidden: in all, when last, and lately: since a moment that is at most a day ago. */
export interface Hidden {
  readonly count: number;
  readonly last: number;
  readonly since: number;
  readonly lately: number;
}

const DAY = 24 * 60 * 60_000;

/** What cannot be silenced: that nothing can be seen, and that nothing at all is logged. */
export const LOUD: ReadonlySet<string> = new Set(['engine', 'silence']);

/** The silences that hide this signal from rules, by the moment at which it came: those of operators and of the settings. */
export function silencesOf(
  state: CoreState,
  policy: Policy,
  signal: Signal,
  at: number,
): readonly (Silence | Maintenance)[] {
  if (state.silences === undefined && policy.maintenance.length === 0) return NONE;
  return allOf(state, policy).filter(
    (silence) => untilOf(silence, at) !== undefined && isMeant(silence, signal.container, signal),
  );
}

/** Whether a silence hides what it matches from a rule. */
export function isHiddenFrom(rule: string, { rules }: SilenceMatch): boolean {
  return !LOUD.has(rule) && (rules.length === 0 || rules.includes(rule));
}

/** The state once these silences have hidden a signal. */
export function withHidden(
  state: CoreState,
  silences: Iterable<{ readonly id: string }>,
  at: number,
): CoreState {
  const hidden = { ...state.hidden };
  for (const { id } of silences) {
    const { count, since, lately } = hidden[id] ?? { count: 0, since: at, lately: 0 };
    const isNewDay = at - since >= DAY;
    hidden[id] = {
      count: count + 1,
      last: at,
      since: isNewDay ? at : since,
      lately: isNewDay ? 1 : lately + 1,
    };
  }
  return { ...state, hidden };
}

/** From when on a state of a container, which would be told from `from` on, is told: once no silence covers it any more. */
export function toldFrom(
  state: CoreState,
  policy: Policy,
  rule: string,
  container: string,
  from: number,
): number {
  if (state.silences === undefined && policy.maintenance.length === 0) return from;
  const silences = allOf(state, policy).filter(
    (silence) => isHiddenFrom(rule, silence) && isMeant(silence, container, undefined),
  );
  let at = from;
  for (let rounds = 0; rounds <= silences.length; rounds += 1) {
    const until = Math.max(...silences.map((silence) => untilOf(silence, at) ?? 0));
    if (until <= at) break;
    at = until;
  }
  return at;
}

/** Whether all of a message came while a silence hid it from a rule: it has decided nothing. */
export function wasHidden(state: CoreState, policy: Policy, rule: string, group: Group): boolean {
  if (state.silences === undefined && policy.maintenance.length === 0) return false;
  return allOf(state, policy).some((silence) => {
    const until = untilOf(silence, group.first);
    return (
      until !== undefined &&
      group.last < until &&
      isHiddenFrom(rule, silence) &&
      isMeant(silence, group.container, { kind: group.kind, text: group.sample })
    );
  });
}

/** Whether anything has been hidden that may still be in a window. */
export function hidesAnything({ hidden }: CoreState): boolean {
  return hidden !== undefined;
}

/** Adds a silence of an operator, from now on. What has been over for longer than any window is forgotten. */
export function silenced(
  state: CoreState,
  match: SilenceMatch & Pick<Silence, 'until' | 'why'>,
  { longestWindow }: Policy,
): CoreState {
  const { now, silences = [], silencesMade = 0 } = state;
  const id = nextSilence(state);
  const until = Math.min(match.until, now + LONGEST_SILENCE);
  const kept = silences.filter((one) => one.until > now - longestWindow);
  return {
    ...state,
    silencesMade: silencesMade + 1,
    silences: [...kept, { ...match, id, from: now, until }],
  };
}

/** The id of the next silence of an operator. */
export function nextSilence({ silencesMade = 0 }: Pick<CoreState, 'silencesMade'>): string {
  return `s${silencesMade + 1}`;
}

/** Ends a silence now. One that is not there, or over, changes nothing. */
export function unsilenced(state: CoreState, id: string): CoreState {
  const { now, silences = [] } = state;
  if (!silences.some((one) => one.id === id && one.until > now)) return state;
  return { ...state, silences: silences.map((one) => (one.id === id ? { ...one, until: now } : one)) };
}

/** A silence that comes again and again, by the settings. */
export interface Maintenance extends SilenceMatch {
  readonly id: string;
  readonly why: string;
  /** Until when it is in force at a moment (epoch milliseconds), or undefined. */
  readonly untilAt: (at: number) => number | undefined;
}

/** Until when a silence is in force at a moment (epoch milliseconds); undefined where it is not. */
export function untilOf(silence: Silence | Maintenance, at: number): number | undefined {
  if ('untilAt' in silence) return silence.untilAt(at);
  return at >= silence.from && at < silence.until ? silence.until : undefined;
}

/** Every silence that is known, those of operators first. */
export function allOf(
  { silences = [] }: CoreState,
  { maintenance }: Policy,
): readonly (Silence | Maintenance)[] {
  return [...silences, ...maintenance];
}

/** Whether a silence is for this container, and this kind and text; of a state, which has neither, if it asks for none. */
function isMeant(
  silence: SilenceMatch,
  container: string,
  said: { readonly kind: Signal['kind']; readonly text: string } | undefined,
): boolean {
  const { glob, pattern } = compiled(silence);
  if (!glob(container)) return false;
  if (said === undefined) return silence.kinds.length === 0 && pattern === undefined;
  return (
    (silence.kinds.length === 0 || silence.kinds.includes(said.kind)) &&
    (pattern === undefined || pattern.test(said.text))
  );
}

interface Compiled {
  readonly glob: (container: string) => boolean;
  readonly pattern: Pattern | undefined;
}

const cache = new WeakMap<SilenceMatch, Compiled>();

function compiled(silence: SilenceMatch): Compiled {
  const known = cache.get(silence);
  if (known !== undefined) return known;
  const { containers, pattern } = silence;
  const fresh: Compiled = {
    glob: containers.length === 0 ? () => true : picomatch([...containers], { dot: true, bash: true }),
    pattern: pattern === '' ? undefined : compilePattern(pattern, 'pattern'),
  };
  cache.set(silence, fresh);
  return fresh;
}

const NONE: readonly Silence[] = [];
