import { CLASS, CLOSE, DIGIT, LOWER, OPEN, OTHER, QUOTE, SPACE, UPPER, isDigit, isLetter } from './chars.ts';
import { isAttached, isJson, isPlainWord, isRemark, keyStart, skipNumber } from './header-parts.ts';
import { jsonLevel, message } from './json.ts';
import {
  AMBIGUOUS_WORDS,
  ATTACHED,
  INFO,
  LEVEL_WORDS,
  WEAK_WORDS,
  NONE,
  SYSLOG,
  DATE_WORD,
  DATE_WORDS,
  ERROR,
  WARNING,
  CRITICAL,
} from './levels.ts';
import { letterLevel } from './letter.ts';
import { logfmtLevel, pairs } from './logfmt.ts';
import { marked } from './mark.ts';
import {
  cephLevel,
  deviceLevel,
  markLevel,
  numberedLevel,
  priorityLevel,
  redisLevel,
  requestLine,
  symbolLevel,
  taggedPriority,
} from './positional.ts';
import { found } from './rules.ts';
import { buildTrie, valued } from './trie.ts';
import { AMBIGUOUS, bareForm, type Place, WEAK } from './token.ts';

/** How far into a line a level is looked for: real headers (SAP HANA, Nova, Java with long thread names) end well before. */
const REACH = 256;

/** Plain words after which a line has become prose: a host and a program name may precede the level. */
const PROSE = 3;

const weak = new Set(WEAK_WORDS.split(' '));
const ambiguous = new Set(AMBIGUOUS_WORDS.split(' '));

const { next, value } = buildTrie([
  ...[CRITICAL, ERROR, WARNING, INFO].flatMap((level) =>
    valued(LEVEL_WORDS[level] ?? '', level).map(
      ([word]) =>
        [word, level + (weak.has(word) ? WEAK : 0) + (ambiguous.has(word) ? AMBIGUOUS : 0)] as const,
    ),
  ),
  ...valued(DATE_WORDS, DATE_WORD),
]);

const TOKEN = Array.from({ length: 8 }, (_, level) => found('level token', level));

const place: Place = { start: 0, end: 0, from: 0, stop: 0, prose: 0, depth: 0, dated: false };

/**
 * The explicit level of a line, where the formats of the world put one: after dates, hosts, programs, threads and
 * loggers, and before the message. Walks the header once, token by token, and stops at the first level it can trust or
 * when prose begins. 0: the line has none. Allocates nothing.
 */
export function headerLevel(text: string, from: number, end: number): number {
  let limit = Math.min(end, from + REACH);
  place.from = from;
  place.stop = end;
  let fallback = 0;
  let prose = 0;
  let depth = 0;
  let dated = false;
  let words = 0;
  let said = 0;
  let i = from;
  while (i < limit) {
    const code = text.charCodeAt(i);
    const kind = code < 128 ? CLASS[code] : OTHER;
    if (kind === SPACE) {
      i++;
    } else if (kind === DIGIT) {
      const start = i;
      i = skipNumber(text, i, limit);
      if (i - start > 5) dated = true;
      if (text.charCodeAt(i - 1) === 58 && start === from) {
        const redis = redisLevel(text, start);
        if (redis !== 0) return redis;
      }
    } else if (kind === LOWER || kind === UPPER) {
      let node = 1;
      let j = i;
      let lowers = 0;
      let c = code;
      do {
        node = next[node * 32 + (c & 31)] ?? 0;
        if (c > 96) lowers++;
        c = ++j < end ? text.charCodeAt(j) : 0;
      } while (isLetter(c));
      const before = i > from ? text.charCodeAt(i - 1) : 0;
      const meaning = j - i === 1 || node === 0 ? NONE : (value[node] ?? NONE);
      if (meaning === DATE_WORD) {
        dated = true;
        i = j;
        continue;
      }
      place.start = i;
      place.end = j;
      place.prose = prose;
      place.depth = depth;
      place.dated = dated;
      if (j - i === 1) {
        const letter = letterLevel(text, place, before, c);
        if (letter !== 0) return letter;
      } else if (c === 58 && (lowers === 0 ? isAttached(text, i, j) : i === from && isRemark(text, i))) {
        return marked(TOKEN[ATTACHED] ?? 0, i, j);
      } else if (meaning !== NONE && bareForm(text, place, meaning & 7, meaning, before, c, lowers)) {
        return marked(TOKEN[meaning & 7] ?? 0, i, j);
      } else if (
        lowers === 0 &&
        dated &&
        isDigit(c) &&
        text.charCodeAt(j + 1) === 91 &&
        text.startsWith('LOG', i)
      ) {
        // stunnel: `LOG5[ui]: x`
        return marked(TOKEN[SYSLOG[c - 48] ?? NONE] ?? 0, i, j + 1);
      } else if (c === 47 && lowers === 0 && text.charCodeAt(j + 2) === 47 && prose < PROSE) {
        const device = deviceLevel(text, i);
        if (device !== 0) return device;
      } else if (c === 40 && j - i === 2 && dated && prose === 0) {
        const tagged = taggedPriority(text, i);
        if (tagged !== 0) return tagged;
      }
      words++;
      i = j;
      if (c === 61) {
        // `key=`: pairs, if only a header stands before them; a level may also follow them in brackets.
        if (prose > 0) break;
        const level = logfmtLevel(text, keyStart(text, place.start, from), end, said > 0);
        if (level !== 0) return level;
        i = pairs.end;
        limit = Math.min(end, i + REACH);
        continue;
      }
      if (c === 58 || c === 91 || (c === 40 && isDigit(text.charCodeAt(j + 1)))) {
        // `program:`, `program[12]:`, `thread(7)`: what stood before was a header after all.
        if (c === 58 && text.charCodeAt(j + 1) <= 32) said++;
        if (prose < PROSE && (c !== 58 || text.charCodeAt(j + 1) <= 32 || depth > 0)) prose = 0;
      } else if (depth === 0 && lowers > 0 && isPlainWord(before, c)) {
        said++;
        if (++prose >= PROSE) break;
      }
    } else if (kind === OPEN) {
      if (code === 123 && isJson(text, i + 1, end)) {
        const level = jsonLevel(text, i, end, said > 0 && !dated);
        if (level !== 0) return level;
        if (fallback === 0 && i === from) return innerLevel(text);
        break;
      }
      if (code === 91 && i === from) {
        const severity = numberedLevel(text, i) || markLevel(text, i);
        if (severity !== 0) return severity;
      }
      if (code === 60 && i === from) fallback = priorityLevel(text, i);
      depth++;
      i++;
    } else if (kind === CLOSE) {
      if (depth > 0) depth--;
      i++;
    } else if (kind === QUOTE) {
      const request = requestLine(text, i);
      if (request !== 0 && prose < PROSE) return fallback === 0 ? request : fallback;
      const close = text.indexOf(text.charAt(i), i + 1);
      if (close < 0 && i > from && text.charCodeAt(i - 1) > 32) {
        // It closes one that was looked into.
        i++;
        continue;
      }
      if (close < 0 || close >= limit || words > 2) break;
      // A quoted level, as in CSV: look inside; anything else quoted is passed over.
      i = close - i > 14 ? close + 1 : i + 1;
    } else if (code === 37) {
      const device = deviceLevel(text, i);
      if (device !== 0) return device;
      i++;
    } else {
      if (code > 127 && prose === 0 && fallback === 0) fallback = symbolLevel(text, i);
      if (code === 45 && dated && prose === 0 && fallback === 0 && text.startsWith('1 ', i + 1))
        fallback = cephLevel(text, from, i);
      i++;
    }
  }
  return fallback;
}

/** How deep lines are looked for within the messages of JSON lines. */
const NESTED = 2;
let nested = 0;

/**
 * The level of the line that the message of a JSON line is, where a collector has wrapped what a program wrote. The
 * message left for its words is then that line's.
 */
function innerLevel(text: string): number {
  const { start, end } = message;
  if (end - start < 4 || nested >= NESTED) return 0;
  const inner = unescaped(text.slice(start, end));
  nested++;
  const level = headerLevel(inner, 0, inner.length);
  nested--;
  if (level === 0 && inner.charCodeAt(0) === 123) return 0;
  message.of = text;
  message.start = start;
  message.end = end;
  return level === 0 || (level & 7) === ATTACHED ? 0 : marked(level, start, end);
}

function unescaped(text: string): string {
  if (!text.includes('\\')) return text;
  try {
    return String(JSON.parse(`"${text}"`)).trimEnd();
  } catch {
    return text;
  }
}
