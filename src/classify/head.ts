import { isDigit } from './chars.ts';
import { headerEnd } from './header-end.ts';

/** Longest head that is remembered (UTF-16 units): real launchers' and loggers' prefixes end well before. */
const LONGEST = 160;

/** What a line that opens an entry begins with, before the message at `at`: '' where that is nothing, or too much. */
export function headOf(text: string, at: number): string {
  if (isBoxed(text)) return text.slice(0, 2);
  return at > LONGEST ? '' : text.slice(0, at);
}

/** The same of a line without a level, whose own text begins at `from`; `isShape`: it is a crash by its shape. */
export function bareHead(text: string, from: number, isShape: boolean): string {
  const block = BLOCK.exec(text.slice(from, from + LONGEST));
  if (block !== null) return text.slice(0, from + block.index + block[0].length);
  const shape = isShape ? CRASH.exec(text.slice(from, from + LONGEST)) : null;
  return headOf(text, shape === null ? headerEnd(text, from) : from + shape.index);
}

/** What npm puts before each line of what it has to tell, which is one thing. */
const BLOCK = /\bnpm (?:ERR!|error) /;

/** The side of a box that is drawn around one message (Terraform). */
function isBoxed(text: string): boolean {
  const code = text.charCodeAt(0);
  return (code === 0x2502 || code === 0x2503) && text.charCodeAt(1) === 32;
}

/** Where a crash begins behind whatever stands before it. */
const CRASH =
  /Traceback \(most|Exception in thread|(?:[A-Za-z_$][\w$]{0,60}[.\\:]+){0,8}[A-Z][\w$]{0,60}(?:Error|Exception)\b|panic: |thread '|Unhandled|Uncaught|terminate called|Segmentation|Fatal/;

/**
 * Where the line's own text begins after the head of the entry above, or after the first pieces of it (a launcher's
 * prefix, whose end a mark tells); 0 if it begins with neither. Numbers may differ, and how many digits they have: a
 * launcher's prefix holds times and counts.
 */
export function afterHead(text: string, head: string): number {
  let i = 0;
  let j = 0;
  let boundary = 0;
  while (j < head.length) {
    const wanted = head.charCodeAt(j);
    const code = text.charCodeAt(i);
    if (isDigit(wanted) && isDigit(code)) {
      while (isDigit(head.charCodeAt(j))) j++;
      while (isDigit(text.charCodeAt(i))) i++;
    } else if (wanted === code) {
      i++;
      j++;
      if (wanted === 32 && ends(head.charCodeAt(j - 2))) boundary = i;
    } else {
      // A header that nothing follows has lost its last blank.
      return j === head.length - 1 && wanted === 32 && i === text.length ? i : boundary;
    }
  }
  return i;
}

/** Whether a piece of a header ends with this, before a blank. */
function ends(code: number): boolean {
  return code === 124 || code === 93 || code === 41 || code === 62 || code === 58 || code === 32;
}

/** A time to the microsecond, in which a program writes one entry and no more. */
const MICROSECONDS = /\d\d:\d\d:\d\d[.,](?!\d{3}000)\d{6}/;
/** A time to the millisecond, or the place in the source that wrote the line: most likely still the same entry. */
const SAME_CALL = /\d\d:\d\d:\d\d[.,]\d{3}|\d\d\.\d\d\.\d\d:\d{3}|\d\d:\d\d:\d\d.*\[?\w+\.\w{1,3}:\d+\]?/;

/** How surely lines that repeat a head letter by letter are one entry: 2 surely, 1 unless they tell of a fault of their own. */
export function repeats(head: string): 0 | 1 | 2 {
  if (MICROSECONDS.test(head) || head.endsWith('npm ERR! ') || head.endsWith('npm error ') || isBoxed(head))
    return 2;
  return SAME_CALL.test(head) ? 1 : 0;
}
