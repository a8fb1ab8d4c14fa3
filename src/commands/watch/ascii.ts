import { cells } from '../../text/cells.ts';

/** What our own signs become where there is nothing but ASCII. */
const SIGNS: Readonly<Record<string, string>> = {
  '█': '#',
  '░': '.',
  '▁': '.',
  '▂': ':',
  '▃': '-',
  '▄': '=',
  '▅': '+',
  '▆': '*',
  '▇': '%',
  '·': '.',
  '–': '-',
  '…': '~',
  '×': 'x',
  '✓': '+',
  '↻': '~',
  '↑': '^',
  '↓': 'v',
  '←': '<',
};

/** The text in ASCII, as wide as it was: a sign that has no likeness is a question mark. */
export function asAscii(text: string): string {
  return text.replace(/[^\x20-\x7e]/gu, (sign) => SIGNS[sign] ?? '?'.repeat(cells(sign)));
}
