import type { ClassifyRule } from '../config/config.ts';
import type { Automaton } from './automaton.ts';
import { judgeBare, judgeIndented } from './bare.ts';
import { CLASS, SPACE } from './chars.ts';
import { closeStale } from './continuation.ts';
import { EXAMINED, plain } from './display.ts';
import { type EntryState, LEARNED } from './entry.ts';
import { headerLevel } from './header.ts';
import { imageDefault } from './image-defaults.ts';
import { messageStart, startLabelled } from './labelled.ts';
import { launchedCrash } from './launched.ts';
import { columnLevel, countCalm, learnColumn } from './learned-column.ts';
import { INFO, WARNING } from './levels.ts';
import { mark } from './mark.ts';
import { judgeObjectLine } from './object.ts';
import { skipPrefix } from './prefix.ts';
import { brokerLevel, isCoded } from './market-answers.ts';
import { isProse, isQuickInfo, quickInfo } from './quick.ts';
import { underHead } from './under-head.ts';
import { compileRules } from './user-rules.ts';
import { BLANK, type Verdict } from './verdict.ts';

/**
 * Judges lines. `judge` is a function of the line, the entry state (which it moves on) and, for rules limited to some
 * containers, the container; `image` is its image, where known, and `at` is the line's time in epoch milliseconds, by which a stale entry is closed. `explain`
 * is the same with the deciding piece of text. `skim` tells whether a line, in its bytes and without its end, is plainly
 * harmless whatever stands around it; it must not hold a carriage return, nor be longer than what is examined. `pass`
 * moves an entry on past so many such lines.
 */
export interface Classifier {
  readonly skim: Automaton;
  pass(entry: EntryState, lines: number, from: number, at: number): void;
  judge(text: string, entry: EntryState, container?: string, at?: number, image?: string): Verdict;
  explain(text: string, entry: EntryState, container?: string, at?: number, image?: string): Verdict;
}

/**
 * Builds a classifier with the user's rules in front of the built-in ones (`ignore` first).
 * @throws RangeError naming its place (`classify.rules[2].pattern`) when a rule's pattern cannot be used.
 */
export function createClassifier(rules: readonly ClassifyRule[] = []): Classifier {
  const user = compileRules(rules);
  const decide = (
    raw: string,
    entry: EntryState,
    container: string,
    at: number,
    image: string,
    quick: boolean,
  ): Verdict => {
    const text = cleaned(raw);
    const verdict = judgeLine(text, entry, at, quick);
    // The body of an entry that counts is not matched again: its first line has been.
    if ((user === undefined && image === '') || (!verdict.event && entry.level >= WARNING)) return verdict;
    return user?.(text, container) ?? (image === '' ? undefined : imageDefault(text, image)) ?? verdict;
  };
  return {
    // A rule of the user's may have any line count.
    skim: user === undefined ? isQuickInfo : () => false,
    pass: passCalm,
    judge: (raw, entry, container = '', at = 0, image = '') => decide(raw, entry, container, at, image, true),
    explain: (raw, entry, container = '', at = 0, image = '') => {
      mark.start = mark.end = 0;
      const verdict = decide(raw, entry, container, at, image, false);
      return mark.end > mark.start
        ? { ...verdict, evidence: cleaned(raw).slice(mark.start, mark.end) }
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
  const end = text.length;
  const calm = quickInfo(text);
  if (calm !== 0) {
    if (entry.read < LEARNED) countCalm(entry, 1);
    return startLabelled(quick ? calm : headerLevel(text, skipPrefix(text), end), entry, '');
  }
  if (entry.mode === 'object') {
    const verdict = judgeObjectLine(text, entry, quick);
    if (verdict !== undefined) return verdict;
  }
  const from = skipPrefix(text);
  if (from >= end) return BLANK;
  const first = text.charCodeAt(from);
  if (first < 128 && CLASS[first] === SPACE) return judgeIndented(text, from, end, entry, quick);
  if (entry.read < LEARNED) learnColumn(text, from, entry);
  let packed = quick && isProse(text) ? 0 : headerLevel(text, from, end);
  if (packed === 0) packed = columnLevel(text, from, entry);
  let body = messageStart(packed, text);
  if (body >= 0 && isCoded(text, body)) {
    packed = brokerLevel(text) || packed;
    body = messageStart(packed, text);
  }
  if (entry.head !== '' && (entry.level >= WARNING || entry.mode === 'excerpt')) {
    const verdict = underHead(text, entry, packed, body, quick);
    if (verdict !== undefined) return verdict;
  }
  if (packed === 0) return judgeBare(text, from, end, entry, quick);
  const crash = launchedCrash(text, packed);
  return crash < 0 ? startLabelled(packed, entry, text, body) : judgeBare(text, crash, end, entry, quick);
}

/** As if so many lines had been judged to be info by their own level; `from` and `at` are the times of first and last. */
function passCalm(entry: EntryState, lines: number, from: number, at: number): void {
  closeStale(entry, from);
  entry.at = at;
  countCalm(entry, lines);
  let left = lines;
  // One line after another until the entry is an ordinary one; of those that follow only the number matters.
  for (; left > 0 && (entry.mode !== 'labelled' || entry.level !== INFO || entry.frames); left--)
    startLabelled(INFO, entry, '');
  entry.since = Math.min(999, entry.since + left);
}

function cleaned(raw: string): string {
  const text =
    raw.length > EXAMINED || raw.includes('\x1b') || raw.includes('\r') || isWide(raw) ? plain(raw) : raw;
  return text.charCodeAt(text.length - 1) <= 32 ? text.trimEnd() : text;
}

/** Whether a text begins as one in UTF-16 does that was read as bytes, or with the mark of an encoding. */
function isWide(raw: string): boolean {
  const first = raw.charCodeAt(0);
  return first === 0 || first >= 0xfeff || raw.charCodeAt(1) === 0;
}
