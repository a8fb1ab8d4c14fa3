import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

/**
 * Leaves out the parts of the Docker client that are never used here: building images (BuildKit's grpc and protobuf, tar
 * archives) and its own SSH. They make up most of its memory.
 */
const withoutUnusedParts: Plugin = {
  name: 'without-unused-parts',
  setup(bundler) {
    bundler.onResolve(
      { filter: /^(?:\.\/(?:session|ssh|buildkit)|tar-fs|@balena\/dockerignore)$/ },
      ({ path, importer }) =>
        /docker(ode|-modem)[\\/]lib/.test(importer) ? { path, namespace: 'unused-part' } : undefined,
    );
    bundler.onLoad({ filter: /.*/, namespace: 'unused-part' }, ({ path }) => ({
      contents: `module.exports = () => { throw new Error('not in this build: ${path}'); };`,
    }));
  },
};

/**
 * Takes RxJS as ES modules, of which only what is used is bundled (as `node` resolves it, all of it is), and leaves out
 * the languages of zod's messages. What is not there need not be parsed at every start, nor kept in memory.
 */
const leanLibraries: Plugin = {
  name: 'lean-libraries',
  setup(bundler) {
    const rxjs = fileURLToPath(import.meta.resolve('rxjs'));
    bundler.onResolve({ filter: /^rxjs$/ }, () => ({
      path: join(dirname(rxjs), '../esm/index.js'),
      sideEffects: false,
    }));
    bundler.onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: 'export {};',
    }));
  },
};

/**
 * Of undici only what sends a request: without this the whole of it is kept in memory (fetch, WebSocket, caches, mocks),
 * as much as everything else of the daemon together. `request` is what undici's own index makes of it. What goes by way
 * of proxies is a part of its own, loaded where there is one.
 */
const undiciForRequests: Plugin = {
  name: 'undici-for-requests',
  setup(bundler) {
    bundler.onResolve({ filter: /^undici$/ }, ({ importer }) => ({
      path: 'undici',
      namespace: importer.endsWith('proxy-client.ts') ? 'proxies' : 'requests-only',
    }));
    bundler.onLoad({ filter: /.*/, namespace: 'proxies' }, () => ({
      resolveDir: dirname(fileURLToPath(import.meta.resolve('undici'))),
      contents: `exports.EnvHttpProxyAgent = require('./lib/dispatcher/env-http-proxy-agent');`,
    }));
    bundler.onLoad({ filter: /.*/, namespace: 'requests-only' }, () => ({
      resolveDir: dirname(fileURLToPath(import.meta.resolve('undici'))),
      contents: `
        const Dispatcher = require('./lib/dispatcher/dispatcher');
        Object.assign(Dispatcher.prototype, require('./lib/api'));
        exports.Agent = require('./lib/dispatcher/agent');
        exports.errors = require('./lib/core/errors');
        let shared;
        exports.request = (url, { dispatcher = (shared ??= new exports.Agent()), ...options } = {}) => {
          const { origin, pathname, search } = new URL(url);
          return dispatcher.request({ method: 'GET', ...options, origin, path: pathname + search });
        };`,
    }));
  },
};

/** Built beside and moved into place whole, so that a program that starts meanwhile never finds half of it. */
const fresh = `dist.${process.pid}`;
const { metafile } = await build({
  metafile: true,
  entryPoints: { main: 'src/main.ts', 'skim-worker': 'src/replay/skim-worker.ts' },
  outdir: fresh,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node26',
  chunkNames: '[name]-[hash]',
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  plugins: [withoutUnusedParts, leanLibraries, undiciForRequests],
  logLevel: 'warning',
});
await build({
  entryPoints: ['src/page/client/main.ts', 'src/page/client/page.css'],
  outdir: `${fresh}/page`,
  entryNames: 'page',
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'browser',
  target: ['chrome120', 'firefox121', 'safari17'],
  logLevel: 'warning',
});
// Which packages are in it, for the bill of materials.
const bundled = new Set(
  Object.keys(metafile.inputs).flatMap(
    (file) =>
      /(?:^|:)(node_modules\/(?:@[^/]+\/)?[^/]+(?:\/node_modules\/(?:@[^/]+\/)?[^/]+)*)\//.exec(file)?.[1] ??
      [],
  ),
);
writeFileSync(`${fresh}/bundled.json`, `${JSON.stringify([...bundled].sort(), null, 2)}\n`);
rmSync('dist', { recursive: true, force: true });
renameSync(fresh, 'dist');
