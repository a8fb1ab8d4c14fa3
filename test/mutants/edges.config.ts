import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';
import { edges } from './edges.ts';

/** Runs tests with one piece of source replaced: the mutant of this number. Nothing of it is kept for other runs. */
const mutant = edges[Number(process.env['MUTANT'])];
const root = resolve(import.meta.dirname, '../..');

export default defineConfig({
  root,
  plugins: [
    {
      name: 'mutate',
      enforce: 'pre',
      transform(code, id) {
        if (mutant === undefined || id !== resolve(root, mutant.file)) return undefined;
        const places = code.split(mutant.find).length - 1;
        if (places !== 1) throw new Error(`${mutant.file}: ${places} places found`);
        console.log('the mutant is in place');
        return { code: code.replace(mutant.find, () => mutant.replace), map: null };
      },
    },
  ],
  test: { include: ['test/*.test.ts'], testTimeout: 15_000, fsModuleCache: false, bail: 1 },
});
