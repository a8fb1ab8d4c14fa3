import { counted } from '../text/plain.ts';
import { htmlFile } from './document.ts';
import { h, type Element } from './node.ts';
import { triedIncidents } from './session.ts';
import type { Tried } from './session-view.ts';
import { inUtc, lengthText } from './show.ts';

/** Settings that were tried on the same logs, and what they are called. */
export interface NamedTry extends Tried {
  readonly name: string;
}

/** What would have happened under several settings, side by side, as an HTML file. `about`: what was read. */
export function backtestFile(about: string, tries: readonly NamedTry[], style: string): string {
  const show = inUtc(0);
  return htmlFile('Backtest', style, [
    h('h1', {}, 'Backtest'),
    h('p', {}, about),
    table(tries),
    ...tries.map((one, index) =>
      triedIncidents(`${one.name} (${counted(one.incidents.length, 'incident')})`, `try-${index}`, one, show),
    ),
  ]);
}

function table(tries: readonly NamedTry[]): Element {
  const titles = ['Settings', 'Critical', 'Errors', 'Restarts', 'Window', 'Incidents', 'Heals'];
  return h(
    'div',
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Settings side by side' },
    h(
      'table',
      {},
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          titles.map((title, column) =>
            h('th', { scope: 'col', class: column > 0 ? 'number' : undefined }, title),
          ),
        ),
      ),
      h(
        'tbody',
        {},
        tries.map(({ name, settings, incidents }) =>
          h(
            'tr',
            {},
            h('th', { scope: 'row', dir: 'auto' }, name),
            [
              settings.critical,
              settings.errors,
              settings.restarts,
              lengthText(settings.window),
              incidents.length,
              incidents.reduce((sum, { heals }) => sum + heals.length, 0),
            ].map((value) => h('td', { class: 'number' }, value)),
          ),
        ),
      ),
    ),
  );
}
