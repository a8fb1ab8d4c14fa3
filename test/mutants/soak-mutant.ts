import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import type { Mutant } from './mutants.ts';

const root = resolve(import.meta.dirname, '../..');
const run = promisify(execFile);

/** The histories on their fixed seed, as many as a mutant may take to be found. */
export const GENERAL = ['--seed', '20251217', '--histories', '4000'];

/** The histories of `test/soak-incidents.ts` as one bundle, perhaps with one piece of source replaced. */
export interface Soak {
  /** How many places of the source the mutant was put in: one, if it is a mutant. */
  readonly places: number;
  /** What a run with these arguments printed, line by line; the last is the verdict. */
  readonly run: (args: readonly string[]) => Promise<readonly string[]>;
}

/** Bundles the histories and lends them to `use`; the bundle is gone afterwards. */
export async function withSoak<T>(mutant: Mutant | undefined, use: (soak: Soak) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'mutant-'));
  try {
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
    const outfile = join(folder, 'soak.mjs');
    const places = await bundle(mutant, outfile);
    return await use({ places, run: (args) => printed(outfile, args) });
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function bundle(mutant: Mutant | undefined, outfile: string): Promise<number> {
  const target = mutant && resolve(root, mutant.file);
  let places = 0;
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
            places = source.split(mutant.find).length - 1;
            return { contents: source.replace(mutant.find, () => mutant.replace), loader: 'ts' };
          });
        },
      },
    ],
  });
  return places;
}

async function printed(bundled: string, args: readonly string[]): Promise<readonly string[]> {
  const options = { timeout: 300_000 };
  const { stdout } = await run(process.execPath, [bundled, ...args], options).catch((failed: unknown) => {
    if (failed instanceof Error && 'stdout' in failed) return { stdout: String(failed.stdout) };
    throw failed;
  });
  return stdout.trimEnd().split('\n');
}
