import { ATTACHED, ERROR, INFO, WARNING } from './levels.ts';
import type { EntryState } from './entry.ts';
import { KEY_FAULT, KEY_LEVEL, KEY_MESSAGE, KEY_OTEL, KEY_PYTHON, keyAt, valueLevel } from './fields.ts';
import { marked } from './mark.ts';
import { found, levelOf } from './rules.ts';
import { isSuspicious } from './stems.ts';
import { judgeUnlabelled } from './unlabelled.ts';
import { HARMLESS, VERDICTS, type Verdict, continuationOf } from './verdict.ts';

const FIELD = Array.from({ length: 8 }, (_, level) => found('level field of a JSON line', level));
const FAULT = found('error field of a JSON line', ERROR);
const MESSAGE = Array.from({ length: 8 }, (_, level) => found('words of a JSON message', level));

/**
 * Begins an object that is printed over many lines (the .NET console, `util.inspect`). Below an entry that counts it
 * belongs to that entry; otherwise one of its own fields decides, once. `frames` tells that it has been decided, `head`
 * is the indentation of its fields.
 */
export function openObject(entry: EntryState): Verdict {
  const isDump = entry.level >= WARNING && entry.since < 2;
  entry.mode = 'object';
  entry.head = '';
  entry.frames = isDump;
  if (isDump) return continuationOf(entry.level);
  entry.level = INFO;
  return HARMLESS;
}

const FIELD_LINE = /^(\s+)(["']?)([\w.@$-]+)\2\s*:\s*(.*?),?$/;
const EMPTY = /^(?:null|undefined|none|false|0|""|''|\{\}|\[\]|\{|\[)?$/i;

/** A line within such an object; undefined when it is none, and the object has ended without its bracket. */
export function judgeObjectLine(text: string, entry: EntryState, quick: boolean): Verdict | undefined {
  if (text === '') return continuationOf(entry.level);
  if (/^[\]}]/.test(text)) {
    const closed = continuationOf(entry.level);
    entry.mode = 'plain';
    entry.level = INFO;
    return closed;
  }
  if (!/^\s/.test(text)) {
    entry.mode = 'plain';
    entry.level = INFO;
    return undefined;
  }
  const [, indent = '', , name = '', value = ''] = FIELD_LINE.exec(text) ?? [];
  if (entry.head === '') entry.head = indent;
  if (entry.frames || name === '' || indent !== entry.head) return continuationOf(entry.level);
  const packed = fieldLevel(text, name, value.replace(/^["'](.*)["']$/s, '$1'), quick);
  if (packed === 0 || levelOf(packed) === ATTACHED) return continuationOf(entry.level);
  entry.frames = true;
  entry.level = levelOf(packed);
  if (entry.level >= WARNING) entry.since = 0;
  return VERDICTS[packed] ?? HARMLESS;
}

/** What a field of the object itself says of its level, packed; 0 if nothing. */
function fieldLevel(text: string, name: string, value: string, quick: boolean): number {
  const key = keyAt(name, 0, name.length);
  const start = text.lastIndexOf(value);
  if (key === KEY_LEVEL || key === KEY_PYTHON || key === KEY_OTEL)
    return marked(FIELD[valueLevel(value, 0, value.length, key)] ?? 0, start, start + value.length);
  if (key === KEY_FAULT)
    return EMPTY.test(value) || !/[a-z]/i.test(value) ? 0 : marked(FAULT, start, text.length);
  if (key !== KEY_MESSAGE || !isSuspicious(value)) return 0;
  const level = levelOf(judgeUnlabelled(value, 0, value.length, quick));
  return level >= WARNING ? marked(MESSAGE[level] ?? 0, start, text.length) : 0;
}
