import { countsInWords } from '../sinks/text/plain-words.ts';
import { healText } from './heal-text.ts';
import { h, type Element } from './node.ts';
import { lengthText, moment, type Show } from './show.ts';
import type { IncidentView } from './view.ts';

/** Something of an incident's story, with the moment at which it happened. */
export interface StoryEvent {
  readonly at: number;
  readonly what: string;
  /** The state that was entered, or what kind of thing it is. */
  readonly mark: string;
  /** What a heal has printed. */
  readonly output?: string;
}

/**
 * An incident as a timeline: opened, told, healed, watched, over, each with its moment and its reason. `linked`: its id leads
 * to its page.
 */
export function story(incident: IncidentView, show: Show, linked = true): Element {
  const { id, state, openedAt, closedAt, reason, subjects, next, earliest } = incident;
  const open = closedAt === undefined;
  return h(
    'section',
    { class: 'story', 'aria-labelledby': `story-${id}` },
    h(
      'h2',
      { id: `story-${id}` },
      'Incident ',
      linked ? h('a', { href: `/incidents/${encodeURIComponent(id)}` }, id) : id,
    ),
    h(
      'p',
      {},
      h('strong', {}, open ? state.toUpperCase() : 'CLOSED'),
      ` · ${reason} · ${open ? `open for ${lengthText(show.now - openedAt)}` : `lasted ${lengthText(closedAt - openedAt)}`}`,
    ),
    subjects.length === 0
      ? undefined
      : h(
          'ul',
          { class: 'subjects' },
          subjects.map(({ container, counts }) =>
            h('li', {}, h('bdi', { class: 'name' }, container), ` ${countsInWords(counts)}`),
          ),
        ),
    h(
      'ol',
      { class: 'timeline' },
      eventsOf(incident, show).map(({ at, what, mark, output }) =>
        h(
          'li',
          { class: mark },
          moment(at, show),
          h('div', {}, h('p', { dir: 'auto' }, what), output === undefined ? undefined : printed(output)),
        ),
      ),
      open && earliest !== undefined
        ? ahead('is over at the earliest, if it stays quiet', earliest, show)
        : undefined,
      open && next !== undefined ? ahead(next.what, next.at, show) : undefined,
    ),
  );
}

function printed(output: string): Element {
  return h(
    'details',
    {},
    h('summary', {}, 'what it printed'),
    h('pre', { dir: 'auto', tabindex: 0 }, output),
  );
}

function ahead(what: string, at: number, show: Show): Element {
  const left = at > show.now ? ` (in ${lengthText(at - show.now)})` : '';
  return h('li', { class: 'ahead' }, moment(at, show), h('div', {}, h('p', {}, `${what}${left}`)));
}

const STATES: Readonly<Record<string, string>> = {
  open: 'opened',
  queued: 'a heal is requested',
  healing: 'a heal starts',
  settling: 'the heal has ended; what it stirs up does not count',
  verifying: 'it is watched',
  cooldown: 'the next heal has to wait',
  escalated: 'a person is needed',
  resolved: 'recovered',
  closed: 'closed',
};

/** What has happened of an incident, in its order. */
export function eventsOf(
  { timeline, messages, heals, maxHeals }: IncidentView,
  show: Show,
): readonly StoryEvent[] {
  const events: readonly StoryEvent[] = [
    ...timeline.map(({ at, to, reason }) => ({ at, what: `${STATES[to] ?? to}: ${reason}`, mark: to })),
    ...messages.map(({ at, part, channel, state, detail }) => ({
      at,
      what: messageText(part, channel, state, detail),
      mark: state === 'sent' ? 'told' : 'owed',
    })),
    ...heals.map((heal) => ({
      at: heal.ended ?? heal.started,
      what: healText(heal, maxHeals, show),
      mark: heal.result === undefined || heal.result === 'ok' ? 'heal' : 'heal failed',
      ...(heal.output !== undefined && heal.output !== '' && { output: heal.output }),
    })),
  ];
  return [...events].sort((a, b) => a.at - b.at);
}

function messageText(part: string, channel: string, state: string, detail: string): string {
  const to = channel === 'report' ? `the report's section "${part}"` : `the message "${part}" to ${channel}`;
  switch (state) {
    case 'sent':
      return `${to}: ${channel === 'report' ? 'written' : 'delivered'}`;
    case 'dead':
      return `${to}: given up (${detail})`;
    default:
      return `${to}: owed${detail === '' ? '' : ` (${detail})`}`;
  }
}
