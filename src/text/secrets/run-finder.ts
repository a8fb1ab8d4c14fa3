/**
 * Tells whether a text holds so many characters of a class in a row. Such a run covers one of every `length` characters,
 * so most of a text need not be looked at. What is beyond ASCII belongs to the class if an odd space does.
 */
export function runFinder(character: RegExp, length: number): (text: string) => boolean {
  const fits = Uint8Array.from({ length: BEYOND + 1 }, (_, code) =>
    Number(character.test(code === BEYOND ? '\u2003' : String.fromCharCode(code))),
  );
  const fitsAt = (text: string, at: number): boolean => fits[Math.min(text.charCodeAt(at), BEYOND)] === 1;
  return (text) => {
    for (let probe = length - 1; probe < text.length; probe += length) {
      let start = probe;
      while (start > probe - length && fitsAt(text, start)) start--;
      let end = probe;
      while (end < text.length && end - start <= length && fitsAt(text, end)) end++;
      if (end - start > length) return true;
    }
    return false;
  };
}

const BEYOND = 128;
