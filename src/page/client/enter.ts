import { h, type Element } from '../../views/node.ts';

/** The form that asks for the code that the terminal shows. */
export function enterForm(problem: string): Element {
  return h(
    'form',
    { class: 'enter' },
    h('h1', {}, 'Enter the code'),
    h(
      'p',
      {},
      'It stands in the terminal, or the journal, of quantum-realtime page, and is good for one browser.',
    ),
    h(
      'label',
      {},
      'Code ',
      h('input', {
        name: 'code',
        autocomplete: 'off',
        autocapitalize: 'none',
        spellcheck: 'false',
        required: true,
      }),
    ),
    h('button', {}, 'Enter'),
    h('p', { role: 'alert' }, problem),
  );
}
