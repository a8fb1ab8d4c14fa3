import { isDigit } from './chars.ts';
import {
  KEY_FAULT,
  KEY_LEVEL,
  KEY_MESSAGE,
  KEY_NEST,
  KEY_NEXTCLOUD,
  KEY_OTEL,
  KEY_PRIORITY,
  KEY_PYTHON,
  KEY_WEAK_LEVEL,
  keyAt,
  valueLevel,
} from './fields.ts';
import { ERROR, NONE } from './levels.ts';
import { mark, marked } from './mark.ts';
import { found } from './rules.ts';

/** Where the message of the last JSON line without a level is, for judging its words. */
export const message = { start: 0, end: 0 };

const JSON_LEVEL = Array.from({ length: 8 }, (_, level) => found('level field of a JSON line', level));
const JSON_FAULT = found('error field of a JSON line', ERROR);
const EMPTY_FAULT =
  /^(?:null|false|none|nil|undefined|0|""|''|\{\}|\[\]|"(?:none|null|nil|ok|0|false|no error)")$/i;

/**
 * The level in an object that begins at `from`: `{"level":"error",…}`, a Python `{'level': …}` too. Walks the keys of
 * the object itself (and of `log`, `labels` and the like one level down) without building anything. With no level but
 * a non-empty `error`, `exception` or `stack` it is an error; the message's place is left in `message` otherwise.
 */
export function jsonLevel(text: string, from: number, end: number): number {
  message.start = message.end = 0;
  let depth = 0;
  let nested = 0;
  let weak = NONE;
  let faultStart = 0;
  let faultEnd = 0;
  let scale = KEY_LEVEL;
  let i = from;
  while (i < end) {
    const code = text.charCodeAt(i);
    if (code === 123 || code === 91) {
      depth++;
      i++;
      continue;
    }
    if (code === 125 || code === 93) {
      depth--;
      if (depth < nested) nested = 0;
      if (depth === 0) break;
      i++;
      continue;
    }
    if (code !== 34 && code !== 39) {
      i++;
      continue;
    }
    const close = closing(text, i, code, end);
    let after = close + 1;
    while (after < end && text.charCodeAt(after) === 32) after++;
    if (text.charCodeAt(after) !== 58 || (depth > 1 && depth !== nested)) {
      i = close + 1;
      continue;
    }
    const key = keyAt(text, i + 1, close);
    let value = after + 1;
    while (value < end && text.charCodeAt(value) === 32) value++;
    const opener = text.charCodeAt(value);
    if (opener === 123 || opener === 91) {
      if (key === KEY_NEST && opener === 123) nested = depth + 1;
      if (key === KEY_FAULT && depth === 1) {
        faultStart = value;
        faultEnd = Math.min(end, value + 2);
      }
      i = value;
      continue;
    }
    const quoted = opener === 34 || opener === 39;
    const start = quoted ? value + 1 : value;
    const stop = quoted ? closing(text, value, opener, end) : bare(text, value, end);
    i = quoted ? stop + 1 : stop;
    if (key === 0) continue;
    if (key === KEY_NEXTCLOUD) scale = KEY_NEXTCLOUD;
    if (key === KEY_LEVEL || key === KEY_PYTHON || key === KEY_OTEL || (key === KEY_PRIORITY && quoted)) {
      const level = valueLevel(text, start, stop, key === KEY_LEVEL ? scale : key);
      if (level !== NONE) return marked(JSON_LEVEL[level] ?? 0, start, stop);
    } else if (key === KEY_WEAK_LEVEL && depth === 1 && weak === NONE) {
      if (quoted || !isDigit(opener)) weak = valueLevel(text, start, stop, key);
      if (weak !== NONE) marked(weak, start, stop);
    } else if (key === KEY_MESSAGE || key === KEY_NEST) {
      if (message.end === 0) {
        message.start = start;
        message.end = stop;
      }
    } else if (key === KEY_FAULT && depth === 1 && faultEnd === 0) {
      faultStart = value;
      faultEnd = quoted ? stop + 1 : stop;
    }
  }
  if (weak !== NONE) return marked(JSON_LEVEL[weak] ?? 0, mark.start, mark.end);
  if (
    faultEnd > 0 &&
    !EMPTY_FAULT.test(text.slice(faultStart, faultEnd)) &&
    !isNumeric(text, faultStart, faultEnd)
  ) {
    return marked(JSON_FAULT, faultStart, faultEnd);
  }
  return 0;
}

/** The place of the quote that closes the string opened at `open`, or the end. */
function closing(text: string, open: number, quote: number, end: number): number {
  const char = quote === 34 ? '"' : "'";
  let i = open;
  for (;;) {
    i = text.indexOf(char, i + 1);
    if (i < 0 || i >= end) return end;
    let slashes = 0;
    while (text.charCodeAt(i - 1 - slashes) === 92) slashes++;
    if (slashes % 2 === 0) return i;
  }
}

function bare(text: string, from: number, end: number): number {
  let i = from;
  while (i < end) {
    const code = text.charCodeAt(i);
    if (code === 44 || code === 125 || code === 93 || code === 32) break;
    i++;
  }
  return i;
}

function isNumeric(text: string, from: number, to: number): boolean {
  return isDigit(text.charCodeAt(from)) && Number.isFinite(Number(text.slice(from, to)));
}
