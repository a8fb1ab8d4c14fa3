import { fingerprint } from '../../classify/fingerprint.ts';
import type { Learned } from './learned.ts';

/** Longest pattern that is proposed: enough to tell a message, and still read. */
const LONGEST = 120;

/** Fewer letters than this tell no message from others. */
const ENOUGH = 8;

/**
 * A rule, as it goes into `classify.rules`, that gives the level to this message and, of its containers, to no other's:
 * what varies in it stands as `.*`. Of a JSON line it is the message that is looked for.
 */
export function ruleFor({ fingerprint: print, sample, containers }: Learned, level: string): string {
  const names = [...containers].filter((name) => name !== '');
  const limited =
    names.length > 0 && names.length <= 3 ? `, containers: [${names.map(quoted).join(', ')}]` : '';
  const told = MESSAGE.exec(sample)?.[2];
  const pattern = patternOf(told === undefined ? print : fingerprint(told), sample);
  const looked =
    pattern.replace(/\\s\+|[^A-Za-z]/g, '').length < ENOUGH
      ? `text: ${quoted(sample.slice(0, LONGEST))}`
      : `pattern: ${quoted(pattern)}`;
  return `- { level: ${level}, ${looked}${limited} }`;
}

/** The message of a JSON or logfmt line, if it holds nothing that is escaped. */
const MESSAGE =
  /["']?\b(?:msg|message|error|err|retMsg|description|reason|event)["']?\s?[:=]\s?(["'])((?:(?!\1)[^\\{}]){8,})\1/;

/** The fingerprint as a pattern. Several blanks in the sample have been folded into one. */
function patternOf(print: string, sample: string): string {
  const whole = new RegExp(`^.{0,${LONGEST}}(?=\\s|$)`).exec(print)?.[0] ?? print.slice(0, LONGEST);
  return whole
    .split('<*>')
    .map((piece) => piece.trim())
    .map((piece) => (sample.includes(piece) ? escaped(piece) : piece.split(/\s+/).map(escaped).join('\\s+')))
    .join('.*')
    .replace(/(?:\.\*)+/g, '.*')
    .replace(/^\.\*|\.\*$/g, '');
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

/** As a scalar in YAML. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
