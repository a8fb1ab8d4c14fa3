import { counted } from '../../text/plain.ts';
import { countsInWords } from '../../sinks/text/plain-words.ts';
import { stateOf } from '../containers.ts';
import { lengthText, momentText, type Show } from '../show.ts';
import { eventsOf } from '../story.ts';
import type { ContainerView, GroupView, IncidentView, View } from '../view.ts';
import { sparkText } from './bars.ts';
import { containerItem, groupItem } from './items.ts';
import { groupRows } from './overview-rows.ts';
import { EMPTY_ROW, labelled, row, type Row, span, title } from './row.ts';

const LABEL = 12;

/** What is known of one item of the view; a word that it is gone where the view holds it no more. */
export function detailRows(item: string, view: View, show: Show, width: number): readonly Row[] {
  const container = Object.values(view.containers).find(({ id }) => containerItem(id) === item);
  if (container !== undefined) return containerDetail(container, view, show, width);
  const group = view.groups.find((one) => groupItem(one) === item);
  if (group !== undefined) return groupDetail(group, show, width);
  return [row(span('It is not shown any more. Esc leads back.'))];
}

/** One incident, open or past: its story, and the messages it is about. */
export function incidentRows(incident: IncidentView, show: Show, width: number): readonly Row[] {
  const { id, state, openedAt, closedAt, reason, subjects, next, earliest } = incident;
  const lasted =
    closedAt === undefined
      ? `${state.toUpperCase()}, open for ${lengthText(show.now - openedAt)}`
      : `CLOSED, lasted ${lengthText(closedAt - openedAt)}`;
  const ahead = [
    ...(earliest === undefined ? [] : [{ at: earliest, what: 'over at the earliest, if it stays quiet' }]),
    ...(next === undefined ? [] : [next]),
  ].map(({ at, what }) => ({
    at,
    what: `${what}${at > show.now ? ` (in ${lengthText(at - show.now)})` : ''}`,
  }));
  const time = (at: number): string => momentText(at, show);
  const room = time(openedAt).length + 2;
  return [
    title(`Incident ${id}`),
    ...labelled(span(''), 0, span(`${lasted} · ${reason}`, { bold: true }), width),
    ...subjects.flatMap(({ container, counts }) =>
      labelled(span(''), 2, span(`${container}: ${countsInWords(counts)}`), width),
    ),
    EMPTY_ROW,
    ...eventsOf(incident, show).flatMap(({ at, what, output }) => [
      ...labelled(span(time(at), { dim: true }), room, span(what), width),
      ...(output?.trim().split('\n') ?? []).flatMap((line) =>
        labelled(span(''), room, span(`| ${line}`, { dim: true }), width),
      ),
    ]),
    ...ahead.flatMap(({ at, what }) =>
      labelled(span(time(at), { colour: 'cyan' }), room, span(what, { colour: 'cyan' }), width),
    ),
    EMPTY_ROW,
    ...groupRows('Messages', incident.groups, show, width).map(({ spans }) => ({ spans })),
  ];
}

function groupDetail(
  { kind, container, sample, count, first, last }: GroupView,
  show: Show,
  width: number,
): readonly Row[] {
  return [
    title(`${kind} of ${container}`),
    ...facts(
      [
        ['Count', `${counted(count, 'time')} in the window`],
        ['First', momentText(first, show)],
        ['Last', `${momentText(last, show)}, ${lengthText(show.now - last)} ago`],
      ],
      width,
    ),
    EMPTY_ROW,
    ...labelled(span(''), 0, span(sample), width),
  ];
}

function containerDetail(one: ContainerView, view: View, show: Show, width: number): readonly Row[] {
  const minutes = view.strip.containers[one.container] ?? [];
  const words = countsInWords(one.counts);
  return [
    title(one.container),
    ...facts(
      [
        ['State', stateOf(one)],
        ['Image', one.image],
        ['Log driver', one.driver],
        ['Lines', `${one.lines}, ${one.perSecond.toFixed(1)} a second`],
        [
          'Last line',
          one.lastLineAt === undefined ? 'none yet' : `${lengthText(show.now - one.lastLineAt)} ago`,
        ],
        ['Counted', words === '' ? 'nothing' : words],
        ['Last hour', sparkText(minutes, Math.min(60, width - LABEL))],
        ...[...(one.reason === undefined ? [] : [one.reason]), ...one.warnings].map(
          (note) => ['Note', note] as const,
        ),
      ],
      width,
    ),
    EMPTY_ROW,
    ...groupRows(
      'What differs',
      view.groups.filter(({ container }) => container === one.container),
      show,
      width,
    ),
  ];
}

function facts(pairs: readonly (readonly [label: string, text: string])[], width: number): readonly Row[] {
  return pairs.flatMap(([label, text]) => labelled(span(label, { dim: true }), LABEL, span(text), width));
}
