import type { Signal } from '../model.ts';
import { type Newest, none, nth } from './newest.ts';
import type { Policy } from './policy.ts';
import type { Contributor, CoreState, Slot } from './state.ts';

/** The containers whose evidence towards a limit is later than `floor`. */
export function contributorsSince(
  state: CoreState,
  { slot, newest }: { readonly slot: Slot; readonly newest: Newest },
  floor: number,
): readonly Contributor[] {
  if (slot.container !== undefined) {
    return (nth(newest, 1) ?? 0) > floor
      ? state.contributors.filter(({ container }) => container === slot.container)
      : [];
  }
  const latest = state.latest[state.slots.indexOf(slot)] ?? [];
  return state.contributors.filter((_, index) => (latest[index] ?? 0) > floor);
}

/** Notes that the signal's container has sent evidence towards a limit. */
export function contributed(
  state: CoreState,
  policy: Policy,
  slot: number,
  { source, container }: Signal,
  at: number,
): CoreState {
  const isOwn = state.slots[slot]?.container !== undefined;
  const index = contributorIndex(state.contributors).get(contributorName(source, container));
  if (index === undefined) {
    const kept = withoutSilent(state, policy);
    const contributors = [...kept.contributors, { source, container }];
    if (isOwn) return { ...kept, contributors };
    return {
      ...kept,
      contributors,
      latest: kept.latest.with(slot, put(kept.latest[slot] ?? [], kept.contributors.length, at)),
    };
  }
  if (isOwn) return state;
  const times = state.latest[slot] ?? [];
  if ((times[index] ?? 0) >= at) return state;
  return { ...state, latest: state.latest.with(slot, put(times, index, at)) };
}

/** Times with one put in its place; a place that nothing was put into is 0. */
function put(times: readonly number[], index: number, at: number): readonly number[] {
  return index < times.length
    ? times.with(index, at)
    : [...times, ...new Array<number>(index - times.length).fill(0), at];
}

/** The state without contributors that have sent no evidence for longer than any window. */
function withoutSilent(state: CoreState, { longestWindow }: Policy): CoreState {
  const oldest = state.now - longestWindow;
  const inSlots = new Set(
    state.slots.flatMap(({ container }, index) =>
      container !== undefined && (nth(state.newest[index] ?? none, 1) ?? 0) > oldest ? [container] : [],
    ),
  );
  const live = state.contributors.map(
    ({ container }, index) =>
      inSlots.has(container) || state.latest.some((times) => (times[index] ?? 0) > oldest),
  );
  if (!live.includes(false)) return state;
  return {
    ...state,
    contributors: state.contributors.filter((_, index) => live[index]),
    latest: state.latest.map((times) => times.filter((_, index) => live[index])),
  };
}

function contributorName(source: string, container: string): string {
  return `${source}\n${container}`;
}

const contributorIndexes = new WeakMap<readonly Contributor[], ReadonlyMap<string, number>>();

function contributorIndex(contributors: readonly Contributor[]): ReadonlyMap<string, number> {
  const known = contributorIndexes.get(contributors);
  if (known !== undefined) return known;
  const index = new Map(
    contributors.map(({ source, container }, place) => [contributorName(source, container), place]),
  );
  contributorIndexes.set(contributors, index);
  return index;
}
