/**
 * Tells whether a text holds so many characters of a class in a row. Such a run covers one of every `length` characters,
 * so most of a text need not be looked at. What is beyond ASCII belongs to the class if an odd space does.
 */
export function runFinder(character: RegExp, length: number): (text: string) => boolean {
  const fits = Uint8Array.from({ length: 256 }, (_, code) =>
    Number(character.test(code < 128 ? String.fromCharCode(code) : BEYOND)),
  );
  return (text) => hasRun(text, fits, length);
}

const BEYOND = '\u2003';

function hasRun(text: string, fits: Uint8Array, length: number): boolean {
  const { length: size } = text;
  for (let probe = length - 1; probe < size; probe += length) {
    if (fits[Math.min(text.charCodeAt(probe), 255)] === 0) continue;
    let start = probe - 1;
    while (start > probe - length && fits[Math.min(text.charCodeAt(start), 255)] === 1) start--;
    let end = probe + 1;
    while (end < size && end - start <= length && fits[Math.min(text.charCodeAt(end), 255)] === 1) end++;
    if (end - start > length) return true;
  }
  return false;
}
