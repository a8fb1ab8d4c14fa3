/** A column: its title, and whether its cells stand at the right. The first column gives way where room is short. */
export interface Column {
  readonly title: string;
  readonly right?: boolean;
}

/** Rows of cells as aligned lines, no wider than `width` as long as the first column can be cut to 12 characters. */
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
  widths[0] = Math.max(Math.min(first, 12), first - Math.max(0, total - width));
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
