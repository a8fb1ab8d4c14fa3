import { plain } from './display.ts';

/** Longest fingerprint kept. */
const LENGTH = 200;

/** How much of the text is masked: what follows hardly ever tells two messages apart. */
const MASKED = 600;

/**
 * What varies between two occurrences of one message, most specific first. A mask never contains a letter or digit that
 * a later pattern could take, so masking twice changes nothing. Each pattern is tried only where the text has what it
 * cannot do without, which costs a tenth of trying.
 */
const MASKS: readonly (readonly [needs: RegExp, pattern: RegExp])[] = [
  [/:\/\//, /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s"'<>)\]]+/gi],
  [/@/, /\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b/g],
  [/-[0-9a-f]{4}-[0-9a-f]{4}-/i, /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi],
  [
    /[-/.]\d\d[-/.]\d\d/,
    /\b\d{4}[-/.]\d\d[-/.]\d\d(?:[T ,:-]+\d\d:\d\d(?::\d\d)?(?:[.,]\d+)?)?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?/g,
  ],
  [
    /(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[ /-]/,
    /\b(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? )?(?:\d{1,2}[ /-])?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[ /-]+\d{1,4}(?:[ :]\d\d:\d\d:\d\d(?:[.,]\d+)?)?(?: \d{4})?/g,
  ],
  [/\d:\d\d:/, /\b\d\d?:\d\d:\d\d(?:[.,]\d+)?(?: ?[AP]M)?/g],
  [/:[0-9a-f]{0,4}:/i, /(?<![\w.])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?:%\w+)?(?![\w:])/gi],
  [/\d\.\d{1,3}\.\d/, /\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b/g],
  [/["'`]/, /"(?:[^"\\]|\\.)*"|(?<![\w'])'(?:[^'\\]|\\.)*'(?!\w)|`[^`]*`/g],
  [/[/\\]/, /(?<![\w<])(?:~|\.{1,2})?\/(?:[\w.@%+~-]+\/?)+(?::\d+)*|\b[A-Z]:\\[^\s"'<>|]+/g],
  [/0x/i, /\b0x[0-9a-f]+\b/gi],
  [/\d[a-f]|[a-f]\d/i, /\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,}\b/gi],
  [/\d/, /[+-]?\d+(?:[.,_]\d+)*/g],
];

/**
 * The text with its variable parts masked: timestamps, UUIDs, addresses, URLs, paths, quoted values, hex and numbers.
 * Two occurrences of one message have one fingerprint; the same text always has the same.
 */
export function fingerprint(text: string): string {
  let masked = plain(text).slice(0, MASKED);
  for (const [needs, pattern] of MASKS) if (needs.test(masked)) masked = masked.replace(pattern, '<*>');
  masked = masked.replace(/(?:<\*>[\s,:;./|-]*){2,}/g, '<*> ');
  if (masked.includes('  ') || ODD_SPACE.test(masked)) masked = masked.replace(/\s{2,}|[^\S ]/g, ' ');
  return masked.trim().slice(0, LENGTH);
}

const ODD_SPACE = /[^\S ]/;
