import type { Node } from './node.ts';

/** Elements that have no end tag. Source: HTML Living Standard, 13.1.2. */
const VOID = new Set(['meta', 'link', 'br', 'hr', 'input']);

/** A piece of a page as HTML; every text and every value of an attribute is escaped. */
export function toHtml(node: Node): string {
  if (typeof node === 'string') return escaped(node);
  const { tag, attributes, children } = node;
  const given = Object.entries(attributes).map(([name, value]) =>
    value === '' ? ` ${name}` : ` ${name}="${escaped(value)}"`,
  );
  const start = `<${tag}${given.join('')}>`;
  return VOID.has(tag) ? start : `${start}${children.map(toHtml).join('')}</${tag}>`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}
