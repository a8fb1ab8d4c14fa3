/** Settings as they are written, before they are checked. */
export type Tree = Record<string, unknown>;

/** Puts a value at a path, making branches on the way; what stands in the way is replaced. */
export function assign(tree: Tree, path: readonly string[], value: unknown): void {
  const [key, ...rest] = path;
  if (key === undefined) return;
  if (rest.length === 0) {
    tree[key] = value;
    return;
  }
  const child = tree[key];
  const branch: Tree = isTree(child) ? child : {};
  tree[key] = branch;
  assign(branch, rest, value);
}

/** The path of everything that is no branch. */
export function* leaves(value: unknown, path: readonly string[] = []): Generator<readonly string[]> {
  if (isTree(value)) for (const [key, child] of Object.entries(value)) yield* leaves(child, [...path, key]);
  else yield path;
}

/** Whether a value is a branch: an object that is no list. */
export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
