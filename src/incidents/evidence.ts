import type { Rule, Signal } from '../model.ts';
import { contributed, contributorsSince } from './contributors.ts';
import { isOff, ownLimit, ruleMatches } from './rules.ts';
import { isHiddenFrom, silencesOf, withHidden } from './silences.ts';
import { add, countAfter, none, nth } from './newest.ts';
import type { Newest } from './newest.ts';
import { isEvidence, quietLimit } from './policy.ts';
import type { Policy } from './policy.ts';
import type { Contributor, CoreState, Slot } from './state.ts';

/** One limit with its rule and its evidence. */
export interface Counted {
  readonly rule: Rule;
  readonly slot: Slot;
  readonly newest: Newest;
  /** Until when its evidence reached it at the latest; 0 for never. */
  readonly reachedUntil: number;
}

/** The state with the signal counted, and the limits that its evidence now reaches, each as it was before. */
export interface Recorded {
  readonly state: CoreState;
  readonly breached: readonly Counted[];
}

/**
 * Counts a signal towards every rule that matches it, unless a silence hides it from that rule. A time in the future counts as now. The cost does not depend on
 * limits, counts and the number of containers; only a new container costs a little more, once.
 */
export function record(state: CoreState, signal: Signal, policy: Policy): Recorded {
  let next = state;
  let breached: readonly Counted[] = NOTHING;
  if (!isEvidence(policy, signal)) return { state, breached };
  const at = Math.min(signal.at, state.now);
  const silences = silencesOf(state, policy, signal, at);
  let hiding: ReadonlySet<{ readonly id: string }> = NOT_HIDDEN;
  for (const rule of policy.rules.values()) {
    if (at <= state.now - rule.window || !ruleMatches(rule, signal)) continue;
    const hiders = silences.length === 0 ? [] : silences.filter((one) => isHiddenFrom(rule.name, one));
    if (hiders.length > 0) {
      hiding = new Set([...hiding, ...hiders]);
      continue;
    }
    const own = ownLimit(rule, signal);
    const limit = own ?? rule.limit;
    if (isOff(limit)) continue;
    const container = own !== undefined || rule.scope === 'container' ? signal.container : undefined;
    const [index, prepared] = slotFor(next, policy, rule, limit, container);
    next = contributed(prepared, policy, index, signal, at);
    const before = next.newest[index] ?? none;
    const after = add(before, at, limit);
    if (after !== before) next = { ...next, newest: next.newest.with(index, after) };
    if (!reached(next, rule, limit, after)) continue;
    const reachedUntil = next.reachedUntil[index] ?? 0;
    const slot = next.slots[index] ?? { rule: rule.name, limit };
    breached = [...breached, { rule, slot, newest: after, reachedUntil }];
    const until = (nth(after, limit) ?? 0) + rule.window;
    if (until > reachedUntil) next = { ...next, reachedUntil: next.reachedUntil.with(index, until) };
  }
  return { state: hiding.size > 0 ? withHidden(next, hiding, at) : next, breached };
}

/** Every limit of an incident key with its evidence. */
export function countedFor(state: CoreState, policy: Policy, key: string): readonly Counted[] {
  return state.slots.flatMap((slot, index) => {
    const rule = policy.rules.get(slot.rule);
    const newest = state.newest[index];
    const reachedUntil = state.reachedUntil[index] ?? 0;
    if (rule?.key !== key || newest === undefined) return [];
    // Evidence from before a reload that switched the host's limit off.
    const isHosts = slot.container === undefined;
    return isHosts && isOff(rule.limit) ? [] : [{ rule, slot, newest, reachedUntil }];
  });
}

/** The limits of a key that are breached now, on evidence inside their window and newer than the watermark. */
export function breachedOf(state: CoreState, policy: Policy, key: string): readonly Counted[] {
  return countedFor(state, policy, key).filter(({ rule, slot, newest }) =>
    reached(state, rule, slot.limit, newest),
  );
}

/** The containers whose evidence decides a limit now: inside its window and newer than the watermark. */
export function contributorsOf(state: CoreState, counted: Counted): readonly Contributor[] {
  return contributorsSince(state, counted, floorOf(state, counted));
}

/** Evidence of a limit up to this moment decides nothing now: it has left the window or is spent. */
export function floorOf(state: CoreState, { rule }: Pick<Counted, 'rule'>): number {
  return Math.max(state.now - rule.window, watermarkOf(state, rule.key));
}

/**
 * The decision count: how many signals of a limit are inside its window and newer than the watermark. Only a little
 * more than the limit's number of timestamps is kept, so that it stops there.
 */
export function decisionCount(state: CoreState, counted: Counted): number {
  return countAfter(counted.newest, floorOf(state, counted));
}

/** Whether no limit of the key has more signals in the last `span` than a quiet host may have. */
export function isCalm(state: CoreState, policy: Policy, key: string, span: number): boolean {
  return calmFrom(state, policy, key, span) <= state.now;
}

/** From when on the key is calm over `span` if nothing more happens. */
export function calmFrom(state: CoreState, policy: Policy, key: string, span: number): number {
  let from = 0;
  for (const { rule, slot, newest } of countedFor(state, policy, key)) {
    const over = nth(newest, quietLimit(policy, rule.window, slot.limit, span) + 1);
    if (over !== undefined) from = Math.max(from, over + span);
  }
  return from;
}

/** The watermark of a key: evidence up to it is spent. */
export function watermarkOf(state: CoreState, key: string): number {
  return state.keys[key]?.watermark ?? 0;
}

const NOTHING: readonly Counted[] = [];
const NOT_HIDDEN: ReadonlySet<never> = new Set();

function reached(state: CoreState, rule: Rule, limit: number, newest: Newest): boolean {
  const oldestNeeded = nth(newest, limit);
  return (
    oldestNeeded !== undefined &&
    oldestNeeded > state.now - rule.window &&
    oldestNeeded > watermarkOf(state, rule.key)
  );
}

function slotFor(
  state: CoreState,
  policy: Policy,
  rule: Rule,
  limit: number,
  container: string | undefined,
): readonly [number, CoreState] {
  const index = indexOf(state.slots).get(slotName(rule.name, container));
  const slot: Slot = { rule: rule.name, limit, ...(container !== undefined && { container }) };
  if (index === undefined) {
    const kept = withoutStale(state, policy);
    return [
      kept.slots.length,
      {
        ...kept,
        slots: [...kept.slots, slot],
        newest: [...kept.newest, none],
        reachedUntil: [...kept.reachedUntil, 0],
        latest: [...kept.latest, []],
      },
    ];
  }
  return [
    index,
    state.slots[index]?.limit === limit ? state : { ...state, slots: state.slots.with(index, slot) },
  ];
}

/** Forgets the limits without evidence inside their window: containers come and go. */
function withoutStale(state: CoreState, policy: Policy): CoreState {
  const live = state.slots.map((slot, index) => {
    const window = policy.rules.get(slot.rule)?.window ?? 0;
    return (nth(state.newest[index] ?? none, 1) ?? 0) > state.now - window;
  });
  if (!live.includes(false)) return state;
  return {
    ...state,
    slots: state.slots.filter((_, index) => live[index]),
    newest: state.newest.filter((_, index) => live[index]),
    reachedUntil: state.reachedUntil.filter((_, index) => live[index]),
    latest: state.latest.filter((_, index) => live[index]),
  };
}

function slotName(rule: string, container: string | undefined): string {
  return container === undefined ? rule : `${rule}\n${container}`;
}

const indexes = new WeakMap<readonly Slot[], ReadonlyMap<string, number>>();

function indexOf(slots: readonly Slot[]): ReadonlyMap<string, number> {
  const known = indexes.get(slots);
  if (known !== undefined) return known;
  const index = new Map(slots.map((slot, place) => [slotName(slot.rule, slot.container), place]));
  indexes.set(slots, index);
  return index;
}
