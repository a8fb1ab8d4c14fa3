/**
 * The JSON merge patch (RFC 7396) that leads from one value to another; undefined where they are equal. Objects are
 * compared field by field, anything else is replaced as a whole. Neither value may hold `null`, which stands for a field
 * that is gone.
 */
export function mergePatchOf(before: unknown, after: unknown): unknown {
  if (!isObject(before) || !isObject(after)) return isEqual(before, after) ? undefined : after;
  const patch = new Map<string, unknown>();
  const was = fieldsOf(before);
  const is = fieldsOf(after);
  for (const name of was.keys()) if (!is.has(name)) patch.set(name, null);
  for (const [name, value] of is) {
    const change = mergePatchOf(was.get(name), value);
    if (change !== undefined) patch.set(name, change);
  }
  return patch.size === 0 ? undefined : Object.fromEntries(patch);
}

/** What a merge patch makes of a value. The value stays as it was; what has not changed is shared with it. */
export function merged(before: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const after = new Map(Object.entries(isObject(before) ? before : {}));
  for (const [name, change] of Object.entries(patch)) {
    if (change === null) after.delete(name);
    else after.set(name, merged(after.get(name), change));
  }
  return Object.fromEntries(after);
}

/** Its own fields: a container may be called `constructor`. */
function fieldsOf(value: Readonly<Record<string, unknown>>): ReadonlyMap<string, unknown> {
  return new Map(Object.entries(value).filter(([, field]) => field !== undefined));
}

function isEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, index) => isEqual(item, b[index]));
  return isObject(a) && isObject(b) && mergePatchOf(a, b) === undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
