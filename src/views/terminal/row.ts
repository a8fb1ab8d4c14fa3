import { display } from '../../text/display.ts';
import { cells, cutToCells, wrapToCells } from '../../text/cells.ts';

export type Colour = 'red' | 'green' | 'yellow' | 'magenta' | 'cyan';

/** How a piece of a row looks. What it means stands in its text: a terminal may have no colours. */
export interface Style {
  readonly colour?: Colour;
  readonly bold?: boolean;
  readonly dim?: boolean;
  readonly reverse?: boolean;
}

/** A piece of a row: its text is fit for a terminal. Only `span` makes one. */
export interface Span {
  readonly text: string;
  readonly style: Style;
}

/** A row of the terminal. `item` names what Enter opens on it. */
export interface Row {
  readonly spans: readonly Span[];
  readonly item?: string;
}

/** A piece of a row, whatever the text holds: nothing of it steers the terminal. */
export function span(text: string | number, style: Style = {}): Span {
  return { text: display(String(text)).replaceAll('\t', ' '), style };
}

/** A row of pieces. */
export function row(...spans: readonly Span[]): Row {
  return { spans };
}

export const EMPTY_ROW: Row = { spans: [] };

/** A title over the rows that follow. */
export function title(text: string): Row {
  return row(span(text, { bold: true, colour: 'cyan' }));
}

/** A piece in exactly so many cells: cut, or filled with spaces on the right or, for numbers, on the left. */
export function cell({ text, style }: Span, room: number, right = false): Span {
  const cut = cutToCells(text, room);
  const fill = ' '.repeat(Math.max(0, room - cells(cut)));
  return { text: right ? `${fill}${cut}` : `${cut}${fill}`, style };
}

/** A text after a label of so many cells, over as many rows as it takes, at most `most`. */
export function labelled(
  label: Span,
  room: number,
  text: Span,
  width: number,
  most = Infinity,
): readonly Row[] {
  const wide = Math.max(8, width - room);
  const lines = wrapToCells(text.text, wide);
  const shown =
    lines.length <= most
      ? lines
      : [...lines.slice(0, most - 1), cutToCells(lines.slice(most - 1).join(' '), wide)];
  return shown.map((line, index) =>
    row(cell(index === 0 ? label : span(''), room), { text: line, style: text.style }),
  );
}

/** The row in exactly so many cells. */
export function fitted({ spans }: Row, width: number): readonly Span[] {
  let left = width;
  const taken = spans.flatMap((one) => {
    if (left <= 0) return [];
    const text = cutToCells(one.text, left);
    left -= cells(text);
    return [{ text, style: one.style }];
  });
  return left > 0 ? [...taken, span(' '.repeat(left))] : taken;
}
