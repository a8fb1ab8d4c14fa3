import { attach, continues, isBody } from './continuation.ts';
import { isDigit } from './chars.ts';
import type { EntryState } from './entry.ts';
import { bareHead, headOf } from './head.ts';
import { headerEnd } from './header-end.ts';
import { headerLevel } from './header.ts';
import { ATTACHED, INFO, WARNING } from './levels.ts';
import { startLabelled } from './labelled.ts';
import { openObject } from './object.ts';
import { bodyStart } from './prefix.ts';
import { levelOf, ruleOf } from './rules.ts';
import { isSuspicious } from './stems.ts';
import { judgeUnlabelled } from './unlabelled.ts';
import { BLANK, HARMLESS, VERDICTS, type Verdict, continuationOf } from './verdict.ts';

const SHAPE = 'crash shape';
const ACCEPTED = new Set(['level token', 'level letter', 'level field of a JSON line']);

/** An unindented line without a level of its own. */
export function judgeBare(
  text: string,
  from: number,
  end: number,
  entry: EntryState,
  quick: boolean,
): Verdict {
  if (text === '{') return openObject(entry);
  const open = entry.level >= WARNING || entry.mode === 'excerpt' || entry.since < 200;
  if (open && continues(text, from, entry)) return continuationOf(entry.level);
  if (entry.since < 999) entry.since++;
  const place = isSourcePlace(text, from, end);
  if (place || !isSuspicious(text)) {
    // A message may have a second line before the traceback.
    if (!place && entry.level >= WARNING && isFurther(entry, 1)) return HARMLESS;
    entry.mode = place ? 'excerpt' : 'plain';
    entry.head = place ? headOf(text, Math.max(from, text.lastIndexOf(' ') + 1)) : '';
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
    if (entry.level === WARNING && isFurther(entry, 3)) return VERDICTS[packed] ?? HARMLESS;
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
  // The second sentence of a warning.
  if (level === WARNING && !isShape && entry.level === WARNING && isFurther(entry, 3))
    return continuationOf(WARNING);
  entry.head = bareHead(text, from, isShape);
  entry.mode = LOGGED.test(line) ? 'words' : modeOf(text.slice(entry.head.length), isShape);
  entry.level = level;
  entry.frames = false;
  entry.since = 0;
  return VERDICTS[packed] ?? HARMLESS;
}

/** Whether a line of prose is the next of the message that has just been begun: a warning may have some. */
function isFurther({ mode, since, frames }: EntryState, most: number): boolean {
  return !frames && (mode === 'labelled' || mode === 'words') && since <= most;
}

/** An indented line: the body of the entry above, unless it plainly begins one itself. */
export function judgeIndented(
  text: string,
  from: number,
  end: number,
  entry: EntryState,
  quick: boolean,
): Verdict {
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

/** Whether an indented line plainly begins an entry of its own. */
export function startsEntry(
  text: string,
  start: number,
  from: number,
  end: number,
  entry: EntryState,
): boolean {
  const rest = text.slice(start, start + 40);
  if (!STARTS.test(rest)) return false;
  if (entry.level >= WARNING && !/^\d/.test(rest) && (start - from > 3 || rest.startsWith('['))) return false;
  const packed = headerLevel(text, start, end);
  return packed !== 0 && levelOf(packed) !== ATTACHED && ACCEPTED.has(ruleOf(packed));
}

/** A line that tells of an exception which is printed below it. */
const LOGGED = /^(?:Caught: |Process \S+:$|(?:Task|Future) exception was never)/;

function modeOf(line: string, isShape: boolean): EntryState['mode'] {
  if (!isShape) return 'words';
  if (line.startsWith('Traceback ')) return 'traceback';
  if (/^\w+Error:$|^(?:FAILURE: )?Build failed with an exception/.test(line)) return 'report';
  if (/panicked at .*:\d+:$|^Unhandled exception:$/i.test(line)) return 'message';
  if (/^(?:Killed|Aborted|Segmentation fault|Bus error|Illegal instruction)/.test(line)) return 'signal';
  return 'trace';
}

/** A lone `/app/server.js:12`, as Node.js prints above an uncaught error. */
function isSourcePlace(text: string, from: number, end: number): boolean {
  if (!isDigit(text.charCodeAt(end - 1))) return false;
  const at = Math.max(from, text.lastIndexOf(' ') + 1);
  if (!SOURCE_PLACE.test(text.slice(at))) return false;
  return (
    at === from ||
    bodyStart(text, from) === at ||
    (text.charCodeAt(at - 2) !== 58 && headerEnd(text, from) === at)
  );
}

/** A numbered line of the source, as Bun shows it above the error. */
const EXCERPT = /^\d+ \| /;

const SOURCE_PLACE = /^(?:file:\/\/|node:|\/|[A-Z]:\\)\S*:\d+$/;

/** `File "/app/main.py", line 1`, as Python prints above a syntax error. */
function isFileFrame(text: string, start: number): boolean {
  return text.startsWith('File "', start);
}
