import { isClosing, isOpener } from './around.ts';
import { isDigit } from './chars.ts';
import { CRITICAL, WARNING } from './levels.ts';
import type { Place } from './token.ts';

/**
 * Whether a word that is also a name or a code stands as a level all the same: in brackets or bars, before a colon, or
 * (FATAL, FTL, PANIC) right after the date. What is called an alert without a date is most often a user's, unless it is
 * numbered as HAProxy's are.
 */
export function isUnambiguous(
  text: string,
  { start, end, from, prose, dated }: Place,
  level: number,
  before: number,
  after: number,
  tail: number,
): boolean {
  const enclosed = isClosing(tail) && (isOpener(before) || before === 32 || before === 58 || before === 44);
  if (level === CRITICAL && !dated && start - from < 2 && (text.charCodeAt(start) | 32) === 97) {
    return enclosed && /^\] +(?:\d+\/|\(\d)/.test(text.slice(end, end + 8));
  }
  if (level === CRITICAL && prose > 0 && !enclosed && (text.charCodeAt(start) | 32) === 97) return false;
  if (enclosed || after === 58 || tail === 124 || before === 46 || text.startsWith('  ', end)) return true;
  const first = text.charCodeAt(start) | 32;
  // FATAL, FTL, PANIC
  if (level === CRITICAL && prose === 0 && (first === 102 || first === 112)) {
    if (
      dated ||
      isOpener(before) ||
      isDigit(tail) ||
      /^ (?:error|exception)\b/i.test(text.slice(end, end + 12))
    )
      return true;
  }
  if (level === WARNING) return dated && prose === 0 && tail === 91;
  return after === 44 || after === 91 || (before === 124 && after === 32) || (after === 33 && prose === 0);
}
