import { KINDS, type Kind } from '../../model.ts';
import { counted } from '../../text/plain.ts';
import { aboutDaemon, blindLines } from '../blindness.ts';
import { sortedByTrouble, stateOf } from '../containers.ts';
import { KINDS_OF, limitName, shownLimits } from '../limits.ts';
import { nodeText } from '../node-text.ts';
import { lengthText, momentText, type Show } from '../show.ts';
import { verdictOf } from '../verdict.ts';
import type { GroupView, View } from '../view.ts';
import { meterText, sparkText } from './bars.ts';
import { columns } from './columns.ts';
import { containerItem, groupItem, incidentItem } from './items.ts';
import { EMPTY_ROW, labelled, row, type Row, span, type Style, title } from './row.ts';
import { verdictRows } from './verdict-rows.ts';

const METER = 10;
const BARS = 30;

/** Everything that is known, in the order of the page: the verdict, then why, then all the rest. */
export function overviewRows(view: View, show: Show, width: number): readonly Row[] {
  return [
    ...verdictRows(verdictOf(view, show), width),
    EMPTY_ROW,
    ...openRows(view, show, width),
    ...limitRows(view, width),
    ...groupRows('What differs', view.groups, show, width),
    ...containerRows(view, show, width),
    ...blindRows(view, show, width),
    ...pastRows(view, show, width),
  ];
}

function openRows({ incidents }: View, show: Show, width: number): readonly Row[] {
  if (incidents.length === 0) return [];
  const lines = incidents.map(({ id, state, since, reason }) => ({
    spans: [
      span(state.toUpperCase(), { bold: true }),
      span(`for ${lengthText(show.now - since)}`),
      span(reason),
    ],
    item: incidentItem(id),
  }));
  return [title('Open'), ...columns([{ most: 12 }, { most: 16 }, { most: width }], lines, width), EMPTY_ROW];
}

function limitRows(view: View, width: number): readonly Row[] {
  const lines = shownLimits(view).map((rule) => {
    const reached = rule.deciding >= rule.limit;
    const style: Style = reached ? { bold: true, colour: 'red' } : {};
    const kinds = rule.container === undefined ? KINDS_OF[rule.rule] : undefined;
    return {
      spans: [
        span(limitName(rule), style),
        span(`${rule.deciding} of ${rule.limit}${reached ? ' REACHED' : ''}`, style),
        span(meterText(rule.deciding, rule.limit, METER), style),
        span(`${rule.inWindow} in ${lengthText(view.status.window.length)}`),
        span(kinds === undefined ? '' : sparkText(together(view, kinds), Math.min(BARS, width - 50))),
      ],
    };
  });
  const parts = [
    { most: 24 },
    { most: 16 },
    { most: METER },
    { most: 14, right: true },
    { most: BARS, from: 64 },
  ];
  return [title('Limits'), ...columns(parts, lines, width), EMPTY_ROW];
}

function together({ strip }: View, kinds: readonly Kind[]): readonly number[] {
  const [first = [], ...others] = kinds.map((kind) => strip.kinds[kind]);
  return first.map((count, minute) => others.reduce((sum, counts) => sum + (counts[minute] ?? 0), count));
}

const KIND_STYLES: Readonly<Record<Kind, Style>> = {
  critical: { colour: 'red', bold: true },
  error: { colour: 'red' },
  warning: { colour: 'yellow' },
  restart: { colour: 'cyan' },
};

/** Messages by what tells them apart, the worst first. */
export function groupRows(
  heading: string,
  all: readonly GroupView[],
  show: Show,
  width: number,
): readonly Row[] {
  const lines = all.map((group) => ({
    spans: [
      span(group.kind, KIND_STYLES[group.kind]),
      span(`${group.count}×`),
      span(`${lengthText(show.now - group.last)} ago`, { dim: true }),
      span(group.container, { bold: true }),
      span(group.sample),
    ],
    item: groupItem(group),
  }));
  const parts = [
    { most: 8 },
    { most: 6, right: true },
    { most: 16, right: true, from: 100 },
    { most: Math.max(12, Math.floor(width / 4)) },
    { most: width },
  ];
  return [
    title(heading),
    ...(all.length === 0
      ? [row(span('No critical event, error or warning in the window.', { dim: true }))]
      : columns(parts, lines, width)),
    EMPTY_ROW,
  ];
}

function containerRows(view: View, show: Show, width: number): readonly Row[] {
  const all = sortedByTrouble(Object.values(view.containers));
  const lines = all.map((one) => {
    const state = stateOf(one);
    const usual = state === 'running' || state === 'exited 0' || state === 'catching up';
    const shownCounts = KINDS.map((kind) =>
      span(one.counts[kind], one.counts[kind] === 0 ? { dim: true } : KIND_STYLES[kind]),
    );
    return {
      spans: [
        span(one.container, { bold: true }),
        span(state, usual || state === 'waiting' ? {} : { colour: 'red', bold: true }),
        span(one.lastLineAt === undefined ? '–' : lengthText(show.now - one.lastLineAt)),
        span(one.perSecond < 10 ? one.perSecond.toFixed(1) : Math.round(one.perSecond)),
        ...shownCounts,
        span(sparkText(view.strip.containers[one.container] ?? [], containerBars(width))),
      ],
      item: containerItem(one.id),
    };
  });
  const head = ['name', 'state', 'last line', 'lines/s', 'crit', 'err', 'warn', 'rst', ''];
  const right = true;
  const parts = [
    { most: Math.max(16, Math.floor(width / 3)) },
    { most: 12 },
    { most: 12, right, from: 70 },
    { most: 7, right, from: 80 },
    ...KINDS.map(() => ({ most: 6, right })),
    { most: BARS, from: 100 },
  ];
  return [
    title(`Containers (${all.length})`),
    ...(all.length === 0
      ? [row(span('No container is followed yet. As soon as one runs on this host, it stands here.'))]
      : columns(parts, [{ spans: head.map((text) => span(text, { dim: true })) }, ...lines], width)),
    EMPTY_ROW,
  ];
}

/** As many as the other columns of a container leave room for. */
function containerBars(width: number): number {
  return Math.max(0, Math.min(BARS, Math.floor((width * 2 - 168) / 30) * 10));
}

function blindRows(view: View, show: Show, width: number): readonly Row[] {
  const lines = blindLines(view, show).map((nodes) => nodes.map(nodeText).join(''));
  return [
    title('Not read, not delivered'),
    ...(lines.length === 0
      ? [row(span('Everything is read, stored and delivered.'))]
      : lines.flatMap((line) => labelled(span('!', { bold: true }), 2, span(line), width))),
    ...labelled(span(''), 0, span(aboutDaemon(view, show), { dim: true }), width),
    EMPTY_ROW,
  ];
}

function pastRows({ past }: View, show: Show, width: number): readonly Row[] {
  const lines = past.map(({ id, openedAt, closedAt, reason, heals }) => ({
    spans: [
      span(momentText(openedAt, show)),
      span(closedAt === undefined ? 'open' : `lasted ${lengthText(closedAt - openedAt)}`),
      span(counted(heals, 'heal')),
      span(reason),
    ],
    item: incidentItem(id),
  }));
  return [
    title('Incidents'),
    ...(past.length === 0
      ? [row(span('No incident is on record.'))]
      : columns(
          [{ most: 20 }, { most: 20, from: 70 }, { most: 8, from: 90 }, { most: width }],
          lines,
          width,
        )),
  ];
}
