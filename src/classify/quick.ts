import { automaton } from './automaton.ts';
import { INFO, LEVEL_WORDS } from './levels.ts';
import { found } from './rules.ts';

const CAPITALS = '(?:INFO|DEBUG|TRACE|NOTICE)';
const CALM = '(?:INFO|DEBUG|TRACE|NOTICE|info|debug|trace|notice)';
/** In brackets, which may hold more than the level if that is in capitals, or free. */
const SET_OFF = String.raw`(?:\[(?:${CAPITALS}[ \]]|${CALM} ?\])|${CALM}[ \]])`;
const STAMP = String.raw`\d[\d\-/:.,]{3}[\d\-/:.,]*(?:[T ][\d:.,]+)?(?:Z| ?[+\-]\d\d:?\d\d| UTC)?`;

/** Before the level there may be fields, but none whose name could be that of another level (`severity`, `lvl`, `log`, `s`). */
const VALUE = String.raw`=(?:"[^"\\\n]*"|[^\s"=]+) `;
const PAIRS = String.raw`(?:[tc]\w{0,20}${VALUE}(?:[a-km-rt-z]\w{0,20}${VALUE}){0,7})?`;
const MEMBERS = String.raw`(?:"[a-km-rt-zA-Z@_][\w@.]{0,19}":(?:"[^"\\\n]*"|[\d.]+),){0,8}`;

const DIGITS = '0123456789';
const TOKEN = found('level token', INFO);

/**
 * Formats that most lines of the world have, with an info level, by the line's first character. Whatever matches is
 * what the full judgement would say too, only found sooner: by V8, which searches a slice of a larger text many times
 * faster than code does that looks at one character after another, or by an automaton in the bytes themselves.
 */
const QUICK: readonly (readonly [first: string, pattern: string, packed: number])[] = [
  ['{', String.raw`\{${MEMBERS}"level":(?:[123]0|"${CALM}")[,}]`, found('level field of a JSON line', INFO)],
  ['tlc', String.raw`${PAIRS}(?:level|lvl)=${CALM}(?: |$)`, found('level field of a logfmt line', INFO)],
  [
    DIGITS,
    String.raw`[\d.]+ \S+ [\w.@\-]+ \[[\w/: +\-]+\] "(?:GET|POST|PUT|HEAD|DELETE|OPTIONS|PATCH) `,
    found('access log', INFO),
  ],
  [DIGITS, String.raw`${STAMP}:? (?:\[[\d\-]+\] )?(?:${SET_OFF}|(?:INFO|DEBUG|NOTICE|LOG): )`, TOKEN],
  [
    DIGITS,
    String.raw`\d+:[CMSX] \d\d \w{3} (?:\d{4} )?\d\d:\d\d:\d\d(?:\.\d+)? [.*\-] `,
    found('symbol', INFO),
  ],
  ['[', String.raw`\[${STAMP}\] ?${SET_OFF}`, TOKEN],
  ['ID', String.raw`(?:INFO|DEBUG):? +[\w[(]`, TOKEN],
];

interface Quick {
  readonly pattern: RegExp;
  readonly packed: number;
}

const BY_FIRST: readonly (readonly Quick[])[] = Array.from({ length: 128 }, (_, code) =>
  QUICK.filter(([first]) => first.includes(String.fromCharCode(code))).map(([, pattern, packed]) => ({
    pattern: new RegExp(`^(?:${pattern})`),
    packed,
  })),
);

/** The packed info verdict of a line in one of the commonest formats, or 0: look closer. */
export function quickInfo(text: string): number {
  const candidates = BY_FIRST[text.charCodeAt(0)];
  if (candidates === undefined) return 0;
  for (const { pattern, packed } of candidates) if (pattern.test(text)) return packed;
  return 0;
}

/** Whether the line from `from` to `end` is in one of the commonest formats, with an info level. */
export const isQuickInfo = automaton(QUICK.map(([, pattern]) => pattern));

const FIRST_WORDS = Object.values(LEVEL_WORDS)
  .flatMap((words) => words.split(' '))
  .flatMap((word) => [word, word.charAt(0).toUpperCase() + word.slice(1)]);

const PROSE = new RegExp(
  String.raw`^(?!(?:${FIRST_WORDS.join('|')})\b)[A-Za-z][a-z]+(?: \d+)? [a-z]{2,}(?: \d+)? [a-z]{2,} `,
);

/** Whether a line begins with three plain words, none of them a level: its header is over before it began. */
export function isProse(text: string): boolean {
  return PROSE.test(text);
}
