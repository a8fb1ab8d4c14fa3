import { startsEntry } from './bare.ts';
import { attach, bodyContinues, isBody, mayBeBody, mayFollow } from './continuation.ts';
import type { EntryState } from './entry.ts';
import { afterHead, repeats } from './head.ts';
import { WARNING } from './levels.ts';
import { mark } from './mark.ts';
import { levelOf, ruleOf } from './rules.ts';
import { isSuspicious } from './stems.ts';
import { judgeUnlabelled } from './unlabelled.ts';
import { BLANK, type Verdict, continuationOf } from './verdict.ts';

/**
 * A line that begins as the open entry's first line does, with a launcher's prefix or a logger's header: what follows
 * decides whether it belongs to that entry. `packed` is the line's own level, 0 if it has none. Undefined: it is judged
 * by itself.
 */
export function underHead(
  text: string,
  entry: EntryState,
  packed: number,
  quick: boolean,
): Verdict | undefined {
  if (packed !== 0 && isMessage(text, entry)) return undefined;
  const at = afterHead(text, entry.head);
  if (at === 0) return undefined;
  const rest = text.slice(at);
  let start = 0;
  while (start < rest.length && rest.charCodeAt(start) <= 32) start++;
  if (start === rest.length) return BLANK;
  const same = text.startsWith(entry.head) ? repeats(entry.head) : 0;
  // What `initdb:` or a compiler adds stands by itself.
  if (at < entry.head.length && REMARK.test(rest)) return undefined;
  if (same === 2) return continuationOf(entry.level);
  if (start > 0) {
    if (startsEntry(rest, start, 0, rest.length, entry)) return undefined;
    attach(rest, entry);
    return continuationOf(entry.level);
  }
  // Its level stands behind the prefix: it is the program's own.
  if (packed !== 0 && (mark.end > at || (entry.mode === 'report' && same === 0))) return undefined;
  if (bodyContinues(rest, rest, entry)) return continuationOf(entry.level);
  if (packed !== 0 && same === 0 && entry.mode !== 'chained' && !mayBeBody(rest)) return undefined;
  const { start: markStart, end: markEnd } = mark;
  const judged = isSuspicious(rest) ? judgeUnlabelled(rest, 0, rest.length, quick) : 0;
  const isShape = ruleOf(judged) === 'crash shape';
  const severe = levelOf(judged) >= WARNING;
  if (severe && isBody(rest, entry, levelOf(judged), isShape)) {
    entry.mode = rest.startsWith('Traceback ') ? 'traceback' : 'trace';
    return continuationOf(entry.level);
  }
  mark.start = markStart;
  mark.end = markEnd;
  return same > 0 && !severe ? continuationOf(entry.level) : undefined;
}

const REMARK = /^(?:note|help|hint): /;

/** Whether a logged line, of which there may be many, plainly has a message of its own where the entry's began. */
function isMessage(text: string, { head, mode }: EntryState): boolean {
  const code = text.charCodeAt(head.length);
  return (
    mode === 'labelled' &&
    code >= 97 &&
    code <= 122 &&
    text.charCodeAt(head.length - 1) === head.charCodeAt(head.length - 1) &&
    !mayFollow(text, head.length) &&
    !text.startsWith(head)
  );
}
