import type { Node as Piece } from '../../views/node.ts';

const SVG = 'http://www.w3.org/2000/svg';

/**
 * Brings the children of an element to what they should be, and touches nothing that is so already: focus, scrolling and
 * what a reader has opened stay. Text becomes text and an attribute an attribute; nothing is ever parsed as HTML.
 */
export function patchChildren(parent: Element, wanted: readonly Piece[]): void {
  for (const [index, piece] of wanted.entries()) {
    const there = parent.childNodes[index];
    if (there === undefined) parent.append(made(piece, parent));
    else if (typeof piece === 'string') {
      if (there.nodeType !== Node.TEXT_NODE) there.replaceWith(piece);
      else if (there.nodeValue !== piece) there.nodeValue = piece;
    } else if (there instanceof Element && there.localName === piece.tag) {
      patchAttributes(there, piece.attributes);
      patchChildren(there, piece.children);
    } else there.replaceWith(made(piece, parent));
  }
  while (parent.childNodes.length > wanted.length) parent.lastChild?.remove();
}

function made(piece: Piece, parent: Element): Node {
  if (typeof piece === 'string') return document.createTextNode(piece);
  const namespace = piece.tag === 'svg' ? SVG : parent.namespaceURI;
  const element = document.createElementNS(namespace, piece.tag);
  patchAttributes(element, piece.attributes);
  patchChildren(element, piece.children);
  return element;
}

/** Whether a `details` is open is its reader's to say. */
function patchAttributes(element: Element, wanted: Readonly<Record<string, string>>): void {
  for (const name of element.getAttributeNames())
    if (!(name in wanted) && name !== 'open') element.removeAttribute(name);
  for (const [name, value] of Object.entries(wanted))
    if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}
