import type { Browser } from 'playwright-core';
import { h, type Node } from '../../src/views/node.ts';
import { toHtml } from '../../src/views/to-html.ts';

const COLOURS: Readonly<Record<number, string>> = {
  31: '#ff7b8a',
  32: '#5fd08b',
  33: '#ffd166',
  35: '#d6a5ff',
  36: '#7fd4e0',
};
const DEFAULT_COLOUR = 39;
const GROUND = '#131518';
const TEXT = '#eceef1';

/** A picture of what a terminal shows, as `tmux capture-pane -e` gives it. */
export async function terminalPicture(browser: Browser, captured: string, path: string): Promise<void> {
  const window = await browser.newPage({ viewport: { width: 1_000, height: 800 } });
  const rows = captured.replace(/\n$/, '').split('\n');
  const style = `display:inline-block;margin:0;padding:12px;background:${GROUND};color:${TEXT};font:15px/1.3 'DejaVu Sans Mono',monospace`;
  await window.setContent(`<body style="margin:0">${toHtml(h('pre', { style }, piecesOf(rows)))}</body>`);
  await window.locator('pre').screenshot({ path });
  await window.close();
}

function piecesOf(rows: readonly string[]): readonly Node[] {
  let codes: readonly number[] = [];
  return rows.flatMap((row) => [
    ...row.split(/(\x1b\[[\d;]*m)/).flatMap((piece): readonly Node[] => {
      const given = /^\x1b\[([\d;]*)m$/.exec(piece)?.[1];
      if (given === undefined) return piece === '' ? [] : [h('span', { style: styleOf(codes) }, piece)];
      for (const code of given.split(';').map(Number))
        codes =
          code === 0 ? [] : code === DEFAULT_COLOUR ? codes.filter((one) => one < 30) : [...codes, code];
      return [];
    }),
    '\n',
  ]);
}

function styleOf(codes: readonly number[]): string {
  const colour = codes.map((code) => COLOURS[code]).findLast((one) => one !== undefined) ?? TEXT;
  const isReverse = codes.includes(7);
  return [
    `color:${isReverse ? GROUND : colour}`,
    ...(isReverse ? [`background:${colour}`] : []),
    ...(codes.includes(1) ? ['font-weight:bold'] : []),
    ...(codes.includes(2) ? ['opacity:0.75'] : []),
  ].join(';');
}
