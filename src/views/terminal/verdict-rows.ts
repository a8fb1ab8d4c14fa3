import { SIGNS } from '../banner.ts';
import type { Tone, Verdict } from '../verdict.ts';
import { type Colour, labelled, row, type Row, span } from './row.ts';

const COLOURS: Readonly<Record<Tone, Colour>> = {
  quiet: 'green',
  over: 'green',
  busy: 'yellow',
  blind: 'magenta',
  needed: 'red',
};

const LABEL = 9;
/** Of a title and of an answer no more rows are shown, so that the verdict fits into 24. */
const MOST = 2;

/** The verdict: how bad it is, what is wrong, and the answers. */
export function verdictRows({ tone, title, answers }: Verdict, width: number): readonly Row[] {
  const [sign, word] = SIGNS[tone];
  const colour = COLOURS[tone];
  return [
    row(span(` ${sign} ${word.toUpperCase()} `.padEnd(width), { reverse: true, bold: true, colour })),
    ...labelled(span(''), 0, span(title, { bold: true }), width, MOST),
    ...answers.flatMap(([label, answer]) =>
      labelled(
        span(label, { dim: label !== 'You', bold: label === 'You' }),
        LABEL,
        span(answer, label === 'You' ? { bold: true } : {}),
        width,
        MOST,
      ),
    ),
  ];
}
