import type { Kind } from '../model.ts';
import { h, type Element } from './node.ts';
import { lengthText, moment, momentText, type Show } from './show.ts';
import { strip, type Mark } from './strip.ts';
import type { View } from './view.ts';

/** The kinds that each of the three usual limits counts; nothing is known of any other. */
export const KINDS_OF: Readonly<Record<string, readonly Kind[]>> = {
  critical: ['critical'],
  errors: ['error'],
  restarts: ['restart'],
};

const MINUTE = 60_000;

/** Every limit: how much decides, how much has been counted, and the last hour by the minute. */
export function limits(view: View, show: Show): Element {
  const { window } = view.status;
  const marks = marksOf(view, show);
  return h(
    'section',
    { class: 'limits', 'aria-labelledby': 'limits' },
    h('h2', { id: 'limits' }, 'Limits'),
    h(
      'div',
      { class: 'cards' },
      shownLimits(view).map((rule) => {
        const name = limitName(rule);
        const reached = rule.deciding >= rule.limit;
        const kinds = KINDS_OF[rule.rule];
        return h(
          'article',
          { class: reached ? 'card reached' : 'card' },
          h('h3', { dir: 'auto' }, name, reached ? h('strong', {}, ' limit reached') : undefined),
          h(
            'p',
            { class: 'count' },
            h('strong', {}, rule.deciding),
            ` of ${rule.limit} deciding`,
            h('span', {}, `${rule.inWindow} in ${lengthText(window.length)}`),
          ),
          meter(rule.deciding, rule.limit, name),
          kinds === undefined || rule.container !== undefined
            ? undefined
            : strip({
                label: `${name}, by the minute, ${momentText(view.strip.from, show)} until now`,
                from: view.strip.from,
                width: MINUTE,
                kinds: Object.fromEntries(kinds.map((kind) => [kind, view.strip.kinds[kind]])),
                limit: rule.limit,
                marks,
              }),
        );
      }),
    ),
    h(
      'p',
      { class: 'legend' },
      'From ',
      moment(view.strip.from, show),
      ' until now, a bar a minute. Dashed: the limit. ',
      ...legend(marks),
    ),
  );
}

/** The limits that are shown: that the host is silent is told where it is, and is a limit of its own only then. */
export function shownLimits({ status }: View): View['status']['rules'] {
  return status.rules.filter(({ rule, deciding }) => rule !== 'silence' || deciding > 0);
}

/** `errors`, or `errors of NAME` for one container's own. */
export function limitName({ rule, container }: View['status']['rules'][number]): string {
  return container === undefined ? rule : `${rule} of ${container}`;
}

function meter(value: number, limit: number, name: string): Element {
  const part = Math.min(1, value / limit);
  return h(
    'svg',
    {
      class: 'meter',
      viewBox: '0 0 100 6',
      preserveAspectRatio: 'none',
      role: 'img',
      'aria-label': `${name}: ${value} of ${limit}`,
    },
    h('rect', { class: 'track', width: 100, height: 6 }),
    h('rect', { class: part >= 1 ? 'full' : 'part', width: Math.round(part * 1_000) / 10, height: 6 }),
  );
}

function legend(marks: readonly Mark[]): readonly string[] {
  const words = { opened: 'incident opened', heal: 'heal', restart: 'restart', resolved: 'resolved' };
  const known = [...new Set(marks.map(({ what }) => words[what]))];
  return known.length === 0 ? [] : [`Marked: ${known.join(', ')}.`];
}

/** What happened in the last hour, as far as it is known. */
export function marksOf({ incidents, past, status, strip: { from } }: View, show: Show): readonly Mark[] {
  const open = new Set(incidents.map(({ id }) => id));
  const marks: readonly Mark[] = [
    ...incidents.flatMap(({ id, openedAt, heals }): readonly Mark[] => [
      { at: openedAt, what: 'opened', text: `${momentText(openedAt, show)} incident ${id} opened` },
      ...heals.map((heal): Mark => ({
        at: heal.started,
        what: 'heal',
        text: `${momentText(heal.started, show)} heal ${heal.attempt}`,
      })),
    ]),
    ...past.flatMap(({ id, openedAt, closedAt }): readonly Mark[] =>
      open.has(id)
        ? []
        : [
            { at: openedAt, what: 'opened', text: `${momentText(openedAt, show)} incident ${id} opened` },
            ...(closedAt === undefined
              ? []
              : [
                  {
                    at: closedAt,
                    what: 'resolved',
                    text: `${momentText(closedAt, show)} incident ${id} closed`,
                  } as const,
                ]),
          ],
    ),
    ...status.restarts.map(({ at, container, text }): Mark => ({
      at,
      what: 'restart',
      text: `${momentText(at, show)} ${container} ${text}`,
    })),
  ];
  return marks.filter(({ at }) => at >= from);
}
