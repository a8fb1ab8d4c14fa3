/** What a character is, for the scanners: index with a char code below 128. */
export const OTHER = 0;
export const SPACE = 1;
export const DIGIT = 2;
export const LOWER = 3;
export const UPPER = 4;
export const OPEN = 5;
export const CLOSE = 6;
export const QUOTE = 7;

/** Class of each of the first 128 characters; everything beyond is OTHER. */
export const CLASS: Uint8Array = Uint8Array.from({ length: 128 }, (_, code) => {
  const char = String.fromCharCode(code);
  if (char === ' ' || char === '\t') return SPACE;
  if (char >= '0' && char <= '9') return DIGIT;
  if (char >= 'a' && char <= 'z') return LOWER;
  if (char >= 'A' && char <= 'Z') return UPPER;
  if ('[(<{'.includes(char)) return OPEN;
  if ('])>}'.includes(char)) return CLOSE;
  if ('"\'`'.includes(char)) return QUOTE;
  return OTHER;
});

/** The class of a char code, whatever its size. */
export function classOf(code: number): number {
  return code < 128 ? (CLASS[code] ?? OTHER) : OTHER;
}

/** Whether a char code is an ASCII letter. */
export function isLetter(code: number): boolean {
  const folded = code | 32;
  return folded >= 97 && folded <= 122;
}

/** Whether a char code is an ASCII digit. */
export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}
