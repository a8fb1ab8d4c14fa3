import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { loadConfig } from '../src/config/load-config.ts';

const folder = mkdtempSync(join(tmpdir(), 'docs-settings-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What its reader has yet to write is set there, and there is a file of rule tests. */
const OTHERS = ['extending.md', 'replay.md'];

const examples = [
  'README.md',
  ...readdirSync('docs')
    .filter((name) => !OTHERS.includes(name))
    .map((name) => join('docs', name)),
]
  .filter((page) => page.endsWith('.md'))
  .flatMap((page) =>
    [...readFileSync(page, 'utf8').matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(
      ([, text = ''], place): [page: string, text: string] => [`${page}, ${place + 1}`, text],
    ),
  );

test('the pages have examples of settings', () => {
  expect(examples.length).toBeGreaterThan(10);
});

test.each(examples)('the example of %s is one that is accepted', async (page, text) => {
  const file = join(folder, `${page.replaceAll(/\W/g, '-')}.yaml`);
  writeFileSync(file, text);
  await expect(loadConfig({ file })).resolves.toBeDefined();
});
