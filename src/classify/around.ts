import { CLASS, CLOSE, OPEN } from './chars.ts';

/** The char code after the blanks from `from` on, 0 at the end. */
export function pastSpaces(text: string, from: number, end: number): number {
  let i = from;
  while (i < end && text.charCodeAt(i) <= 32) i++;
  return i < end ? text.charCodeAt(i) : 0;
}

/** The char code before the blanks that end at `at`, 0 at the start. */
export function previous(text: string, at: number, from: number): number {
  let i = at - 1;
  while (i >= from && text.charCodeAt(i) === 32) i--;
  return i >= from ? text.charCodeAt(i) : 0;
}

/** Whether two blanks stand there. */
export function wideAfter(text: string, at: number): boolean {
  return text.charCodeAt(at) === 32 && text.charCodeAt(at + 1) === 32;
}

/** Whether a char code is a small ASCII letter. */
export function isLower(code: number): boolean {
  return code >= 97 && code <= 122;
}

/** Whether a char code opens a bracket, or is a bar. */
export function isOpener(code: number): boolean {
  return code === 124 || (code < 128 && CLASS[code] === OPEN);
}

/** Whether a char code closes a bracket, or is a bar. */
export function isClosing(code: number): boolean {
  return code === 124 || (code < 128 && CLASS[code] === CLOSE);
}
