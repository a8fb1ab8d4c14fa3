import { counted } from '../text/plain.ts';
import { h, type Element, type Node } from './node.ts';
import { lengthText, moment, type Show } from './show.ts';
import type { View } from './view.ts';

/** What is not being read, stored or delivered, and why; and what is read, where nothing is wrong. */
export function blindness(view: View, show: Show): Element {
  const lines = blindLines(view, show);
  return h(
    'section',
    { 'aria-labelledby': 'blindness' },
    h('h2', { id: 'blindness' }, 'Not read, not delivered'),
    lines.length === 0
      ? h('p', { class: 'empty' }, 'Everything is read, stored and delivered.')
      : h(
          'ul',
          {},
          lines.map((line) => h('li', { dir: 'auto' }, line)),
        ),
    h('p', { class: 'legend' }, aboutDaemon(view, show)),
  );
}

/** A line for each thing that is not read, not stored or not delivered; empty while all is well. */
export function blindLines({ status }: View, show: Show): readonly (readonly Node[])[] {
  return [
    ...status.sources
      .filter(({ state, unread }) => state !== 'up' || unread !== undefined)
      .map(({ id, state, since, reason, unread }) => [
        `${id} ${state === 'up' ? 'is read in part' : `is ${state}`} since `,
        moment(since, show),
        ...[reason, unread].flatMap((text) => (text === undefined ? [] : [`: ${text}`])),
      ]),
    ...status.gaps.map(({ container, from, to, reason }) => [
      `Lines of ${container} from `,
      moment(from, show),
      ' to ',
      moment(to, show),
      ` are lost: ${reason}`,
    ]),
    ...(status.outbox.unsent === 0 ? [] : [[`${counted(status.outbox.unsent, 'message')} owed`]]),
    ...Object.entries({ ...status.outbox.disabled }).map(([channel, why]) => [
      `Channel ${channel} refuses messages: ${why}`,
    ]),
    ...Object.entries(status.outbox.failing ?? {}).map(([channel, { why }]) => [
      `Channel ${channel} fails: ${why}`,
    ]),
    ...(status.outbox.channels.length === 0 ? [['No channel is set: nobody is told of an incident']] : []),
    ...(status.store.writable ? [] : [[`The state cannot be written: ${status.store.problem ?? 'unknown'}`]]),
    ...(status.pausedUntil === undefined
      ? []
      : [['Heals are paused until ', moment(status.pausedUntil, show)]]),
  ];
}

/** What is said of the daemon itself. */
export function aboutDaemon({ host, status }: View, show: Show): string {
  return (
    `quantum-realtime ${status.version} on ${host}, up for ${lengthText(show.now - status.startedAt)}; ` +
    `${counted(status.lines.judged, 'line')} judged, ${Math.round(status.rss / 2 ** 20)} MiB; ` +
    `${status.heal.configured ? `${status.heal.budget.used} of ${counted(status.heal.budget.limit, 'heal')} used in ${lengthText(status.heal.budget.window)}` : 'no heal is configured'}.`
  );
}
