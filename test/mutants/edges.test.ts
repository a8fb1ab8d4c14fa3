import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { edges } from './edges.ts';

const root = resolve(import.meta.dirname, '../..');

/** What the tests that have to find a mutant came to. */
function run(place: number): Promise<{ readonly passed: boolean; readonly said: string }> {
  const { test, named } = edges[place] ?? { test: '', named: '' };
  const config = join(import.meta.dirname, 'edges.config.ts');
  const args = ['run', '--config', config, test, ...(named === '' ? [] : ['-t', named])];
  const env = { ...process.env, MUTANT: String(place), NO_COLOR: '1', FORCE_COLOR: undefined };
  const vitest = join(root, 'node_modules/.bin/vitest');
  return new Promise((done) => {
    execFile(vitest, args, { cwd: root, env, timeout: 100_000 }, (error, stdout, stderr) => {
      done({ passed: error === null, said: stdout + stderr });
    });
  });
}

describe('the tests of the code around the core find', () => {
  for (const [place, { name }] of edges.entries()) {
    it(`the mutant: ${name}`, { timeout: 120_000 }, async () => {
      const { passed, said } = await run(place);
      expect(said).toContain('the mutant is in place');
      expect(said).toMatch(/Tests +1 failed/);
      expect(passed).toBe(false);
    });
  }
});
