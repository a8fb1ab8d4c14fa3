import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { namedTests, testExists } from './support/named-tests.ts';

const ROOT = join(import.meta.dirname, '..');

test('every test that the guarantees name exists in the file they name', () => {
  const page = readFileSync(join(ROOT, 'docs/guarantees.md'), 'utf8');
  const named = namedTests(page);
  expect(named).toHaveLength(page.split('`test/').length - 1);
  expect(named.filter((one) => !testExists(one))).toEqual([]);
});
