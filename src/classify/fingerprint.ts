import { plain } from './display.ts';
import { maskFields } from './mask-fields.ts';
import { maskNames } from './mask-names.ts';
import { maskNumbers } from './mask-numbers.ts';
import { maskQuoted } from './mask-quoted.ts';
import { HEX, MASKS } from './masks.ts';

/** Longest fingerprint kept. */
const LENGTH = 200;

/** How much of the text is masked: what follows hardly ever tells two messages apart. */
const MASKED = 600;

/**
 * The text with its variable parts masked: timestamps, UUIDs, addresses, host names, URLs, paths, values of fields, users,
 * made-up names, hex and numbers. What tells two errors apart stays: names of exceptions, SQLSTATEs, HTTP statuses, exit
 * codes, and quoted names of up to 24 characters. Two occurrences of one message have one fingerprint; the same text
 * always has the same, on every host.
 */
export function fingerprint(text: string): string {
  const shown = plain(text).slice(0, MASKED);
  const shapes = applied(MASKS, maskQuoted(shown));
  const masked = maskNumbers(applied(HEX, maskNames(maskFields(shapes))));
  const short = masked.includes('<*>') ? joined(masked) : masked;
  const even = short.includes('  ') || ODD_SPACE.test(short) ? short.replace(/\s{2,}|[^\S ]/g, ' ') : short;
  return even.trim().slice(0, LENGTH);
}

const ODD_SPACE = /[^\S ]/;

function applied(masks: typeof MASKS, text: string): string {
  let masked = text;
  for (const [needs, pattern] of masks) if (needs.test(masked)) masked = masked.replace(pattern, '<*>');
  return masked;
}

/** Masks next to each other, and lists of which each member looks like the one before, are as one: of any length. */
function joined(masked: string): string {
  const words = masked.replace(/<\*>(?:[\s,:;./|#~-]*<\*>)+/g, '<*>').split(' ');
  return words.filter((word, at) => word !== words[at - 1] || !word.includes('<*>')).join(' ');
}
