/**
 * One figure beside what it is held against in the same run. `ratio` is `value / reference`; `budget` is the bound that
 * the ratio (or the value, where there is no reference) must keep: at least where `better` is `more`, else at most.
 */
export interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly reference: number | null;
  readonly ratio: number | null;
  readonly budget: number | null;
  readonly ok: boolean | null;
  readonly better: 'more' | 'less';
}

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly reference?: number;
  readonly budget?: number;
  readonly better?: 'more' | 'less';
}

/** A row from a figure. Without a budget it is shown for orientation. */
export function row({ name, value, unit, reference, budget, better = 'less' }: Figure): Row {
  const ratio = reference === undefined ? null : value / reference;
  const held = ratio ?? value;
  const ok = budget === undefined ? null : better === 'more' ? held >= budget : held <= budget;
  return { name, value, unit, reference: reference ?? null, ratio, budget: budget ?? null, ok, better };
}

/** By how much a row is off its budget: 1 is just kept, 2 is off by twice. 0 where there is none. */
export function offBy({ ratio, value, budget, better }: Row): number {
  if (budget === null) return 0;
  const held = ratio ?? value;
  return better === 'more' ? budget / held : held / budget;
}

/** The rows as a table for people. */
export function tableOf(rows: readonly Row[]): string {
  const cells = rows.map((one) => [
    one.name,
    `${short(one.value)} ${one.unit}`,
    one.reference === null ? '' : short(one.reference),
    one.ratio === null ? '' : short(one.ratio),
    one.budget === null ? '' : `${one.better === 'more' ? '≥' : '≤'} ${short(one.budget)}`,
    one.ok === null ? '' : one.ok ? 'ok' : 'missed',
  ]);
  const all = [['what', 'value', 'reference', 'ratio', 'budget', ''], ...cells];
  const widths = [0, 1, 2, 3, 4, 5].map((column) =>
    Math.max(...all.map((line) => line[column]?.length ?? 0)),
  );
  return all
    .map((line) =>
      line
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function short(value: number): string {
  if (Math.abs(value) >= 1_000) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(3)));
}
