import { INFO, LEVEL_WORDS } from './levels.ts';
import { found } from './rules.ts';

const CALM = '(?:INFO|DEBUG|TRACE|NOTICE|info|debug|trace|notice)';
const STAMP = String.raw`\d[\d\-/:.,]{3}[\d\-/:.,]*(?:[T ][\d:.,]+)?(?:Z| ?[+-]\d\d:?\d\d| UTC)?`;
const PAIRS = String.raw`(?:(?!level=|lvl=|severity=)[a-z]\w{0,20}=(?:"[^"\\\n]*"|[^\s"=]+) ){0,8}`;
const MEMBERS = String.raw`(?:"(?!level|severity|lvl|log|s")[\w@.]{1,20}":(?:"[^"\\\n]*"|[\d.]+),){0,8}`;

const TOKEN = found('level token', INFO);

/**
 * Formats that most lines of the world have, with an info level, by the line's first character. Whatever matches is
 * what the full judgement would say too, only found sooner: V8 runs these on a slice of a larger string, which every line
 * of a file is, many times faster than code that looks at one character after another. They look at the beginning of a
 * line only and never past its end, so that they can also be tried in place, in a text of many lines.
 */
const QUICK: readonly (readonly [first: string, pattern: RegExp, packed: number])[] = [
  [
    '{',
    new RegExp(String.raw`\{${MEMBERS}"level":(?:[123]0|"${CALM}")[,}]`),
    found('level field of a JSON line', INFO),
  ],
  [
    'tlc',
    new RegExp(String.raw`${PAIRS}(?:level|lvl)=${CALM}(?: |$)`),
    found('level field of a logfmt line', INFO),
  ],
  [
    '0123456789',
    /[\d.]+ \S+ [\w.@-]+ \[[\w/: +-]+\] "(?:GET|POST|PUT|HEAD|DELETE|OPTIONS|PATCH) /,
    found('access log', INFO),
  ],
  [
    '0123456789',
    new RegExp(String.raw`${STAMP}:? (?:\[[\d-]+\] )?(?:\[?${CALM}[ \]]|(?:INFO|DEBUG|NOTICE|LOG): )`),
    TOKEN,
  ],
  ['0123456789', /\d+:[CMSX] \d\d \w{3} (?:\d{4} )?\d\d:\d\d:\d\d(?:\.\d+)? [.*-] /, found('symbol', INFO)],
  ['[', new RegExp(String.raw`\[${STAMP}\] ?\[?${CALM} ?[ \]]`), TOKEN],
  ['ID', new RegExp(String.raw`(?:INFO|DEBUG):? +[\w[(]`), TOKEN],
];

interface Quick {
  readonly pattern: RegExp;
  readonly packed: number;
}

const BY_FIRST: readonly (readonly Quick[])[] = Array.from({ length: 128 }, (_, code) =>
  QUICK.filter(([first]) => first.includes(String.fromCharCode(code))).map(([, pattern, packed]) => ({
    pattern: new RegExp(pattern, 'my'),
    packed,
  })),
);

/** The packed info verdict of the line that begins at `from`, if it is in one of the commonest formats; 0: look closer. */
export function quickInfo(text: string, from = 0): number {
  const candidates = BY_FIRST[text.charCodeAt(from)];
  if (candidates === undefined) return 0;
  for (const { pattern, packed } of candidates) {
    pattern.lastIndex = from;
    if (pattern.test(text)) return packed;
  }
  return 0;
}

/** The same patterns as one for each first character: for who need not know which of them it was. */
const ANY_BY_FIRST: readonly (RegExp | undefined)[] = BY_FIRST.map((candidates) =>
  candidates.length === 0
    ? undefined
    : new RegExp(candidates.map(({ pattern }) => pattern.source).join('|'), 'my'),
);

/** Whether the line that begins at `from` is in one of the commonest formats, with an info level. */
export function isQuickInfo(text: string, from: number): boolean {
  const pattern = ANY_BY_FIRST[text.charCodeAt(from)];
  if (pattern === undefined) return false;
  pattern.lastIndex = from;
  return pattern.test(text);
}

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
