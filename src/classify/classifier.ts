import type { ClassifyRule } from '../config/config.ts';
import type { Automaton } from './automaton.ts';
import { CLASS, SPACE, isDigit } from './chars.ts';
import { BARE, attach, closeStale, continues, isBody, isLoggedFrame } from './continuation.ts';
import { EXAMINED, plain } from './display.ts';
import type { EntryState } from './entry.ts';
import { headerLevel } from './header.ts';
import { ATTACHED, INFO, WARNING } from './levels.ts';
import { mark } from './mark.ts';
import { bodyStart, skipPrefix } from './prefix.ts';
import { isProse, isQuickInfo, quickInfo } from './quick.ts';
import { levelOf, ruleOf } from './rules.ts';
import { isSuspicious } from './stems.ts';
import { judgeUnlabelled } from './unlabelled.ts';
import { compileRules } from './user-rules.ts';
import { BLANK, HARMLESS, VERDICTS, type Verdict, continuationOf } from './verdict.ts';

/**
 * Judges lines. `judge` is a function of the line, the entry state (which it moves on) and, for rules limited to some
 * containers, the container; `at` is the line's time in epoch milliseconds, by which a stale entry is closed. `explain`
 * is the same with the deciding piece of text. `skim` tells whether a line, in its bytes and without its end, is plainly
 * harmless whatever stands around it; it must not hold a carriage return, nor be longer than what is examined. `pass`
 * moves an entry on past so many such lines.
 */
export interface Classifier {
  readonly skim: Automaton;
  pass(entry: EntryState, lines: number, from: number, at: number): void;
  judge(text: string, entry: EntryState, container?: string, at?: number): Verdict;
  explain(text: string, entry: EntryState, container?: string, at?: number): Verdict;
}

const SHAPE = 'crash shape';
const ACCEPTED = new Set(['level token', 'level letter', 'level field of a JSON line']);

/**
 * Builds a classifier with the user's rules in front of the built-in ones (`ignore` first).
 * @throws RangeError naming its place (`classify.rules[2].pattern`) when a rule's pattern cannot be used.
 */
export function createClassifier(rules: readonly ClassifyRule[] = []): Classifier {
  const user = compileRules(rules);
  const judge = (raw: string, entry: EntryState, container = '', at = 0, quick = true): Verdict => {
    const text = cleaned(raw);
    const verdict = judgeLine(text, entry, at, quick);
    // The body of an entry that counts is not matched again: its first line has been.
    if (user === undefined || (!verdict.event && entry.level >= WARNING)) return verdict;
    return user(text, container) ?? verdict;
  };
  return {
    // A rule of the user's may have any line count.
    skim: user === undefined ? isQuickInfo : () => false,
    pass: passCalm,
    judge,
    explain: (raw, entry, container, at) => {
      mark.start = mark.end = 0;
      const verdict = judge(raw, entry, container, at, false);
      return mark.end > mark.start
        ? { ...verdict, evidence: plain(raw).slice(mark.start, mark.end) }
        : verdict;
    },
  };
}

/** Judges one plain line with the built-in rules. */
function judgeLine(text: string, entry: EntryState, at: number, quick: boolean): Verdict {
  if (at > 0) {
    closeStale(entry, at);
    entry.at = at;
  }
  const calm = quick ? quickInfo(text) : 0;
  if (calm !== 0) return startLabelled(calm, entry, text);
  const end = text.length;
  const from = skipPrefix(text);
  if (from >= end) return BLANK;
  const first = text.charCodeAt(from);
  if (first < 128 && CLASS[first] === SPACE) return judgeIndented(text, from, end, entry, quick);
  const packed = quick && isProse(text) ? 0 : headerLevel(text, from, end);
  if (packed !== 0) return startLabelled(packed, entry, text);
  return judgeBare(text, from, end, entry, quick);
}

/** As if so many lines had been judged to be info by their own level; `from` and `at` are the times of first and last. */
function passCalm(entry: EntryState, lines: number, from: number, at: number): void {
  closeStale(entry, from);
  entry.at = at;
  let left = lines;
  // One line after another until the entry is an ordinary one; of those that follow only the number matters.
  for (; left > 0 && (entry.mode !== 'labelled' || entry.level !== INFO); left--)
    startLabelled(INFO, entry, '');
  entry.since = Math.min(999, entry.since + left);
}

function startLabelled(packed: number, entry: EntryState, text: string): Verdict {
  const level = levelOf(packed);
  if (level === ATTACHED) return continuationOf(entry.level);
  // Another thread's line between the lines of a traceback does not end it: its exception is still to come.
  if (level < WARNING && entry.mode === 'traceback' && ++entry.since < 20)
    return VERDICTS[packed] ?? HARMLESS;
  if (level >= WARNING && entry.level >= WARNING && isLoggedFrame(text, mark.end, level, entry)) {
    entry.frames = true;
    return continuationOf(level);
  }
  entry.mode = 'labelled';
  entry.level = level;
  entry.frames = false;
  if (level >= WARNING) {
    entry.since = 0;
    if (text.endsWith('Traceback (most recent call last):')) entry.mode = 'traceback';
    else if (isIntroduction(text)) entry.mode = 'report';
    else if (text.startsWith(BARE)) entry.mode = 'trace';
  } else if (entry.since < 999) entry.since++;
  return VERDICTS[packed] ?? HARMLESS;
}

/** A header with nothing to follow it, as Spring Boot's report of a failed start has, and Gin's of a panic. */
function isIntroduction(text: string): boolean {
  return text.endsWith(' :') || text.endsWith(' -') || text.endsWith('panic recovered:');
}

/** An unindented line without a level of its own. */
function judgeBare(text: string, from: number, end: number, entry: EntryState, quick: boolean): Verdict {
  const open = entry.level >= WARNING || entry.mode === 'excerpt' || entry.since < 200;
  if (open && continues(text, from, entry)) return continuationOf(entry.level);
  if (entry.since < 999) entry.since++;
  const place = isSourcePlace(text, from, end);
  if (place || !isSuspicious(text)) {
    // A message may have a second line before the traceback.
    const second = !place && entry.since === 1 && (entry.mode === 'labelled' || entry.mode === 'words');
    if (second && entry.level >= WARNING && !entry.frames) return HARMLESS;
    entry.mode = place ? 'excerpt' : 'plain';
    entry.level = INFO;
    return HARMLESS;
  }
  if (EXCERPT.test(text)) {
    entry.mode = 'excerpt';
    entry.level = INFO;
    return HARMLESS;
  }
  const packed = judgeUnlabelled(text, from, end, quick);
  const level = levelOf(packed);
  if (level < WARNING) {
    entry.mode = 'plain';
    entry.level = INFO;
    return VERDICTS[packed] ?? HARMLESS;
  }
  const isShape = ruleOf(packed) === SHAPE;
  const line = text.slice(bodyStart(text, from));
  if (isBody(line, entry, level, isShape)) {
    entry.mode = line.startsWith('Traceback ') ? 'traceback' : 'trace';
    return continuationOf(entry.level);
  }
  entry.mode = modeOf(line, isShape);
  entry.level = level;
  entry.frames = false;
  entry.since = 0;
  return VERDICTS[packed] ?? HARMLESS;
}

/** An indented line: the body of the entry above, unless it plainly begins one itself. */
function judgeIndented(text: string, from: number, end: number, entry: EntryState, quick: boolean): Verdict {
  let start = from;
  while (start < end && text.charCodeAt(start) <= 32) start++;
  if (start === end) return BLANK;
  if (entry.mode === 'plain' || startsEntry(text, start, from, end, entry)) {
    const packed = headerLevel(text, start, end);
    if (packed !== 0) return startLabelled(packed, entry, text);
    if (isFileFrame(text, start)) {
      entry.mode = 'excerpt';
      return HARMLESS;
    }
    return isSuspicious(text) ? judgeBare(text, start, end, entry, quick) : continuationOf(INFO);
  }
  attach(text, entry);
  return continuationOf(entry.level);
}

const STARTS = /^(?:\d{2,4}[-/:.]\d|\[[^\]]*\]|(?:[A-Z]{4,}|WRN|ERR|INF|DBG|FTL)\b[ :|\]])/;

function startsEntry(text: string, start: number, from: number, end: number, entry: EntryState): boolean {
  const rest = text.slice(start, start + 40);
  if (!STARTS.test(rest)) return false;
  if (entry.level >= WARNING && !/^\d/.test(rest) && (start - from > 3 || rest.startsWith('['))) return false;
  const packed = headerLevel(text, start, end);
  return packed !== 0 && levelOf(packed) !== ATTACHED && ACCEPTED.has(ruleOf(packed));
}

function modeOf(line: string, isShape: boolean): EntryState['mode'] {
  if (!isShape) return 'words';
  if (line.startsWith('Traceback ')) return 'traceback';
  if (line.startsWith('Caught: ')) return 'words';
  if (/^\w+Error:$/.test(line)) return 'report';
  if (/panicked at .*:\d+:$|^Unhandled exception:$/i.test(line)) return 'message';
  if (/^(?:Killed|Aborted|Segmentation fault|Bus error|Illegal instruction)/.test(line)) return 'signal';
  return 'trace';
}

/** A lone `/app/server.js:12`, as Node.js prints above an uncaught error. */
function isSourcePlace(text: string, from: number, end: number): boolean {
  if (!isDigit(text.charCodeAt(end - 1))) return false;
  const at = Math.max(from, text.lastIndexOf(' ') + 1);
  if (!SOURCE_PLACE.test(text.slice(at))) return false;
  return at === from || bodyStart(text, from) === at;
}

/** A numbered line of the source, as Bun shows it above the error. */
const EXCERPT = /^\d+ \| /;

const SOURCE_PLACE = /^(?:file:\/\/|node:|\/|[A-Z]:\\)\S*:\d+$/;

/** `File "/app/main.py", line 1`, as Python prints above a syntax error. */
function isFileFrame(text: string, start: number): boolean {
  return text.startsWith('File "', start);
}

function cleaned(raw: string): string {
  const text = raw.length > EXAMINED || raw.includes('\x1b') || raw.includes('\r') ? plain(raw) : raw;
  return text.charCodeAt(text.length - 1) <= 32 ? text.trimEnd() : text;
}
