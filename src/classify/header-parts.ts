import { isDigit, isLetter } from './chars.ts';

/** Past a date, time, number or id that begins with a digit; stops before a word that a `:`, `-`, `/` or `.` sets off. */
export function skipNumber(text: string, from: number, limit: number): number {
  let i = from + 1;
  while (i < limit) {
    const code = text.charCodeAt(i);
    if (isDigit(code)) i++;
    else if (isLetter(code)) {
      const before = text.charCodeAt(i - 1);
      if (!isDigit(before) && !isLetter(before)) break;
      i++;
    } else if (
      code === 58 ||
      code === 46 ||
      code === 44 ||
      code === 45 ||
      code === 47 ||
      code === 43 ||
      code === 95
    )
      i++;
    else break;
  }
  return i;
}

/** Whether a word stands by itself in running text, not as a part of an identifier, path or host name. */
export function isPlainWord(before: number, after: number): boolean {
  if (before !== 0 && before !== 32 && before !== 9) return false;
  return after === 32 || after === 0 || after === 9 || after === 44 || after === 59;
}

/** Whether PostgreSQL's word about the line above stands there: `DETAIL:` and two spaces. */
export function isAttached(text: string, from: number, to: number): boolean {
  if (text.charCodeAt(to + 1) !== 32 || text.charCodeAt(to + 2) !== 32) return false;
  switch (text.charCodeAt(from)) {
    case 68:
      return text.startsWith('DETAIL', from);
    case 72:
      return text.startsWith('HINT', from);
    case 83:
      return text.startsWith('STATEMENT', from);
    case 67:
      return text.startsWith('CONTEXT', from);
    case 81:
      return text.startsWith('QUERY', from);
    case 76:
      return text.startsWith('LOCATION', from);
    default:
      return false;
  }
}

/** `note:` and `help:` as compilers and Rust's panics add them below what they have told. */
export function isRemark(text: string, at: number): boolean {
  return text.startsWith('note: ', at) || text.startsWith('help: ', at);
}

/** Where the key begins whose last part is the word at `at`. */
export function keyStart(text: string, at: number, from: number): number {
  let i = at;
  while (i > from && text.charCodeAt(i - 1) > 44) i--;
  return i;
}

/** Whether what follows an opening brace is an object's first key. */
export function isJson(text: string, from: number, end: number): boolean {
  let i = from;
  while (i < end && text.charCodeAt(i) <= 32) i++;
  const code = text.charCodeAt(i);
  return code === 34 || code === 39;
}
