import { plain } from './display.ts';

/** Longest fingerprint kept. */
const LENGTH = 200;

/** How much of the text is masked: what follows hardly ever tells two messages apart. */
const MASKED = 600;

/**
 * What varies between two occurrences of one message, most specific first. A mask never contains a letter or digit that
 * a later pattern could take, so masking twice changes nothing.
 */
const MASKS: readonly (readonly [RegExp, string])[] = [
  [/\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s"'<>)\]]+/gi, '<*>'],
  [/\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b/g, '<*>'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<*>'],
  [
    /\b\d{4}[-/.]\d\d[-/.]\d\d(?:[T ,:-]+\d\d:\d\d(?::\d\d)?(?:[.,]\d+)?)?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?/g,
    '<*>',
  ],
  [
    /\b(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? )?(?:\d{1,2}[ /-])?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[ /-]+\d{1,4}(?:[ :]\d\d:\d\d:\d\d(?:[.,]\d+)?)?(?: \d{4})?/g,
    '<*>',
  ],
  [/\b\d\d?:\d\d:\d\d(?:[.,]\d+)?(?: ?[AP]M)?/g, '<*>'],
  [/(?<![\w.])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?:%\w+)?(?![\w:])/gi, '<*>'],
  [/\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b/g, '<*>'],
  [/"(?:[^"\\]|\\.)*"|(?<![\w'])'(?:[^'\\]|\\.)*'(?!\w)|`[^`]*`/g, '<*>'],
  [/(?<![\w<])(?:~|\.{1,2})?\/(?:[\w.@%+~-]+\/?)+(?::\d+)*|\b[A-Z]:\\[^\s"'<>|]+/g, '<*>'],
  [/\b0x[0-9a-f]+\b/gi, '<*>'],
  [/\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,}\b/gi, '<*>'],
  [/[+-]?\d+(?:[.,_]\d+)*/g, '<*>'],
];

/**
 * The text with its variable parts masked: timestamps, UUIDs, addresses, URLs, paths, quoted values, hex and numbers.
 * Two occurrences of one message have one fingerprint; the same text always has the same.
 */
export function fingerprint(text: string): string {
  let masked = plain(text).slice(0, MASKED);
  for (const [pattern, mask] of MASKS) masked = masked.replace(pattern, mask);
  return masked
    .replace(/(?:<\*>[\s,:;./|-]*){2,}/g, '<*> ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, LENGTH);
}
