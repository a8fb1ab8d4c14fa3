import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Of the manifest: what only a checkout needs. */
const LEFT_OUT = new Set(['scripts', 'dependencies', 'devDependencies']);

/**
 * Packs what `npm install` takes: the built program, which has its libraries inside, so that nothing but the Node.js of
 * the user's machine is fetched with it. `folder` is an empty one; the tarball is written to `out`. Throws what npm says.
 */
export function makeNpmTarball(root: string, folder: string, out: string): void {
  const whole = Object.entries(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as object);
  const manifest = Object.fromEntries<unknown>(whole.filter(([key]) => !LEFT_OUT.has(key)));
  const files = manifest['files'] as readonly string[];
  for (const part of [...files, 'README.md', 'CHANGELOG.md', 'LICENSE']) {
    if (!existsSync(join(root, part))) continue;
    mkdirSync(dirname(join(folder, part)), { recursive: true });
    cpSync(join(root, part), join(folder, part), { recursive: true });
  }
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  execFileSync('npm', ['pack', '--silent', '--pack-destination', out], { cwd: folder, stdio: 'ignore' });
}
