import { BARE, isLoggedFrame, isThrownBelow } from './continuation.ts';
import type { EntryState } from './entry.ts';
import { headOf } from './head.ts';
import { headerEnd } from './header-end.ts';
import { ATTACHED, WARNING } from './levels.ts';
import { mark } from './mark.ts';
import { type RuleName, levelOf, ruleOf } from './rules.ts';
import { HARMLESS, VERDICTS, type Verdict, continuationOf } from './verdict.ts';

/** Levels after which the line's message comes, and nothing else. */
const HEADED: ReadonlySet<RuleName> = new Set(['level token', 'level letter', 'level column of the stream']);

/**
 * A line with a level of its own: it begins an entry, unless it is a logged line of the trace above. `body` is where its
 * message begins, as `messageStart` has it.
 */
export function startLabelled(
  packed: number,
  entry: EntryState,
  text: string,
  body = messageStart(packed, text),
): Verdict {
  const level = levelOf(packed);
  if (level === ATTACHED) {
    // What comes after it with the entry's header is another entry.
    entry.head = '';
    return continuationOf(entry.level);
  }
  // Python's `error: x`, whose class bears that name.
  if (entry.mode === 'traceback' && entry.frames && /^[a-z]\w*: /.test(text)) {
    entry.mode = 'trace';
    return continuationOf(entry.level);
  }
  // Another thread's line between the lines of a traceback does not end it: its exception is still to come.
  if (level < WARNING && entry.mode === 'traceback' && ++entry.since < 20)
    return VERDICTS[packed] ?? HARMLESS;
  if (level >= WARNING && entry.level >= WARNING && isLoggedFrame(text, mark.end, level, entry)) {
    entry.frames = true;
    return continuationOf(level);
  }
  // `PSQLException: FATAL: x` below the line that logged it.
  if (level >= WARNING && entry.level >= WARNING && isThrownBelow(text, entry)) {
    entry.mode = 'trace';
    return continuationOf(entry.level);
  }
  entry.mode = 'labelled';
  entry.level = level;
  entry.frames = false;
  if (level >= WARNING) {
    entry.since = 0;
    entry.head = body < 0 ? '' : headOf(text, body);
    if (text.endsWith('Traceback (most recent call last):')) entry.mode = 'traceback';
    else if (isIntroduction(text)) entry.mode = 'report';
    else if (text.startsWith(BARE)) entry.mode = 'trace';
  } else if (entry.since < 999) entry.since++;
  return VERDICTS[packed] ?? HARMLESS;
}

/** Where the message of a line begins whose level counts and is a part of its header; -1 where it is none. */
export function messageStart(packed: number, text: string): number {
  return levelOf(packed) >= WARNING && isHeaded(packed) ? headerEnd(text, mark.end) : -1;
}

/** Whether the line is a header with the level in it, and a message behind it. */
export function isHeaded(packed: number): boolean {
  return HEADED.has(ruleOf(packed));
}

/** A header with nothing to follow it, as Spring Boot's report of a failed start has, and Gin's of a panic. */
function isIntroduction(text: string): boolean {
  return text.endsWith(' :') || text.endsWith(' -') || text.endsWith('panic recovered:');
}
