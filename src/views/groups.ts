import { h, type Element } from './node.ts';
import { moment, type Show } from './show.ts';
import type { GroupView } from './view.ts';

/** Messages by what tells them apart, the worst first. */
export function groups(title: string, all: readonly GroupView[], show: Show, id = 'differs'): Element {
  return h(
    'section',
    { 'aria-labelledby': id },
    h('h2', { id }, title),
    all.length === 0
      ? h('p', { class: 'empty' }, 'No critical event, error or warning in the window.')
      : h(
          'ol',
          { class: 'groups' },
          all.map((group) => item(group, show)),
        ),
  );
}

function item({ kind, container, sample, count, first, last }: GroupView, show: Show): Element {
  return h(
    'li',
    { class: kind },
    h(
      'p',
      { class: 'head' },
      h('span', { class: `kind ${kind}` }, kind),
      h('span', { class: 'times' }, `${count} ×`),
      h('bdi', { class: 'name' }, container),
    ),
    h('p', { class: 'sample', dir: 'auto' }, sample),
    h('p', { class: 'when' }, 'first ', moment(first, show), ', last ', moment(last, show)),
  );
}
