/** Longest text that is shown and stored for one signal, in UTF-16 units. */
const SHOWN = 2_000;

/** How much of a line is examined. */
export const EXAMINED = 16 * 1024;

const ANSI =
  /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[PX^_][^\x1b]*(?:\x1b\\)?|[ -/]*[0-~])|\x9b[0-?]*[ -/]*[@-~]/g;
const CONTROL = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;

/**
 * The line as a terminal would leave it: without ANSI sequences, and only what follows the last bare carriage return
 * (progress bars overwrite themselves), without NUL characters and marks of an encoding. At most 16 KiB. The same string when there is nothing to remove.
 */
export function plain(text: string): string {
  let rest = text.length > EXAMINED ? text.slice(0, EXAMINED) : text;
  if (rest.includes('\x1b') || rest.includes('\x9b')) rest = rest.replace(ANSI, '');
  if (rest.includes('\0')) rest = rest.replaceAll('\0', '').replace(/^\ufffd+/, '');
  if (rest.charCodeAt(0) === 0xfeff) rest = rest.replace(/^\ufeff+/, '');
  if (rest.includes('\r')) {
    rest = rest.replace(/\r+$/, '');
    rest = rest.slice(rest.lastIndexOf('\r') + 1);
  }
  return rest;
}

/** The line as people are shown it: plain, without control characters, trimmed, cut to 2,000 characters with an ellipsis. */
export function display(text: string): string {
  const shown = plain(text).replace(CONTROL, ' ').trim();
  if (shown.length <= SHOWN) return shown;
  const cut = shown.slice(0, SHOWN);
  return `${cut.isWellFormed() ? cut : cut.slice(0, -1)}…`;
}
