import { withoutEscapes } from '../text/display.ts';

/** How much of a line is examined. */
export const EXAMINED = 16 * 1024;

/**
 * The line as a terminal would leave it: without ANSI sequences, and only what follows the last bare carriage return
 * (progress bars overwrite themselves), without NUL characters and marks of an encoding. At most 16 KiB. The same string
 * when there is nothing to remove.
 */
export function plain(text: string): string {
  let rest = withoutEscapes(text.length > EXAMINED ? text.slice(0, EXAMINED) : text);
  if (rest.includes('\0')) rest = rest.replaceAll('\0', '').replace(/^\ufffd+/, '');
  if (rest.charCodeAt(0) === 0xfeff) rest = rest.replace(/^\ufeff+/, '');
  if (rest.includes('\r')) {
    rest = rest.replace(/\r+$/, '');
    rest = rest.slice(rest.lastIndexOf('\r') + 1);
  }
  return rest;
}
