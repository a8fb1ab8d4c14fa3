import { countsInWords } from '../sinks/text/plain-words.ts';
import { counted } from '../text/plain.ts';
import { h, type Element, type Node } from './node.ts';
import type { SessionView, Tried, TriedIncident, TriedSettings } from './session-view.ts';
import { LIMIT_NAMES, limitSteps, toQuery, windowSteps } from './settings-steps.ts';
import { lengthText, moment, momentText, type Show } from './show.ts';
import { strip, type Mark } from './strip.ts';

/**
 * A saved session, and what would have happened in it. With sliders where settings can be tried: they stand at `chosen`, which
 * may be ahead of what has been tried.
 */
export function session(
  view: SessionView,
  tried: Tried,
  show: Show,
  chosen?: TriedSettings,
): readonly Node[] {
  const { name, from, to, lines, containers, counts, notes } = view;
  const words = countsInWords(counts);
  return [
    h('h1', { dir: 'auto' }, name),
    h(
      'p',
      {},
      `${counted(lines, 'line')} of ${counted(containers, 'container')}, from `,
      moment(from, show),
      ' to ',
      moment(to, show),
      ` (${lengthText(to - from)}): ${words === '' ? 'nothing that counts' : words}.`,
    ),
    ...(chosen === undefined ? [] : [sliders(view, chosen)]),
    outcome(view, tried),
    timeline(view, tried, show),
    incidents(tried, show),
    worst(view),
    ...(notes.length === 0 ? [] : [h('p', { class: 'legend' }, `${notes.join('. ')}.`)]),
  ];
}

function sliders({ configured: { settings: own } }: SessionView, settings: TriedSettings): Element {
  return h(
    'form',
    { class: 'sliders', 'aria-labelledby': 'what-if' },
    h('h2', { id: 'what-if' }, 'What if'),
    LIMIT_NAMES.map((name) =>
      slider(name, `limit on ${name}`, limitSteps(own[name]), own[name], settings[name], String),
    ),
    slider('window', 'window', windowSteps(own.window), own.window, settings.window, lengthText),
  );
}

function slider<T>(
  name: string,
  label: string,
  steps: readonly T[],
  own: T,
  value: T,
  inWords: (value: T) => string,
): Element {
  const text = inWords(value);
  return h(
    'label',
    {},
    h('span', {}, label),
    h('input', {
      type: 'range',
      name,
      min: 0,
      max: steps.length - 1,
      value: steps.indexOf(value),
      'aria-valuetext': text,
    }),
    h('output', {}, own === value ? `${text} (as set)` : `${text} (set: ${inWords(own)})`),
  );
}

function outcome({ configured }: SessionView, tried: Tried): Element {
  const isOther = toQuery(tried.settings) !== toQuery(configured.settings);
  return h(
    'p',
    { class: 'outcome', role: 'status' },
    h('strong', {}, totals(tried)),
    isOther
      ? ` would have been, in place of ${totals(configured)} with the settings as they are.`
      : ' with the settings as they are.',
  );
}

function totals({ incidents: all }: Tried): string {
  const heals = all.reduce((sum, one) => sum + one.heals.length, 0);
  return `${counted(all.length, 'incident')} and ${counted(heals, 'heal')}`;
}

function timeline(
  { from, to, strip: { bar, kinds } }: SessionView,
  { incidents: all }: Tried,
  show: Show,
): Element {
  // What is drawn last is on top: that an incident opened matters most.
  const marks: readonly Mark[] = [
    ...all.flatMap(({ steps }) =>
      steps
        .filter(({ to: state }) => state === 'resolved')
        .map(({ at }): Mark => ({ at, what: 'resolved', text: `${momentText(at, show)} recovered` })),
    ),
    ...all.flatMap(({ heals }) =>
      heals.map((at): Mark => ({ at, what: 'heal', text: `${momentText(at, show)} heal` })),
    ),
    ...all.map(({ openedAt, reason }): Mark => ({
      at: openedAt,
      what: 'opened',
      text: `${momentText(openedAt, show)} opened: ${reason}`,
    })),
  ];
  return h(
    'section',
    { 'aria-labelledby': 'over-time' },
    h('h2', { id: 'over-time' }, 'Over time'),
    strip({
      label: `Counted from ${momentText(from, show)} to ${momentText(to, show)}`,
      from,
      width: bar,
      kinds,
      limit: undefined,
      marks,
    }),
    h('p', { class: 'legend' }, `A bar is ${lengthText(bar)}. Marked: incident opened, heal, recovered.`),
  );
}

function incidents({ incidents: all }: Tried, show: Show): Element {
  return h(
    'section',
    { 'aria-labelledby': 'incidents' },
    h('h2', { id: 'incidents' }, `Incidents (${all.length})`),
    all.length === 0
      ? h('p', { class: 'empty' }, 'No incident would have opened.')
      : h(
          'ul',
          { class: 'past' },
          all.map((one) => h('li', {}, ...incident(one, show))),
        ),
  );
}

function incident(
  { openedAt, closedAt, reason, state, heals, steps }: TriedIncident,
  show: Show,
): readonly Node[] {
  return [
    moment(openedAt, show),
    h('span', { dir: 'auto' }, reason),
    h(
      'span',
      { class: 'when' },
      `${closedAt === undefined ? `${state} at the end` : `lasted ${lengthText(closedAt - openedAt)}`}, ${counted(heals.length, 'heal')}`,
    ),
    h(
      'details',
      {},
      h('summary', {}, 'its story'),
      h(
        'ol',
        { class: 'timeline' },
        steps.map(({ at, to, reason: why }) =>
          h('li', { class: to }, moment(at, show), h('div', {}, h('p', { dir: 'auto' }, `${to}: ${why}`))),
        ),
      ),
    ),
  ];
}

function worst({ worst: all }: SessionView): Element {
  return h(
    'section',
    { 'aria-labelledby': 'worst' },
    h('h2', { id: 'worst' }, 'Containers'),
    all.length === 0
      ? h('p', { class: 'empty' }, 'No container said anything that counts.')
      : h(
          'ul',
          { class: 'subjects' },
          all.map(({ container, counts }) =>
            h('li', {}, h('bdi', { class: 'name' }, container), ` ${countsInWords(counts)}`),
          ),
        ),
  );
}
