/** What stands in the place of a secret. */
export const MASK = '***';

/** Whether all of a value is masked already; what is masked in part still tells the rest. */
export function isMasked(value: string): boolean {
  return /^\*{3}(?![\w.+/=~%-])/.test(value);
}

/** Long enough, and of letters and digits: a word of a language is not so. Hyphened names with a version are not either. */
export function looksRandom(word: string): boolean {
  return (
    word.length >= 8 &&
    word.split(/[-._/]/).some((part) => part.length >= 6 && /\d/.test(part) && /[A-Za-z]/.test(part))
  );
}
