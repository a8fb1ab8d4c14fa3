import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { messagesPage } from './support/messages-page.ts';

const page = readFileSync('docs/messages.md', 'utf8');

test('the page of messages is what is sent (npm run messages writes it anew)', async () => {
  expect(await messagesPage()).toBe(page);
});

test('whoever reads any of them on a locked phone knows where it is, what it is, and whether to act', () => {
  const shown = page
    .split('\n')
    .filter((line) => line.includes(' ⏎ '))
    .map((line) => line.split('|')[2] ?? '');
  expect(shown.length).toBe(5 * page.split('\n## ').slice(1).length);
  for (const text of shown) {
    expect(text).toMatch(/shop_db|web|Docker Engine|no container of this host/);
    expect(text).toMatch(/⏎ (?:Nothing to do|Please look)/);
  }
});
