import { cells } from '../../text/cells.ts';
import { display } from '../../text/display.ts';
import type { Show } from '../show.ts';
import type { IncidentView, View } from '../view.ts';
import { HELP, type Place, within } from './browsing.ts';
import { detailRows, incidentRows } from './detail-rows.ts';
import { incidentOf } from './items.ts';
import { overviewRows } from './overview-rows.ts';
import { cell, EMPTY_ROW, fitted, row, type Row, type Span, span, title } from './row.ts';

/** What is looked at. */
export interface Watched {
  /** Undefined until the daemon has answered. */
  readonly view: View | undefined;
  /** Whether what is shown is of the present. */
  readonly isLive: boolean;
  readonly places: readonly Place[];
  /** What was asked of incidents that are not open; null for one that is not there. */
  readonly asked: ReadonlyMap<string, IncidentView | null>;
}

export interface Screen {
  readonly width: number;
  readonly height: number;
}

/** Rows that are always there: who and when at the top, the keys at the bottom. */
const FIXED = 2;

/** How many rows of what is shown are in sight. */
export function roomFor({ height }: Screen): number {
  return Math.max(1, height - FIXED);
}

/** What the terminal shows: exactly as many rows as it has, each exactly as wide. */
export function frameOf(watched: Watched, show: Show, screen: Screen): readonly (readonly Span[])[] {
  const { width } = screen;
  const rows = placeRows(watched, show, width);
  const place = watched.places.at(-1) ?? { top: 0 };
  const room = roomFor(screen);
  const top = within(place.top, rows, room);
  const shown = Array.from({ length: room }, (_, index) => rows[top + index] ?? EMPTY_ROW);
  const hidden = rows.length - room - top;
  return [
    fitted(head(watched, show, width), width),
    ...shown.map((one) => {
      const spans = fitted(one, width);
      const chosen = one.item !== undefined && one.item === place.chosen;
      return chosen ? spans.map(({ text, style }) => ({ text, style: { ...style, reverse: true } })) : spans;
    }),
    fitted(keys(hidden, width), width),
  ];
}

/** All rows of the present place. */
export function placeRows({ view, places, asked }: Watched, show: Show, width: number): readonly Row[] {
  const { item } = places.at(-1) ?? {};
  if (item === HELP) return help();
  if (view === undefined) return [row(span('The daemon does not answer yet. It is asked once a second.'))];
  const id = incidentOf(item);
  if (id !== undefined) {
    const found = view.incidents.find((one) => one.id === id) ?? asked.get(id);
    if (found === undefined) return [row(span('Loading…'))];
    return found === null
      ? [row(span('There is no such incident. The last thousand are kept.'))]
      : incidentRows(found, show, width);
  }
  return item === undefined ? overviewRows(view, show, width) : detailRows(item, view, show, width);
}

/** The keys are named in full in a terminal of so many columns. */
const WIDE = 60;

function head({ view, isLive }: Watched, show: Show, width: number): Row {
  const name = display(view === undefined ? 'quantum-realtime' : `quantum-realtime · ${view.host}`);
  const state = isLive ? `live ${show.clock(show.now)}` : 'THE DAEMON DOES NOT ANSWER: this is old';
  const left = Math.max(0, width - cells(state) - 2);
  return row(
    cell(span(name, { dim: true }), left),
    span('  '),
    span(state, isLive ? { colour: 'green' } : { colour: 'red', bold: true }),
  );
}

function keys(hidden: number, width: number): Row {
  const more = hidden > 0 ? `${hidden} more below` : '';
  const text =
    width < WIDE ? '↑↓ Enter Esc  ? help  q quit' : '↑↓ move  Enter open  Esc back  ? help  q quit';
  return row(cell(span(text, { dim: true }), width - cells(more)), span(more, { dim: true }));
}

const KEYS = [
  ['↑ ↓', 'choose the next row that can be opened'],
  ['Enter', 'open it: an incident, a message, a container'],
  ['Esc ←', 'back'],
  ['PgUp PgDn', 'a screen up or down; also b and the space bar'],
  ['Home End', 'to the top, to the end; also g and G'],
  ['?', 'this help'],
  ['q', 'quit; also Ctrl-C'],
] as const;

function help(): readonly Row[] {
  return [
    title('Keys'),
    ...KEYS.map(([key, what]) => row(cell(span(key, { bold: true }), 11), span(what))),
    EMPTY_ROW,
    row(span('What is shown is redrawn as it changes, once a second at most.')),
    row(span('Nothing can be changed from here. For scripts: quantum-realtime status')),
  ];
}
