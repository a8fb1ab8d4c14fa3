import { parseJson } from './parse-json.ts';

/** What stands at a path in a JSON text; undefined if it is not there, or the text is no JSON. */
export function fieldOf(text: string, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    parseJson(text),
  );
}

/** The text at a path in a JSON text; empty if there is none. */
export function textOf(text: string, ...path: readonly string[]): string {
  const found = fieldOf(text, ...path);
  return typeof found === 'string' ? found : '';
}
