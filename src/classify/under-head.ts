import { startsEntry } from './bare.ts';
import { attach, bodyContinues, isBody, mayBeBody } from './continuation.ts';
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
 * decides whether it belongs to that entry. `packed` is the line's own level, 0 if it has none, and `body` where its
 * message begins behind a header, -1 where that is not known. Undefined: it is judged
 * by itself.
 */
export function underHead(
  text: string,
  entry: EntryState,
  packed: number,
  body: number,
  quick: boolean,
): Verdict | undefined {
  if (packed !== 0 && isMessage(text, entry, body)) return undefined;
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

/**
 * A sentence that no line below an entry begins with, as most messages begin: a word that is none of a trace's or a
 * dump's, and another.
 */
const SENTENCE =
  /(?!(?:aborted|args|at|backtrace|bus|called|call|caused|child|client|compilation|connection|correlation|created|current|during|emitted|error|exception|execution|exit|extension|extra|fatal|file|floating|from|function|future|goroutine|illegal|in|initial|last|message|native|nested|order|program|queue|raised|reason|receiver|request|response|retry|root|runtime|segmentation|server|shadow|span|stack|state|status|suppressed|the|thread|thrown|trace|traceback|tried|user|when|with|wrapped) )[a-z][a-z]+ [\w"'<([]/iy;

/** Whether a logged line, of which there may be many, plainly has a message of its own, which begins at `body`. */
function isMessage(text: string, { head, mode }: EntryState, body: number): boolean {
  if (mode !== 'labelled' || body <= 0 || text.startsWith(head)) return false;
  SENTENCE.lastIndex = body;
  return SENTENCE.test(text);
}
