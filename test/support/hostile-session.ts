import { type SecretLine, secretLines } from './secret-table.ts';

/** Lines as hostile or careless programs print them: escape sequences, control characters above ASCII, directions, lone surrogates, NUL. */
export const HOSTILE: readonly string[] = [
  '\u001b[2J\u001b[H\u001b]0;owned\u0007\u001b]52;c;cm0gLXJm\u0007title',
  '\u202egnp.exe\u202c \u2066x\u2069 zero\u200bwidth \u00ad\ufeff',
  'nul\u0000middle \b\bback \u009b1m c1',
  '``` # heading <script>alert(1)</script> | pipe',
  '@everyone <@123> <!channel> :boom: \u{1f600}',
  '\u001bP1;1q sixel\u001b\\ dcs \u001b_apc\u001b\\ \u001b^pm\u001b\\ end',
  '\u009b31m c1 \u009d0;t\u009c osc \ue000',
  '\u001b[31mred\u001b[0m \u061c\u200f \u{e0041}tags\u{e007f}',
];

/** A name that no container of a well-behaved engine has, but a saved file or a label may. */
export const HOSTILE_NAME = 'evil\u001b[31m\u202e\u009b1m';

/** A line that tells which case it is, wherever it is quoted. */
export interface Case extends SecretLine {
  readonly mark: string;
}

/** One line for every notation of the table that fits into one, then one for every hostile one. */
export function cases(): readonly Case[] {
  const secret = secretLines().filter(({ text }) => !text.includes('\n'));
  const hostile = HOSTILE.map((text) => ({ text, secrets: [] }));
  // Words, not numbers: groups are told apart by what is left when numbers are gone.
  return [...secret, ...hostile].map((line, at) => ({ ...line, mark: `case-${wordOf(at)}` }));
}

function wordOf(at: number): string {
  const letters = 'ghijklmnopqrstuvwxyz';
  return `${letters[Math.floor(at / 400) % 20]}${letters[Math.floor(at / 20) % 20]}${letters[at % 20]}q`;
}

/** Characters that steer a terminal, hide text or turn its direction; line ends and tabs are no such. */
export const STEERING =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/u;

/** Every text of a JSON value, names of fields among them. */
export function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, field]) => [name, ...textsOf(field)]);
}
