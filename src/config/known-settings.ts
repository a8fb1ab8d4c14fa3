import type * as z from 'zod';
import { isTree } from './tree.ts';

/** Environment name → path, for every setting that is a single value or a list of texts. */
export function knownSettings(
  schema: z.ZodType,
  path: readonly string[] = [],
): Map<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  const inner = unwrap(schema);
  if ('shape' in inner && isTree(inner.shape) && path.length < 3) {
    for (const [key, child] of Object.entries(inner.shape)) {
      if (isSchema(child)) for (const [name, at] of knownSettings(child, [...path, key])) found.set(name, at);
    }
  } else if (path.length > 0) found.set(`QT_${path.join('_').toUpperCase()}`, path);
  return found;
}

function unwrap(schema: z.ZodType): object {
  let inner: z.ZodType = schema;
  for (;;) {
    const definition: object = inner.def;
    const next: unknown = 'innerType' in definition ? definition.innerType : undefined;
    if (!isSchema(next)) return inner;
    inner = next;
  }
}

function isSchema(value: unknown): value is z.ZodType {
  return typeof value === 'object' && value !== null && 'safeParse' in value;
}
