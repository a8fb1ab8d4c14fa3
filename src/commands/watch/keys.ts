import type { Key } from '../../views/terminal/browsing.ts';

/** What terminals send for keys. Source: xterm's control sequences, in normal and application cursor mode. */
const KEYS: Readonly<Record<string, Key>> = {
  '\x1b[A': 'up',
  '\x1bOA': 'up',
  k: 'up',
  '\x1b[B': 'down',
  '\x1bOB': 'down',
  j: 'down',
  '\x1b[5~': 'page up',
  b: 'page up',
  '\x1b[6~': 'page down',
  ' ': 'page down',
  '\x1b[H': 'home',
  '\x1bOH': 'home',
  '\x1b[1~': 'home',
  g: 'home',
  '\x1b[F': 'end',
  '\x1bOF': 'end',
  '\x1b[4~': 'end',
  G: 'end',
  '\r': 'enter',
  '\n': 'enter',
  '\x1b[C': 'enter',
  '\x1bOC': 'enter',
  '\x1b': 'back',
  '\x1b[D': 'back',
  '\x1bOD': 'back',
  '\x7f': 'back',
  '?': 'help',
  h: 'help',
  q: 'quit',
  '\x03': 'quit',
  '\x04': 'quit',
};

const SEQUENCE = /\x1b(?:\[[0-9;]*[A-Za-z~]|O[A-Z])?|[^\x1b]/gu;

/** The keys of what was typed or pasted; whatever means nothing is left out. */
export function keysOf(typed: string): readonly Key[] {
  return (typed.match(SEQUENCE) ?? []).flatMap((one) => KEYS[one] ?? []);
}
