import { isDigit, isLetter } from './chars.ts';

/** Longest bracket or name that belongs to a header (UTF-16 units). */
const LONGEST = 60;

const CLOSERS: ReadonlyMap<number, string> = new Map([
  [91, ']'],
  [60, '>'],
  [40, ')'],
  [123, '}'],
]);

/**
 * Where the header that goes on at `from` ends and the message begins: past dates, brackets, names that a colon, a dash
 * or a bar follows, and places in the source. The name of an error is the message's, not the header's.
 */
export function headerEnd(text: string, from: number): number {
  let end = from;
  for (;;) {
    const start = pastBlanks(text, end);
    const next = start < text.length ? pastPiece(text, start) : start;
    // A number that ends the line is its message: `FATAL: 1`.
    if (next === start || (next === text.length && isDigit(text.charCodeAt(start)))) return start;
    end = next;
  }
}

/** Past one piece of a header; the same place where there is none. */
function pastPiece(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (isDigit(code)) return pastDate(text, at);
  if (isLetter(code) || code === 95) return pastName(text, at);
  const closer = CLOSERS.get(code);
  if (closer !== undefined) return pastBracket(text, at, closer);
  // `:root:`, `/ForkPoolWorker-1]`
  if (code === 58 || code === 47) {
    const name = nameEnd(text, at + 1);
    const after = text.charCodeAt(name);
    if (name > at + 1 && after === (code === 58 ? 58 : 93)) return name + 1;
  }
  let end = at;
  while (isPunctuation(text.charCodeAt(end))) end++;
  return isBlank(text, end) || CLOSERS.has(text.charCodeAt(end)) ? end : at;
}

function pastBracket(text: string, at: number, closer: string): number {
  const close = text.indexOf(closer, at);
  return close < 0 || close - at > LONGEST ? at : close + 1;
}

/** A date, a time, a number that stands by itself. */
function pastDate(text: string, at: number): number {
  let end = at;
  let code = text.charCodeAt(end);
  while (isDigit(code) || (code >= 43 && code <= 47) || code === 58 || code === 84 || code === 90)
    code = text.charCodeAt(++end);
  if (code === 124 || code === 93) return end;
  return isBlank(text, end) ? end : at;
}

const FAULT = /(?:Error|Exception|Failure|Warning|Fault|[Pp]anic|Traceback|^error|^fatal|^warning|^Caused)$/;
const ZONE = /^(?:UTC|GMT|[AP]M|Z)$/;
const MONTH = /^(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)$/;
const SAID = /child \d+ said into std(?:err|out): "/y;

function pastName(text: string, at: number): number {
  const end = nameEnd(text, at);
  if (end - at > LONGEST) return at;
  const code = text.charCodeAt(end);
  // A word and a letter after it: a sentence.
  if (code === 32 && isSmall(text.charCodeAt(at)) && isLetter(text.charCodeAt(end + 1)))
    return pastSaid(text, at);
  const name = text.slice(at, end);
  if (code === 32 || code === 9) {
    if (ZONE.test(name) || (MONTH.test(name) && isDigit(text.charCodeAt(pastBlanks(text, end))))) return end;
    const after = pastBlanks(text, end);
    const mark = text.charCodeAt(after);
    // ` - `, ` | `, and the ` -- ` of Ruby's loggers
    const dash = mark === 45 && text.charCodeAt(after + 1) === 45 ? after + 1 : after;
    if ((mark === 45 || mark === 124) && isBlank(text, dash + 1)) return FAULT.test(name) ? at : dash + 1;
    return pastSaid(text, at);
  }
  if (FAULT.test(name)) return at;
  // `app:`, `app[12]:`, `app(x):`, `main.py:12`
  let colon = end;
  if (code === 91 || code === 40) colon = pastBracket(text, end, code === 91 ? ']' : ')');
  if (text.charCodeAt(colon) !== 58) return at;
  if (isBlank(text, colon + 1)) return colon + 1;
  let place = colon + 1;
  while (isDigit(text.charCodeAt(place)) || text.charCodeAt(place) === 58) place++;
  return place > colon + 1 && (isBlank(text, place) || text.charCodeAt(place) === 93) ? place : at;
}

/** Past what PHP-FPM puts before what a child has printed. */
function pastSaid(text: string, at: number): number {
  SAID.lastIndex = at;
  return SAID.test(text) ? SAID.lastIndex : at;
}

function isSmall(code: number): boolean {
  return code >= 97 && code <= 122;
}

function nameEnd(text: string, at: number): number {
  let end = at;
  for (;;) {
    const code = text.charCodeAt(end);
    if (!isLetter(code) && !isDigit(code) && !(code >= 45 && code <= 47) && code !== 95 && code !== 36)
      return end;
    end++;
  }
}

function pastBlanks(text: string, at: number): number {
  let end = at;
  while (text.charCodeAt(end) === 32 || text.charCodeAt(end) === 9) end++;
  return end;
}

/** Whether a blank stands there, or the line ends. */
function isBlank(text: string, at: number): boolean {
  return at >= text.length || text.charCodeAt(at) <= 32;
}

const PUNCTUATION = new Set(Array.from('])>}|:!,/~-', (mark) => mark.charCodeAt(0)));

function isPunctuation(code: number): boolean {
  return PUNCTUATION.has(code);
}
