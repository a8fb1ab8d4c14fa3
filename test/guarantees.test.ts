import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const NAMED = /`(test\/[\w-]+\.test\.ts)`:\s(.+?)(?: \||\. )/gs;

test('every test that the guarantees name exists in the file they name', () => {
  const page = readFileSync(join(ROOT, 'docs/guarantees.md'), 'utf8');
  const named = [...page.matchAll(NAMED)].map(([, file = '', name = '']) => ({
    file,
    name: name.replaceAll(/\s+/g, ' ').trim(),
  }));
  expect(named).toHaveLength(page.split('`test/').length - 1);
  const missing = named.filter(
    ({ file, name }) => !readFileSync(join(ROOT, file), 'utf8').includes(`'${name}'`),
  );
  expect(missing).toEqual([]);
});
