import type { Note } from '../model.ts';
import type { Policy } from './policy.ts';
import type { CoreState, Incident } from './state.ts';

/** Most notes that are remembered, and that an incident tells. */
const KEPT = 50;
const TOLD = 5;

/** A note this long before an incident opens (milliseconds) may have to do with it. */
const BEFORE = 15 * 60_000;

/** The state with a note. As old ones as the window are forgotten. */
export function keepNote(state: CoreState, note: Note, { config }: Policy): CoreState {
  const recent = (state.notes ?? []).filter(({ at }) => at > state.now - Math.max(config.window, BEFORE));
  return { ...state, notes: [...recent, note].slice(-KEPT) };
}

/**
 * What an incident tells beside its evidence: changes of the host before it opened (what a heal changes is no news), then
 * what was found, each the latest first and those of its own containers before others.
 */
export function notesFor(
  { notes = [] }: CoreState,
  { openedAt, subjects }: Pick<Incident, 'openedAt' | 'subjects'>,
): readonly Note[] {
  const near = notes
    .filter(({ at, sign }) => at >= openedAt - BEFORE && (sign !== 'change' || at <= openedAt))
    .toReversed();
  const rank = ({ sign, container }: Note): number =>
    (sign === 'change' ? 0 : 2) + (subjects.includes(container) ? 0 : 1);
  return near.toSorted((a, b) => rank(a) - rank(b)).slice(0, TOLD);
}
