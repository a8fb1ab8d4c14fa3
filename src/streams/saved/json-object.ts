/** A line that is one JSON object; undefined for anything else. */
export function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a value is an object with named members. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The first of these lines that is a JSON object; undefined if the first line with text in it is none. */
export function firstObject(lines: readonly string[]): Readonly<Record<string, unknown>> | undefined {
  return parseObject(lines.find((line) => line !== '') ?? '');
}
