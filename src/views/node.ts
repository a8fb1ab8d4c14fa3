/**
 * A piece of a page as plain data: what a browser makes elements of (`src/page/client/patch.ts`) and a file HTML
 * (`to-html.ts`). A string is text and nothing else, wherever it came from.
 */
export type Node = string | Element;

export interface Element {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Node[];
}

type Child = Node | number | undefined | readonly Child[];

/** An element. Attributes and children that are undefined are left out; `true` is an attribute without a value. */
export function h(
  tag: string,
  attributes: Readonly<Record<string, string | number | boolean | undefined>> = {},
  ...children: readonly Child[]
): Element {
  const given = Object.entries(attributes).flatMap(([name, value]) =>
    value === undefined || value === false ? [] : [[name, value === true ? '' : String(value)] as const],
  );
  return { tag, attributes: Object.fromEntries(given), children: flat(children) };
}

function flat(children: readonly Child[]): readonly Node[] {
  return children.flatMap((child): readonly Node[] => {
    if (child === undefined) return [];
    if (typeof child === 'string') return [child];
    if (typeof child === 'number') return [String(child)];
    return isList(child) ? flat(child) : [child];
  });
}

function isList(child: Element | readonly Child[]): child is readonly Child[] {
  return Array.isArray(child);
}
