import { isDigit } from './chars.ts';
import {
  KEY_CODE,
  KEY_FAULT,
  KEY_LEVEL,
  KEY_MESSAGE,
  KEY_NEST,
  KEY_NEXTCLOUD,
  KEY_OTEL,
  KEY_PRIORITY,
  KEY_PYTHON,
  KEY_STATUS,
  KEY_SUCCESS,
  KEY_TAGS,
  KEY_WEAK_LEVEL,
  keyAt,
  valueLevel,
} from './fields.ts';
import { ERROR, INFO, NONE } from './levels.ts';
import { mark, marked } from './mark.ts';
import { found } from './rules.ts';

/** Where, and in what text, the message of the last JSON line without a level is, for judging its words. */
export const message = { of: '', start: 0, end: 0 };

const JSON_LEVEL = Array.from({ length: 8 }, (_, level) => found('level field of a JSON line', level));
const JSON_FAULT = found('error field of a JSON line', ERROR);
/** The name of a level that is an object: `"level":{"name":"WARNING","no":30}` (loguru, log4js). */
const NAMED_LEVEL = /^\{[^{}]*?"(?:name|levelStr|text|label)":\s?"(\w+)"/;
/** The first words of a list of tags, where Kibana and hapi keep the level. */
const TAGS = /^\[\s*((?:"[\w:.@/-]*"[,\s]*){1,4})/;
const EMPTY_FAULT =
  /^(?:null|false|none|nil|undefined|0|""|''|\{\}|\[\]|"(?:none|null|nil|ok|0|false|no error)")$/i;

/**
 * The level in an object that begins at `from`: `{"level":"error",…}`, a Python `{'level': …}` too. In an object that
 * words introduce (`spoken`), a `logLevel` is a setting. Walks the keys of
 * the object itself (and of `log`, `labels` and the like one level down) without building anything. With no level but
 * a non-empty `error`, `exception` or `stack` it is an error; the message's place is left in `message` otherwise.
 */
export function jsonLevel(text: string, from: number, end: number, spoken: boolean): number {
  message.of = text;
  message.start = message.end = 0;
  let depth = 0;
  let nested = 0;
  let weak = NONE;
  let faultStart = 0;
  let faultEnd = 0;
  let scale = KEY_LEVEL;
  let zero = 0;
  let answered = false;
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
    // Serilog's `@x`; a plain `x` is anything.
    const key = close - i === 2 && (text.charCodeAt(i + 1) | 32) === 120 ? 0 : keyAt(text, i + 1, close);
    const setting = spoken && close - i > 6;
    let value = after + 1;
    while (value < end && text.charCodeAt(value) === 32) value++;
    const opener = text.charCodeAt(value);
    if (opener === 123 || opener === 91) {
      if (key === KEY_NEST && opener === 123) nested = depth + 1;
      if (key === KEY_LEVEL && opener === 123) {
        const name = NAMED_LEVEL.exec(text.slice(value, value + 200))?.[1] ?? '';
        const level = valueLevel(name, 0, name.length, KEY_LEVEL);
        if (level !== NONE) return marked(JSON_LEVEL[level] ?? 0, i + 1, close);
      }
      if (key === KEY_TAGS && opener === 91 && depth === 1 && weak === NONE) {
        weak = tagLevel(text, value);
      }
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
      if (setting) continue;
      if (key === KEY_LEVEL && scale === KEY_LEVEL && isDetail(text, start, stop)) zero = start;
      else if (level !== NONE) return marked(JSON_LEVEL[level] ?? 0, start, stop);
    } else if (isAnswer(key) && depth === 1 && tellsFault(key, text.slice(start, stop), text.slice(i, end))) {
      if (faultEnd === 0) {
        faultStart = value;
        faultEnd = quoted ? stop + 1 : stop;
        answered = true;
      }
    } else if ((key === KEY_WEAK_LEVEL || key === KEY_STATUS) && depth === 1 && weak === NONE) {
      if (quoted || !isDigit(opener)) weak = valueLevel(text, start, stop, KEY_WEAK_LEVEL);
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
    (answered ||
      (!EMPTY_FAULT.test(text.slice(faultStart, faultEnd)) && !isNumeric(text, faultStart, faultEnd)))
  ) {
    return marked(JSON_FAULT, faultStart, faultEnd);
  }
  if (zero > 0) return marked(JSON_LEVEL[INFO] ?? 0, zero, zero + 1);
  // Serilog's compact form leaves the level out where it is information.
  return text.startsWith('{"@t":', from) && text.includes('"@m')
    ? marked(JSON_LEVEL[INFO] ?? 0, from, from + 5)
    : 0;
}

/**
 * A level of 0, which is the least degree of detail (logr, PowerDNS) unless the line is GELF, where it is an emergency:
 * it counts as info when nothing else tells more.
 */
export function isDetail(text: string, start: number, stop: number): boolean {
  return stop - start === 1 && text.charCodeAt(start) === 48 && !text.includes('"short_message"');
}

/** The level word among the first tags of a list, or NONE. */
function tagLevel(text: string, at: number): number {
  const tags = TAGS.exec(text.slice(at, at + 120))?.[1] ?? '';
  for (const [, tag = ''] of tags.matchAll(/"(\w+)"/g)) {
    const level = valueLevel(tag, 0, tag.length, KEY_WEAK_LEVEL);
    if (level !== NONE) return marked(level, at, at + 1);
  }
  return NONE;
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

function isAnswer(key: number): boolean {
  return key === KEY_CODE || key === KEY_STATUS || key === KEY_SUCCESS;
}

const REFUSED = /^(?:rejected|failed|failure|error|aborted|denied|crashed|fault(?:ed|y)?)$/i;

/**
 * Whether a field tells that what was asked for was not done, as an exchange or a bot's interface answers: a code below
 * zero, a code that a message explains, a status, `"ok":false`. `rest` is what follows in the object.
 */
function tellsFault(key: number, value: string, rest: string): boolean {
  if (key === KEY_STATUS) return REFUSED.test(value);
  if (key === KEY_SUCCESS) return value === 'false' || value === 'False';
  if (/^-[1-9]\d*$/.test(value)) return true;
  return /^[1-9]\d{2,6}$/.test(value) && Number(value) >= 600 && REASON.test(rest);
}

/** A message that explains the code before it. */
const REASON =
  /^\s*,\s*["'](?:ret_?msg|msg|message|err_?msg|error_?message|description|reason)["']\s*:\s*["'](?!ok["']|success)\w/i;

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
