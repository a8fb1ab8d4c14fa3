import type { Row } from './row.ts';

/** A place of the terminal view: what has been opened, the row that is chosen, and the first that is in sight. */
export interface Place {
  readonly item?: string;
  readonly chosen?: string;
  readonly top: number;
}

/** What a key means. */
export type Key =
  'up' | 'down' | 'page up' | 'page down' | 'home' | 'end' | 'enter' | 'back' | 'help' | 'quit';

/** The places that one has gone through, the present one last. `rows` are those of it, of which `room` are in sight. */
export function browsed(
  places: readonly Place[],
  key: Key,
  rows: readonly Row[],
  room: number,
): readonly Place[] {
  const here = places.at(-1) ?? { top: 0 };
  const moved = (place: Partial<Place>): readonly Place[] => [
    ...places.slice(0, -1),
    { ...here, ...place, top: within(place.top ?? here.top, rows, room) },
  ];
  switch (key) {
    case 'up':
    case 'down':
      return moved(chosenBy(key, here, rows, room));
    case 'page up':
      return moved({ top: here.top - room });
    case 'page down':
      return moved({ top: here.top + room });
    case 'home':
      return moved({ top: 0 });
    case 'end':
      return moved({ top: rows.length });
    case 'enter':
      return here.chosen === undefined || !rows.some(({ item }) => item === here.chosen)
        ? places
        : [...places, { item: here.chosen, top: 0 }];
    case 'help':
      return here.item === HELP ? places.slice(0, -1) : [...places, { item: HELP, top: 0 }];
    case 'back':
      return places.length > 1 ? places.slice(0, -1) : [{ top: 0 }];
    case 'quit':
      return places;
  }
}

/** What is opened by `?`. */
export const HELP = 'help';

/** The first row in sight, so that none is left empty which need not be. */
export function within(top: number, rows: readonly Row[], room: number): number {
  return Math.max(0, Math.min(top, rows.length - room));
}

/** The next row that can be opened, brought into sight; a step of one row where there is none in sight or near. */
function chosenBy(key: 'up' | 'down', here: Place, rows: readonly Row[], room: number): Partial<Place> {
  const step = key === 'up' ? -1 : 1;
  const present = rows.findIndex(({ item }) => item !== undefined && item === here.chosen);
  const from = present < 0 ? here.top - (key === 'up' ? 0 : 1) : present;
  const ahead = key === 'up' ? rows.slice(0, Math.max(0, from)).reverse() : rows.slice(from + 1);
  const steps = ahead.findIndex(({ item }) => item !== undefined);
  const next = steps < 0 ? undefined : from + step * (steps + 1);
  const farther = next === undefined || next < here.top - 1 || next > here.top + room;
  if (next === undefined || farther) {
    const top = here.top + step;
    const atEnd = top < 0 || top > rows.length - room;
    if (!atEnd || next === undefined) return { top };
  }
  const chosen = rows[next]?.item;
  if (chosen === undefined) return {};
  return { chosen, top: Math.max(Math.min(here.top, next), next - room + 1) };
}
