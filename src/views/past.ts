import { counted } from '../text/plain.ts';
import { h, type Element } from './node.ts';
import { lengthText, moment, type Show } from './show.ts';
import type { View } from './view.ts';

/** Incidents of the past, each leading to a page of its own. */
export function past(all: View['past'], show: Show): Element {
  return h(
    'section',
    { 'aria-labelledby': 'past' },
    h('h2', { id: 'past' }, 'Incidents'),
    all.length === 0
      ? h('p', { class: 'empty' }, 'No incident is on record.')
      : h(
          'ul',
          { class: 'past' },
          all.map(({ id, openedAt, closedAt, reason, heals }) =>
            h(
              'li',
              {},
              h('a', { href: `/incidents/${encodeURIComponent(id)}` }, moment(openedAt, show)),
              h('span', { dir: 'auto' }, reason),
              h(
                'span',
                { class: 'when' },
                closedAt === undefined ? 'open' : `lasted ${lengthText(closedAt - openedAt)}`,
                `, ${counted(heals, 'heal')}`,
              ),
            ),
          ),
        ),
  );
}
