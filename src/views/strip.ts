import { KINDS, type Kind } from '../model.ts';
import { h, type Element } from './node.ts';

/** Something that happened and is marked on a strip. */
export interface Mark {
  readonly at: number;
  readonly what: 'opened' | 'resolved' | 'heal' | 'restart';
  readonly text: string;
}

export interface StripParts {
  readonly label: string;
  /** Beginning of the first bar, and the length of time that each stands for, in milliseconds. */
  readonly from: number;
  readonly width: number;
  /** One number a bar, for each kind that is shown. */
  readonly kinds: Readonly<Partial<Record<Kind, readonly number[]>>>;
  readonly limit: number | undefined;
  readonly marks: readonly Mark[];
}

const BAR = 10;
const HEIGHT = 48;
const TOP = 10;

/** Bars over time, stacked by kind, with the limit as a line where it is in sight, and marks of what happened. */
export function strip({ label, from, width, kinds, limit, marks }: StripParts): Element {
  const bars = Math.max(0, ...Object.values(kinds).map(({ length }) => length));
  const at = (kind: Kind, bar: number): number => kinds[kind]?.[bar] ?? 0;
  const totals = Array.from({ length: bars }, (_, bar) =>
    KINDS.reduce((sum, kind) => sum + at(kind, bar), 0),
  );
  const highest = Math.max(1, limit ?? 0, ...totals);
  const high = (count: number): number => Math.round((count / highest) * HEIGHT * 10) / 10;
  const stacked = totals.flatMap((_, bar) => {
    let base = 0;
    return KINDS.flatMap((kind) => {
      const count = at(kind, bar);
      if (count === 0) return [];
      base += count;
      const height = Math.max(1, high(count));
      return [
        h('rect', { class: kind, x: bar * BAR + 1, width: BAR - 2, y: TOP + HEIGHT - high(base), height }),
      ];
    });
  });
  const end = bars * BAR;
  const line = limit === undefined ? undefined : TOP + HEIGHT - high(limit);
  return h(
    'svg',
    {
      class: 'strip',
      viewBox: `0 0 ${end} ${TOP + HEIGHT + 2}`,
      role: 'img',
      'aria-label': label,
      preserveAspectRatio: 'none',
    },
    h('title', {}, label),
    h('line', { class: 'ground', x1: 0, x2: end, y1: TOP + HEIGHT, y2: TOP + HEIGHT }),
    stacked,
    line === undefined ? undefined : h('line', { class: 'limit', x1: 0, x2: end, y1: line, y2: line }),
    marks
      .filter((mark) => mark.at >= from && mark.at < from + bars * width)
      .map((mark) => {
        const x = Math.round(((mark.at - from) / width) * BAR * 10) / 10;
        return h(
          'path',
          { class: `mark ${mark.what}`, d: `M${x} ${TOP}v${HEIGHT}M${x - 4} 0h8l-4 ${TOP - 2}z` },
          h('title', {}, mark.text),
        );
      }),
  );
}

/** A small line of bars without marks, for a row of a table. */
export function sparkline(label: string, counts: readonly number[]): Element {
  const highest = Math.max(1, ...counts);
  return h(
    'svg',
    {
      class: 'sparkline',
      viewBox: `0 0 ${counts.length * 2} 16`,
      role: 'img',
      'aria-label': label,
      preserveAspectRatio: 'none',
    },
    counts.flatMap((count, bar) => {
      if (count === 0) return [];
      const height = Math.max(1, Math.round((count / highest) * 160) / 10);
      return [h('rect', { x: bar * 2, width: 1.6, y: 16 - height, height })];
    }),
  );
}
