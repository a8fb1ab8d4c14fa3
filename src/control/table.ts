/** A column: its title, and whether it is aligned to the right. The first column is shortened where room is short. */
export interface Column {
  readonly title: string;
  readonly right?: boolean;
  /** Left out where the first column would have to be cut below 28 characters; the highest goes first. */
  readonly spare?: number;
}

/** The first column is cut no shorter than this. */
const LEAST = 12;
/** What is spare is left out before the first column is cut below this: most names are shorter. */
const WHOLE = 28;

/**
 * Rows of cells as aligned lines, no wider than `width` as long as the columns that are not spare allow it with the first
 * one cut to 12 characters. Spare ones make room before names are cut.
 */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
): readonly string[] {
  const widths = columns.map(({ title }, index) =>
    Math.max(title.length, ...rows.map((row) => row[index]?.length ?? 0)),
  );
  const total = widths.reduce((sum, each) => sum + each, 2 * (columns.length - 1));
  const [first = 0] = widths;
  const least = Math.min(first, LEAST);
  const whole = Math.min(first, WHOLE);
  const spare = columns.reduce(
    (most, column, index) => ((column.spare ?? 0) > (columns[most]?.spare ?? 0) ? index : most),
    0,
  );
  if (total - first + whole > width && spare > 0)
    return table(
      columns.toSpliced(spare, 1),
      rows.map((row) => row.toSpliced(spare, 1)),
      width,
    );
  widths[0] = Math.max(least, first - Math.max(0, total - width));
  return [columns.map(({ title }) => title), ...rows].map((row) =>
    row
      .map((cell, index) => {
        const room = widths[index] ?? 0;
        const text = cut(cell, room);
        return columns[index]?.right === true ? text.padStart(room) : text.padEnd(room);
      })
      .join('  ')
      .trimEnd(),
  );
}

/** The text in so much room, its end replaced by an ellipsis if it is longer. */
export function cut(text: string, room: number): string {
  return text.length <= room ? text : `${text.slice(0, Math.max(0, room - 1))}…`;
}

/** So many lines are made of one that is too long. */
const MOST_LINES = 4;

/** A line as several that fit, parted between words; those after the first are indented. What is longer still is cut. */
export function wrap(line: string, width: number, indent: number): readonly string[] {
  const lines: string[] = [];
  let rest = line;
  while (rest.length > width && lines.length < MOST_LINES - 1) {
    const margin = /^ */.exec(rest)?.[0].length ?? 0;
    const space = rest.lastIndexOf(' ', width);
    const end = space > Math.max(margin, indent) ? space : width;
    lines.push(rest.slice(0, end).trimEnd());
    rest = `${' '.repeat(indent)}${rest.slice(end).trimStart()}`;
  }
  return [...lines, cut(rest, width)];
}

/** How wide lines may be: as wide as the terminal, but for one that is unusably narrow; `otherwise` without one. */
export function roomOn({ isTTY, columns }: { isTTY?: boolean; columns?: number }, otherwise: number): number {
  return isTTY === true && columns !== undefined && columns > 0 ? Math.max(40, columns) : otherwise;
}
