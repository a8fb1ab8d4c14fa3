import { cells } from '../../text/cells.ts';
import { cell, row, type Row, type Span } from './row.ts';

/** A column of a list. */
export interface Column {
  /** No wider than this, in cells. */
  readonly most: number;
  readonly right?: boolean;
  /** Left out in a terminal that is narrower than this. */
  readonly from?: number;
}

/** A line of a list: a piece for each column, and what Enter opens. */
export interface Listed {
  readonly spans: readonly Span[];
  readonly item?: string;
}

/** Lines one below the other, each column as wide as its widest piece; the last takes what is left of the width. */
export function columns(parts: readonly Column[], lines: readonly Listed[], width: number): readonly Row[] {
  const shown = parts.flatMap((part, index) => ((part.from ?? 0) <= width ? [{ ...part, index }] : []));
  const rooms = shown.map(({ most, index }) =>
    Math.min(most, Math.max(0, ...lines.map(({ spans }) => cells(spans[index]?.text ?? '')))),
  );
  return lines.map(({ spans, item }) => {
    const pieces = shown.flatMap(({ index, right }, at) => {
      const piece = spans[index];
      if (piece === undefined) return [];
      const last = at === shown.length - 1;
      return last ? [piece] : [cell(piece, rooms[at] ?? 0, right), SPACE];
    });
    return { ...row(...pieces), ...(item !== undefined && { item }) };
  });
}

const SPACE: Span = { text: '  ', style: {} };
