/** How long a text is in the unit that a receiver counts in. */
export type Measure = (text: string) => number;

/** UTF-16 units: never fewer than code points, so that a limit in either is kept. */
export const utf16Length: Measure = (text) => text.length;

/** Code points: what most services call characters. */
export const codePoints: Measure = (text) => Array.from(text).length;

/** Bytes of UTF-8. */
export const utf8Length: Measure = (text) => Buffer.byteLength(text);

/**
 * The text within `limit`, cut between graphemes if it must be, ending in how many characters were cut. Nothing is
 * left of it if not even that fits.
 */
export function cutText(text: string, limit: number, measure: Measure = utf16Length): string {
  if (measure(text) <= limit) return text;
  const room = limit - measure(tailFor(text.length));
  let kept = '';
  let size = 0;
  for (const { segment } of new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text)) {
    size += measure(segment);
    if (size > room) break;
    kept += segment;
  }
  return room < 0 ? '' : kept + tailFor(text.length - kept.length);
}

function tailFor(count: number): string {
  return ` … (cut, ${count} more characters)`;
}
