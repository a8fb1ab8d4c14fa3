import type { Node } from './node.ts';

/** What a piece of a page says, for where there are no elements. */
export function nodeText(node: Node): string {
  return typeof node === 'string' ? node : node.children.map(nodeText).join('');
}
