import { fieldBefore } from './mask-fields.ts';

/** Longest quoted name that stays: names of tables, columns and services, by which two errors differ. */
const NAME = 24;

const QUOTED = /"(?:[^"\\]|\\.)*"|(?<![\w'])'(?:[^'\\]|\\.)*'(?!\w)|`[^`]*`/g;

const REQUEST = /^(?:GET|POST|PUT|DELETE|PATCH|HEAD|OPTIONS|CONNECT) /;

/**
 * Quoted values masked, but for those that tell messages apart: short names, the method of a request, names of fields,
 * and the text of a field that is the message itself.
 */
export function maskQuoted(text: string): string {
  if (!/["'`]/.test(text)) return text;
  return text.replace(QUOTED, (quoted: string, at: number) => {
    const inner = quoted.slice(1, -1);
    const [method] = REQUEST.exec(inner) ?? [];
    if (method !== undefined) return `"${method}<*>"`;
    if (/^\s?:/.test(text.slice(at + quoted.length, at + quoted.length + 2))) return quoted;
    const field = fieldBefore(text, at);
    const stays =
      field === undefined ? inner.length <= NAME && /^[A-Za-z_][\w.$ -]*$/.test(inner) : field === 'telling';
    return stays ? quoted : '<*>';
  });
}
