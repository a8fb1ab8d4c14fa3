import { AXES, type Axis, type Point } from './growth.ts';

const WIDTH = 760;
const HEIGHT = 260;
const LEFT = 50;
const BASE = 200;
const FULL = 150;
const COLOURS: Readonly<Record<Axis, string>> = {
  containers: '#2563eb',
  'window, minutes': '#059669',
  'signals in the window': '#d97706',
};

/** Cost a line against everything it must not depend on, each held against its first value: flat is as it should be. */
export function plotOf(points: readonly Point[]): string {
  const axes = Object.keys(AXES) as Axis[];
  const most = Math.max(2, ...points.map((point) => relative(points, point)));
  const y = (value: number): number => BASE - (value / most) * FULL;
  const step = (WIDTH - 2 * LEFT) / points.length;
  const bars = points.map((point, index) => {
    const height = BASE - y(relative(points, point));
    const x = LEFT + index * step;
    const label = point.value.toLocaleString('en');
    return [
      `<rect x="${round(x + 8)}" y="${round(BASE - height)}" width="${round(step - 16)}" height="${round(height)}" fill="${COLOURS[point.axis]}"/>`,
      text(x + step / 2, BASE + 16, label),
      text(x + step / 2, BASE - height - 6, `${Math.round(point.cost)} ns`),
    ].join('\n');
  });
  const legend = axes.map((axis, index) => {
    const x = LEFT + 8 + index * 220;
    return `<rect x="${x}" y="228" width="12" height="12" fill="${COLOURS[axis]}"/>\n<text x="${x + 18}" y="239">${axis}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" fill="#334155">`,
    '<rect width="100%" height="100%" fill="#ffffff"/>',
    `<text x="${LEFT}" y="22" font-size="14">Cost of a line, against the first of each kind (dashed)</text>`,
    `<line x1="${LEFT}" x2="${WIDTH - LEFT}" y1="${BASE}" y2="${BASE}" stroke="#94a3b8"/>`,
    `<line x1="${LEFT}" x2="${WIDTH - LEFT}" y1="${round(y(1))}" y2="${round(y(1))}" stroke="#94a3b8" stroke-dasharray="4 4"/>`,
    ...bars,
    ...legend,
    '</svg>',
    '',
  ].join('\n');
}

function relative(points: readonly Point[], { axis, cost }: Point): number {
  return cost / (points.find((point) => point.axis === axis)?.cost ?? cost);
}

function text(x: number, y: number, content: string): string {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="middle">${content}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
