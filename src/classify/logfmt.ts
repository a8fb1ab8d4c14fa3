import { KEY_FAULT, KEY_LEVEL, KEY_PYTHON, KEY_STATUS, KEY_WEAK_LEVEL, keyAt, valueLevel } from './fields.ts';
import { isDetail } from './json.ts';
import { ERROR, INFO, NONE } from './levels.ts';
import { mark, marked } from './mark.ts';
import { found } from './rules.ts';

const LOGFMT_LEVEL = Array.from({ length: 8 }, (_, level) => found('level field of a logfmt line', level));

const LOGFMT_FAULT = found('error field of a logfmt line', ERROR);

/** Where the run of pairs that was looked at last ends: what follows may still hold a level. */
export const pairs = { end: 0 };

/**
 * The level in `key=value` pairs from `from` on (`time=… level=warn msg="…"`, `lvl=eror`, `level="warning"`). Words
 * between the pairs are passed over. Only a level word counts as a value of a weak key such as `status`. A `log_level`
 * is a level only inside a run of pairs: on its own, or after words (`spoken`), it is a setting being told.
 */
export function logfmtLevel(text: string, from: number, end: number, spoken: boolean): number {
  let weak = NONE;
  let running = true;
  let zero = 0;
  let fault = false;
  let i = from;
  pairs.end = from;
  while (i < end) {
    while (i < end && text.charCodeAt(i) <= 44) i++;
    const start = i;
    let code = 0;
    while (i < end && (code = text.charCodeAt(i)) !== 61 && code > 32 && code !== 34) i++;
    if (code !== 61) {
      running = false;
      i = code === 34 ? quoteEnd(text, i, end, '"') + 1 : i + 1;
      continue;
    }
    const key = keyAt(text, start, i);
    let value = ++i;
    let stop: number;
    const quote = text.charCodeAt(i);
    if (quote === 34 || quote === 39) {
      value++;
      stop = quoteEnd(text, i, end, quote === 34 ? '"' : "'");
      i = stop + 1;
    } else {
      while (i < end && (code = text.charCodeAt(i)) > 32 && code !== 44) i++;
      stop = i;
    }
    if (running) pairs.end = Math.max(i, from + 1);
    if (key === KEY_LEVEL || key === KEY_PYTHON) {
      const setting = value - start > 8 && (spoken || start === from);
      const level = setting ? NONE : valueLevel(text, value, stop, key);
      if (key === KEY_LEVEL && isDetail(text, value, stop)) zero = value;
      else if (level !== NONE) return marked(LOGFMT_LEVEL[level] ?? 0, value, stop);
    } else if (key === KEY_FAULT) fault = fault || isFault(text, value, stop);
    else if (
      weak === NONE &&
      (key === KEY_WEAK_LEVEL || key === KEY_STATUS || isCapitals(text, start, value))
    ) {
      weak = valueLevel(text, value, stop, KEY_WEAK_LEVEL);
      if (weak !== NONE) marked(weak, value, stop);
    }
  }
  if (weak === NONE && zero > 0 && fault) return marked(LOGFMT_FAULT, zero, zero + 1);
  if (weak === NONE && zero > 0) return marked(LOGFMT_LEVEL[INFO] ?? 0, zero, zero + 1);
  return weak === NONE ? 0 : marked(LOGFMT_LEVEL[weak] ?? 0, mark.start, mark.end);
}

/** A two- or three-letter key in capitals with a value in capitals, such as `LL="ERROR"`. */
function isCapitals(text: string, start: number, value: number): boolean {
  const code = text.charCodeAt(value);
  return value - start <= 5 && text.charCodeAt(start) < 97 && code >= 65 && code <= 90;
}

/** Whether the value of an error field tells of one: more than a number or nothing. */
function isFault(text: string, from: number, to: number): boolean {
  return to > from && !/^(?:<nil>|nil|null|none|false|[\d.]+|no|ok)$/i.test(text.slice(from, to));
}

function quoteEnd(text: string, open: number, end: number, quote: string): number {
  let i = open + 1;
  for (;;) {
    i = text.indexOf(quote, i);
    if (i < 0 || i >= end) return end;
    if (text.charCodeAt(i - 1) !== 92) return i;
    i++;
  }
}
