import { CLIENT_REFUSED, HARMLESS, RECOVERY } from './harmless.ts';
import { CRITICAL, ERROR, INFO, WARNING } from './levels.ts';
import { marked } from './mark.ts';
import { found } from './rules.ts';

type Word = readonly [pattern: RegExp, level: number];

/** What trouble is called, the worst first. */
const WORDS: readonly Word[] = [
  [/\b(?:fatal|panic(?:ked|king)?|critical|catastrophic|emergency|unrecoverable)\b/i, CRITICAL],
  [
    /\b(?:segfault(?:ed)?|data ?loss|crash(?:ed|ing)|coredump|terminated by signal|killed by signal)\b/i,
    CRITICAL,
  ],
  [
    /\b(?:err(?:or)?|errors|erro)\b[:!]?|\b(?:[A-Z][a-z]+)+(?:Error|Exception|Failure)\b|\b\w{3,}Errors?\b|\berrno\b/,
    ERROR,
  ],
  [/\b(?:errors?|exceptions?|failed|failures?|traceback|fault(?:ed)?|deadlock(?:ed)?)\b/i, ERROR],
  [/\bfails?\b(?! to be\b)|\bfailing\b/i, ERROR],
  [
    /\b(?:cannot|can't|can not|could not|couldn't|unable to|was unable|not able to|refusing to|refused to|gave up|giving up|failed to)\b/i,
    ERROR,
  ],
  [
    /\b(?:unhandled|uncaught|aborted|aborting|corrupt(?:ed|ion)?|refused|unreachable|exhausted|violat(?:ion|es|ed)|mismatch|malformed|terminated (?:abnormally|unexpectedly)|unexpectedly|permission denied|not permitted|timed out|no such|broken pipe|connection reset|stack overflow|overflow(?:ed)?|killed by|was killed|unexpected (?:end|eof|token|error|response|status|exception|signal|identifier|character|value)|rejected|broken|insufficient|unavailable|unhealthy|missing required|not found in|is not defined|hang up|hung|quorum lost)\b/i,
    ERROR,
  ],
  [
    /\binvalid (?:command|argument|option|syntax|value|config\w*|token|format|input|parameter|state|operation|pointer|reference|character|response|signature|certificate|header|data|path|type)|\bundefined (?:symbol|method|variable|function|index|reference)/i,
    ERROR,
  ],
  [
    /\b(?:quota|memory|size|time|deadline|limit|capacity|retries) exceeded\b|\b(?:connection|link|lease|contact|session)\b.*\blost\b|\blost (?:connection|quorum|contact|lease|link)\b|\b(?:licen[sc]e|certificate) (?:has |is )?expired\b/i,
    ERROR,
  ],
  [/\bexit(?:ed)?(?: with)?(?: exit)?(?: code| status)?[:= ]+[1-9]\d*\b/i, ERROR],
  [/\b(?:warn(?:ing)?s?|deprecated|deprecation|caution|obsolete)\b/i, WARNING],
];

/** Some of it: `3 errors`, `1 failed`, `errors=3`. */
const COUNTED =
  /\b[1-9]\d* (?:errors?|failed|failures?|failing|exceptions?)\b|\b(?:errors?|failed|failures)[:=] ?[1-9]/i;

const PACKED = WORDS.map(([pattern, level]) => [pattern, found('words', level)] as const);
const SOME = found('words', ERROR);
const NEGATED = found('negated words', INFO);

/**
 * The level of unlabelled prose: what is left once names, negations and news of recovery are taken out. Info when
 * nothing is left, or when the trouble is a client's.
 */
export function judgeWords(text: string): number {
  if (!PACKED.some(([pattern]) => pattern.test(text)) || CLIENT_REFUSED.test(text)) return NEGATED;
  let rest = text;
  for (const pattern of HARMLESS) rest = rest.replace(pattern, ' ');
  const over = RECOVERY.test(text);
  for (const [pattern, packed] of PACKED) {
    const match = pattern.exec(rest);
    if (match === null) continue;
    if (over && (packed & 7) < CRITICAL) return COUNTED.test(rest) ? mark(text, COUNTED, SOME) : NEGATED;
    const start = Math.max(0, text.indexOf(match[0]));
    return marked(packed, start, start + match[0].length);
  }
  return NEGATED;
}

function mark(text: string, pattern: RegExp, packed: number): number {
  const match = pattern.exec(text);
  return match === null ? packed : marked(packed, match.index, match.index + match[0].length);
}
