import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { further, named } from './mutants.ts';
import type { Mutant } from './mutants.ts';

const root = resolve(import.meta.dirname, '../..');
const run = promisify(execFile);
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mutants-'));
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
});

afterAll(() => rm(folder, { recursive: true }));

/** Bundles the histories with one piece of source replaced, and runs them on fixed seeds until one fails. */
async function verdictOf(mutant: Mutant | undefined, place: string): Promise<string> {
  const outfile = join(folder, `${place}.mjs`);
  const target = mutant && resolve(root, mutant.file);
  let replaced = 0;
  await build({
    entryPoints: [join(root, 'test/soak-incidents.ts')],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    logLevel: 'silent',
    plugins: [
      {
        name: 'mutate',
        setup: (building) => {
          building.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
            const source = await readFile(path, 'utf8');
            if (mutant === undefined || path !== target) return { contents: source, loader: 'ts' };
            replaced = source.split(mutant.find).length - 1;
            return { contents: source.replace(mutant.find, () => mutant.replace), loader: 'ts' };
          });
        },
      },
    ],
  });
  if (mutant !== undefined) expect(replaced, `places found in ${mutant.file}`).toBe(1);
  const args = [outfile, '--seed', '20251217', '--histories', '4000', '--no-shrink'];
  const { stdout } = await run(process.execPath, args, { timeout: 500_000 }).catch((failed: unknown) => {
    if (failed instanceof Error && 'stdout' in failed) return { stdout: String(failed.stdout) };
    throw failed;
  });
  return stdout.trimEnd().split('\n').at(-1) ?? '';
}

describe('the histories find', () => {
  it('nothing wrong with the machine as it is', { timeout: 600_000 }, async () => {
    expect(await verdictOf(undefined, 'unchanged')).toContain('soak incidents: ok');
  });

  it('eighteen mutants are named in the specification', () => {
    expect(named).toHaveLength(18);
  });

  for (const [place, mutant] of [...named, ...further].entries()) {
    it(`the mutant: ${mutant.name}`, { timeout: 600_000 }, async () => {
      const verdict = await verdictOf(mutant, `mutant-${place}`);
      expect(verdict).toContain('soak incidents: FAILED');
    });
  }
});
