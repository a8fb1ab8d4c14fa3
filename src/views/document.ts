import { createHash } from 'node:crypto';
import { h, type Node } from './node.ts';
import { toHtml } from './to-html.ts';

/**
 * One HTML file that needs nothing else: no script, its style inside, and a policy that lets in that style alone. The same
 * bytes for the same input.
 */
export function htmlFile(title: string, style: string, pieces: readonly Node[]): string {
  const hash = createHash('sha256').update(style).digest('base64');
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; img-src data:; base-uri 'none'; form-action 'none'`;
  const head = [
    h('meta', { charset: 'utf-8' }),
    h('meta', { 'http-equiv': 'Content-Security-Policy', content: policy }),
    h('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
    h('title', {}, title),
    h('link', { rel: 'icon', href: 'data:,' }),
  ];
  const body = h(
    'body',
    {},
    h('header', {}, h('span', {}, title), h('span', {}, 'times in UTC')),
    h('main', {}, pieces),
  );
  return `<!doctype html><html lang="en"><head>${head.map(toHtml).join('')}<style>${style}</style></head>${toHtml(body)}</html>\n`;
}
