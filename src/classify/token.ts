import { isUnambiguous } from './ambiguous.ts';
import { isClosing, isLower, isOpener, pastSpaces, previous, wideAfter } from './around.ts';
import { CLASS, LOWER, OTHER, isDigit, isLetter } from './chars.ts';
import { ERROR, INFO, WARNING } from './levels.ts';

/** What is added to the value of a word that also begins ordinary sentences, and of one that is also a name or a code. */
export const WEAK = 8;
export const AMBIGUOUS = 16;

/** A word in a header and what surrounds it; one object is reused for every word. */
export interface Place {
  /** First character of the word, and the one after its last. */
  start: number;
  end: number;
  /** First character of the line that is examined, and the one after the last. */
  from: number;
  stop: number;
  /** Plain words of prose before it. */
  prose: number;
  /** Open brackets around it. */
  depth: number;
  /** A date, time or long number has been seen. */
  dated: boolean;
}

/**
 * Whether a level word stands where a program puts its level, not where a sentence uses it. Brackets and bars on both
 * sides will do in any case of letters; capitals need a delimiter on both sides; other words a colon, two spaces, or
 * the place right after the date. The fewer words of prose stand before it, the more is allowed;
 * a `weak` word is one that also begins ordinary sentences.
 */
export function bareForm(
  text: string,
  at: Place,
  level: number,
  flags: number,
  before: number,
  after: number,
  lowers: number,
): boolean {
  const { start, end, prose, depth, dated } = at;
  const weak = (flags & WEAK) !== 0;
  const caps = lowers === 0;
  const tail = after === 32 || after === 9 ? pastSpaces(text, end, at.stop) : after;
  const wide = after === 9 || (after === 32 && text.charCodeAt(end + 1) <= 32);
  const atStart = start === at.from;
  if (before === 61 && !caps) return false;
  // A part of a name: `Net::HTTP::Get`.
  if (
    before === 58 &&
    after === 58 &&
    text.charCodeAt(end + 1) === 58 &&
    isLetter(text.charCodeAt(start - 3))
  )
    return false;
  // `fail` and its forms tell what happened more often than how bad it is
  if (weak && level === ERROR) return isVerdict(text, at, before, tail);
  if (after === 58 && level >= WARNING && NOTHING.test(text.slice(end, end + 24))) return false;
  if (after === 58 && before === 32 && CHAT.test(text.slice(Math.max(at.from, start - 12), start)))
    return false;
  if ((flags & AMBIGUOUS) !== 0 && !isUnambiguous(text, at, level, before, after, tail)) return false;

  // [error]  [ssl:error]  [gc,warning]  <Warning>  (WARN)  |INFO    |  [ERROR   ]
  if (prose > 0 && before === 91 && NAMED.test(text.slice(Math.max(at.from, start - 14), start)))
    return false;
  if (isOpener(before) || (before === 32 && isOpener(previous(text, start, at.from)))) {
    if (isClosing(tail))
      return prose < 3 && !isCall(text, start, before) && (end - start > 2 || before === 40);
    if (caps && prose < 3 && (tail === 58 || after === 32)) return true;
    if (before === 124 && caps) return true;
  }
  if (depth > 0 && (before === 58 || before === 44) && isClosing(tail)) return true;
  if (depth > 0 && before === 32 && isClosing(after) && prose < 2) {
    if (caps || (dated && !isLower(text.charCodeAt(start - 2)))) return true;
  }
  // [Warning-Duplicati.Library…]
  if (
    after === 45 &&
    depth > 0 &&
    dated &&
    !caps &&
    !weak &&
    isOpener(before) &&
    !isLower(text.charCodeAt(start))
  )
    return true;

  // `2024-… app.ERROR: x`, ` - ERROR - `, `]ERROR[`, `::WARNING::`, `=ERROR REPORT`, `ERR!`, `ERROR[0012]`
  if (caps && prose < 2) {
    if (before === 46 && !(after === 58 || after === 32)) return false;
    if (before === 95 || before === 36 || before === 64 || before === 92 || before === 61 || before === 34) {
      return before === 34 ? after === 34 : before === 61 && after === 32;
    }
    if (before === 45 && level === INFO && after !== 58 && after !== 32 && after !== 45) return false;
    if (isCapsEnd(after))
      return !weak || (dated && prose === 0) || after === 58 || tail === 124 || wide || isClosing(tail);
  }
  // "error","warning" in CSV
  if (before === 34 && after === 34 && dated) return !weak;
  if (before === 44 && after === 44 && dated) return !weak;
  // RouterOS: `system,warning x`, `dhcp,error,critical x`
  if (before === 44 && (after === 32 || after === 44) && !caps && depth === 0 && prose > 0) {
    const topics = TOPICS.exec(text.slice(Math.max(at.from, start - 40), start));
    return !weak && topics !== null && topics[0].split(',').length === prose + 1;
  }
  if (before === 45 || before === 95 || before === 36 || before === 64 || before === 92 || before === 43)
    return false;

  // daemon.err host …
  if (before === 46) return (after === 32 || after === 93) && !weak && isFacility(text, start - 1, at.from);

  // Zigbee2MQTT:warn  2025-…
  if (before === 58 && after === 32 && prose === 0 && isDigit(tail)) return !weak;

  // error: x   Warning: x   error[E0308]: x   warning/Process: x
  if (after === 58)
    return (
      prose === 0 &&
      before !== 47 &&
      before !== 123 &&
      before !== 61 &&
      (!weak || (level !== INFO && text.charCodeAt(end + 1) === 32))
    );
  if (after === 40) return atStart && !weak && SCOPE.test(text.slice(end, end + 40));
  if (after === 33) return caps && prose < 2;
  if (after === 91 || after === 47) return prose === 0 && before !== 47 && (dated || after === 91) && !weak;
  if (before === 47) return false;

  if (prose > 0 || weak) return false;
  if (after === 44) return dated && wideAfter(text, end + 1);
  if (after !== 32 && after !== 9) return false;
  // as French has it: `Erreur : x`
  if (atStart && level >= WARNING && text.startsWith(' : ', end)) return true;
  if (wide && (atStart || before === 32 || before === 9)) return true;
  if (tail === 45 || tail === 124 || tail === 91 || tail === 60 || tail === 40) return atStart || dated;
  if (dated && isName(text, end + 1, at.stop)) return true;
  const lower = (text.charCodeAt(start) & 32) !== 0;
  return (
    level === INFO &&
    (lower || (dated && end - start < 6)) &&
    (atStart || dated) &&
    (before === 0 || before === 32 || before === 9)
  );
}

/** Nothing to tell after all: `err: <nil>`, or how large it is: `error: 0.031`. */
const NOTHING =
  /^: ?(?:<nil>(?=$|[\s,;)])|(?:nil|null|none|undefined|false|0)(?=$|[,;)])|[+-]?\d*\.\d+(?:e[+-]?\d+)?%?(?=$|[\s,;|)]))/i;

/** What a name stands behind: `User [fatal] connected`. */
const NAMED = /\b(?:user|player|nick|client|channel|session|account|name|bot):? \[$/i;

/** Before what people say. */
const CHAT = /\[(?:chat|say|global|team|whisper|ooc|shout)\]:? $/i;

/** Topics before the level, and nothing but a header before them. */
const TOPICS = /(?:^|\s)(?:[a-z][a-z0-9-]*,)+$/;

/** Zig: `warning(http): x`. */
const SCOPE = /^\(\w+\): /;

/** `[FAILED]`, and .NET's `fail: App[0]`. */
function isVerdict(
  text: string,
  { start, end, from, prose, dated }: Place,
  before: number,
  tail: number,
): boolean {
  if (isOpener(before) && isClosing(tail)) return prose < 3;
  return text.startsWith(': ', end) && end - start === 4 && prose === 0 && (start === from || dated);
}

/** Whether the bracket before the word is a call's: `serve(log)`. */
function isCall(text: string, start: number, before: number): boolean {
  if (before !== 40) return false;
  const code = text.charCodeAt(start - 2) | 32;
  return code >= 97 && code <= 122;
}

/** Whether the next word is a program, logger or module (`vpxd[47756]`, `Server:`, `app.py`), so that this one was the level. */
function isName(text: string, from: number, end: number): boolean {
  let i = from;
  for (; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code <= 32) break;
    if (code === 91 || code === 47 || (code === 46 && text.charCodeAt(i + 1) > 32)) return i > from;
  }
  return i > from && text.charCodeAt(i - 1) === 58;
}

function isCapsEnd(code: number): boolean {
  if (code === 0 || code === 32 || code === 9) return true;
  if (isDigit(code) || code === 95 || code === 46 || code === 61 || code === 39 || code === 34) return false;
  const kind = code < 128 ? CLASS[code] : OTHER;
  return kind !== LOWER;
}

const FACILITIES =
  /(?:^|[\s<[,])(?:kern|user|mail|daemon|auth|authpriv|syslog|lpr|news|uucp|cron|ftp|ntp|security|console|local[0-7])$/;

function isFacility(text: string, dot: number, from: number): boolean {
  return FACILITIES.test(text.slice(Math.max(from, dot - 12), dot));
}
