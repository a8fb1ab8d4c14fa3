import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SOURCE_KINDS } from '../src/streams/registry.ts';

const tests = readdirSync(import.meta.dirname)
  .filter((name) => name.startsWith('source-') && name.endsWith('.test.ts'))
  .map((name) => readFileSync(join(import.meta.dirname, name), 'utf8'));

test.each(SOURCE_KINDS.map(({ kind }) => kind))('the source of %s is tested as every source', (kind) => {
  expect(tests.filter((text) => text.includes(`sourceContract('${kind}', `))).toHaveLength(1);
});
