import { h, type Element } from './node.ts';
import { lengthText, type Show } from './show.ts';
import { sparkline } from './strip.ts';
import type { ContainerView, View } from './view.ts';

/** Every container, the most troubled first. */
export function containers(view: View, show: Show): Element {
  const all = sortedByTrouble(Object.values(view.containers));
  return h(
    'section',
    { 'aria-labelledby': 'containers' },
    h('h2', { id: 'containers' }, `Containers (${all.length})`),
    all.length === 0
      ? h(
          'p',
          { class: 'empty' },
          'No container is followed yet. As soon as one runs on this host, it stands here.',
        )
      : h(
          'div',
          { class: 'scroll', tabindex: 0, role: 'region', 'aria-labelledby': 'containers' },
          h(
            'table',
            {},
            h(
              'thead',
              {},
              h(
                'tr',
                {},
                ['Container', 'State', 'Last line', 'Lines/s', 'Crit', 'Err', 'Warn', 'Rst', 'Last hour'].map(
                  (title, column) =>
                    h('th', { scope: 'col', class: column >= 2 && column < 8 ? 'number' : undefined }, title),
                ),
              ),
            ),
            h(
              'tbody',
              {},
              all.map((one) => row(one, view.strip.containers[one.container] ?? [], show)),
            ),
          ),
        ),
  );
}

/** Down or unhealthy, then by what was counted, then by name. */
export function sortedByTrouble(all: readonly ContainerView[]): readonly ContainerView[] {
  return [...all].sort(
    (a, b) =>
      troubleOf(b) - troubleOf(a) || (a.container < b.container ? -1 : Number(a.container > b.container)),
  );
}

function troubleOf({ state, unhealthy, exitCode, counts }: ContainerView): number {
  const broken =
    unhealthy === true || state === 'unreadable' || (state === 'stopped' && (exitCode ?? 0) !== 0);
  const { critical, error, warning, restart } = counts;
  return (broken ? 1e12 : 0) + critical * 1e8 + restart * 1e6 + error * 1e2 + warning;
}

/** What a container is doing, in a word or two. */
export function stateOf({ state, unhealthy, exitCode }: ContainerView): string {
  if (state === 'stopped' && exitCode !== undefined) return `exited ${exitCode}`;
  if (state === 'following') return unhealthy === true ? 'unhealthy' : 'running';
  return state;
}

function row(one: ContainerView, minutes: readonly number[], show: Show): Element {
  const { container, image, counts, perSecond, lastLineAt, reason, warnings } = one;
  const state = stateOf(one);
  const notes = [...(reason === undefined ? [] : [reason]), ...warnings];
  const bad = state !== 'running' && state !== 'exited 0' && state !== 'catching up' && state !== 'waiting';
  return h(
    'tr',
    {},
    h(
      'th',
      { scope: 'row', title: image },
      h('bdi', {}, container),
      notes.map((note) => h('p', { class: 'note', dir: 'auto' }, note)),
    ),
    h('td', { class: bad ? 'bad' : undefined }, state),
    h('td', { class: 'number' }, lastLineAt === undefined ? '–' : lengthText(show.now - lastLineAt)),
    h('td', { class: 'number' }, perSecond < 10 ? perSecond.toFixed(1) : Math.round(perSecond)),
    ...[counts.critical, counts.error, counts.warning, counts.restart].map((count) =>
      h('td', { class: count === 0 ? 'number none' : 'number' }, count),
    ),
    h(
      'td',
      {},
      minutes.length === 0
        ? undefined
        : sparkline(`${container}: counted in each of the last 60 minutes`, minutes),
    ),
  );
}
