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

/** What an incident tells beside its evidence: the latest notes, those of its own containers first. */
export function notesFor({ notes = [] }: CoreState, { openedAt, subjects }: Incident): readonly Note[] {
  const near = notes.filter(({ at }) => at >= openedAt - BEFORE).toReversed();
  const own = near.filter(({ container }) => subjects.includes(container));
  const others = near.filter(({ container }) => !subjects.includes(container));
  return [...own, ...others].slice(0, TOLD);
}
