import { h, type Element } from './node.ts';
import type { Tone, Verdict } from './verdict.ts';

/** A word and a sign for each tone: colour alone tells nothing. */
export const SIGNS: Readonly<Record<Tone, readonly [sign: string, word: string]>> = {
  quiet: ['✓', 'Quiet'],
  over: ['✓', 'Recovered'],
  busy: ['↻', 'Being dealt with'],
  blind: ['?', 'Blind'],
  needed: ['!', 'You are needed'],
};

/** The verdict, full width: the first thing that is read. */
export function banner({ tone, title, answers }: Verdict): Element {
  const [sign, word] = SIGNS[tone];
  return h(
    'section',
    { class: `banner ${tone}`, 'aria-label': 'Verdict' },
    h('p', { class: 'sign' }, h('span', { 'aria-hidden': 'true' }, sign), ` ${word}`),
    h('h1', { dir: 'auto' }, title),
    h(
      'dl',
      {},
      answers.map(([label, answer]) =>
        h(
          'div',
          { class: label === 'You' ? 'you' : undefined },
          h('dt', {}, label),
          h('dd', { dir: 'auto' }, answer),
        ),
      ),
    ),
  );
}
