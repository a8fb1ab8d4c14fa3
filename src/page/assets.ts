import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { h } from '../views/node.ts';
import { toHtml } from '../views/to-html.ts';

/** What a page is of: the running daemon, or a saved session. */
export type Shows = 'daemon' | 'session';

/** The page's own files, by path. `dir` is where the build has put them. */
export function assetsIn(
  dir: string,
  shows: Shows,
): ReadonlyMap<string, { readonly type: string; readonly body: string }> {
  return new Map([
    ['/', { type: 'text/html', body: shell(shows) }],
    ['/page.js', { type: 'text/javascript', body: readFileSync(join(dir, 'page.js'), 'utf8') }],
    ['/page.css', { type: 'text/css', body: styleIn(dir) }],
  ]);
}

/** The style sheet, which files of their own have inside. */
export function styleIn(dir: string): string {
  return readFileSync(join(dir, 'page.css'), 'utf8');
}

/** The document that all addresses show; it holds nothing of the host. */
function shell(shows: Shows): string {
  return `<!doctype html>${toHtml(
    h(
      'html',
      { lang: 'en' },
      h(
        'head',
        {},
        h('meta', { charset: 'utf-8' }),
        h('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
        h('title', {}, 'quantum-realtime'),
        h('link', { rel: 'icon', href: 'data:,' }),
        h('link', { rel: 'stylesheet', href: '/page.css' }),
        h('script', { type: 'module', src: '/page.js' }),
      ),
      h(
        'body',
        {},
        h('header', {}, h('a', { href: '/' }, 'quantum-realtime'), h('span', { id: 'live', role: 'status' })),
        h('main', { 'data-shows': shows }, h('p', {}, 'Loading…')),
      ),
    ),
  )}`;
}
