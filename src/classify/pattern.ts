/**
 * A pattern as a tree. `symbols` has a 1 for every ASCII code that is meant; the last of them, DEL, stands for itself and
 * for every byte beyond ASCII.
 */
export type Node =
  | { readonly type: 'symbols'; readonly symbols: Uint8Array }
  | { readonly type: 'sequence' | 'choice'; readonly parts: readonly Node[] }
  | { readonly type: 'repeat'; readonly part: Node; readonly least: number; readonly most: number };

const BEYOND = 127;
const NEWLINE = 10;
const DIGITS = '0123456789';
const WORD = `${DIGITS}abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_`;
const SPACE = ' \t\v\f\r';

/**
 * Parses the part of regular expressions that tells a format: characters, classes, `\d \w \s \S`, groups `(?:…)`,
 * alternatives, quantifiers, and `$` for the end of the line, which nothing else takes. `\S` means ASCII only, so that no odd space is taken for a letter. Throws a SyntaxError
 * for anything else, with its place.
 */
export function parsePattern(source: string): Node {
  let at = 0;
  const whole = choice();
  if (at < source.length) throw refused('the end');
  return whole;

  function choice(): Node {
    const parts = [sequence()];
    while (source[at] === '|') {
      at++;
      parts.push(sequence());
    }
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : { type: 'choice', parts };
  }

  function sequence(): Node {
    const parts: Node[] = [];
    while (at < source.length && source[at] !== '|' && source[at] !== ')') parts.push(quantified(atom()));
    return { type: 'sequence', parts };
  }

  function quantified(part: Node): Node {
    const [whole, least, comma, most] = /^(?:[*+?]|\{(\d+)(,?)(\d*)\})/.exec(source.slice(at)) ?? [];
    if (whole === undefined) return part;
    at += whole.length;
    if (whole === '*') return { type: 'repeat', part, least: 0, most: Infinity };
    if (whole === '+') return { type: 'repeat', part, least: 1, most: Infinity };
    if (whole === '?') return { type: 'repeat', part, least: 0, most: 1 };
    const low = Number(least);
    return {
      type: 'repeat',
      part,
      least: low,
      most: most === '' ? (comma === '' ? low : Infinity) : Number(most),
    };
  }

  function atom(): Node {
    if (source.startsWith('(?:', at)) {
      at += 3;
      const inner = choice();
      if (source[at] !== ')') throw refused(')');
      at++;
      return inner;
    }
    if (source[at] === '[') return bracketed();
    if (source[at] === '$') {
      at++;
      return { type: 'symbols', symbols: setOf('\n') };
    }
    if (/[()*+?{}.^\]]/.test(source[at] ?? '')) throw refused('a character');
    return { type: 'symbols', symbols: setOf(characters()) };
  }

  function bracketed(): Node {
    at++;
    const negated = source[at] === '^';
    if (negated) at++;
    let all = '';
    while (at < source.length && source[at] !== ']') {
      const first = characters();
      if (source[at] === '-' && source[at + 1] !== ']') {
        at++;
        const last = characters();
        for (let code = first.charCodeAt(0); code <= last.charCodeAt(0); code++)
          all += String.fromCharCode(code);
      } else all += first;
    }
    if (source[at] !== ']') throw refused(']');
    at++;
    const named = setOf(all);
    const symbols = negated ? named.map((is) => 1 - is) : named;
    symbols[NEWLINE] = 0;
    return { type: 'symbols', symbols };
  }

  /** One character, or those an escape stands for. */
  function characters(): string {
    const one = source[at++] ?? '';
    if (one !== '\\') return one;
    const escaped = source[at++] ?? '';
    if (escaped === 'd') return DIGITS;
    if (escaped === 'w') return WORD;
    if (escaped === 's') return SPACE;
    if (escaped === 'n') return '\n';
    if (escaped === 'S') {
      const ascii = Array.from({ length: BEYOND }, (_, code) => String.fromCharCode(code));
      return ascii.filter((character) => !`${SPACE}\n`.includes(character)).join('');
    }
    if (/\w/.test(escaped)) throw refused('an escape that is known');
    return escaped;
  }

  function refused(expected: string): SyntaxError {
    return new SyntaxError(`${source}: expected ${expected} at ${at}`);
  }
}

function setOf(characters: string): Uint8Array {
  const symbols = new Uint8Array(BEYOND + 1);
  for (const character of characters) symbols[Math.min(character.charCodeAt(0), BEYOND)] = 1;
  return symbols;
}
