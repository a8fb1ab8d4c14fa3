import { FAULT } from './mask-fields.ts';

const TOKEN = /(?<![\w~<])[A-Za-z0-9_][\w.~-]*\d[\w.~-]*/g;

/** Names of errors: letters and a number, or an SQLSTATE. */
const CODE = /^(?:[A-Z][A-Z0-9_]{0,14}[-_]?\d{1,6}[A-Z]?|\d{2}[A-Z0-9]{3})$/;

/**
 * Names that programs make, in which letters and digits alternate, masked as a whole: blocks, attempts, pods, packages. Words
 * that end with a number keep their letters, and names of errors stay as they are.
 */
export function maskNames(text: string): string {
  if (!/[A-Za-z_~-]\d|\d[A-Za-z_~]/.test(text)) return text;
  return text.replace(TOKEN, (token) => {
    if (!/[A-Za-z]/.test(token) || CODE.test(token) || FAULT.test(token)) return token;
    const groups = token.match(/\d+/g) ?? [];
    return groups.length > 1 || (groups[0]?.length ?? 0) > 4 ? `<*>` : token;
  });
}
