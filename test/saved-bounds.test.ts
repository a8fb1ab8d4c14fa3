import { readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PLAIN_STAMPS } from '../src/streams/saved/formats/plain-stamps.ts';
import { TextFile } from '../src/streams/saved/text-file.ts';
import { scratchDir } from './support/state.ts';

const PIECE = 128 * 1024;

function openNow(): number {
  return readdirSync('/proc/self/fd').length;
}

test('of a folder with more files than may be open all are read, to the end and a piece at a time', async () => {
  const dir = scratchDir();
  const before = openNow();
  const paths = Array.from({ length: 600 }, (_, nth) => join(dir, `${nth}.log`));
  const line = 'x'.repeat(1_023);
  for (const path of paths) writeFileSync(path, `${line}\n`.repeat(130));
  const files: TextFile[] = [];
  for (const path of paths) {
    const file = await TextFile.open(path);
    await file.peek();
    files.push(file);
  }
  expect(openNow() - before).toBeLessThanOrEqual(256);
  for (const file of files) {
    let lines = 0;
    for (let read = await file.read(); read !== undefined; read = await file.read()) lines += read.length;
    expect(lines).toBe(130);
    expect(file.bytesRead).toBeGreaterThan(PIECE);
  }
  for (const file of files) await file.close();
  expect(openNow()).toBe(before);
});

test('a file that is replaced while it is read ends there, and is not gone on with in another', async () => {
  const dir = scratchDir();
  const write = (name: string): string => {
    writeFileSync(join(dir, name), `${name.slice(0, 3)}\n`.repeat(PIECE / 2));
    return join(dir, name);
  };
  const first = await TextFile.open(write('one.log'));
  await first.peek();
  const others = await Promise.all(
    Array.from({ length: 300 }, (_, nth) => TextFile.open(write(`two${nth}.log`))),
  );
  renameSync(join(dir, 'two0.log'), join(dir, 'one.log'));
  await first.read();
  await expect(
    (async () => {
      while ((await first.read()) !== undefined);
    })(),
  ).rejects.toThrow('replaced while it was read');
  for (const file of [first, ...others]) await file.close();
});

const stampOf = (text: string, now: string): string | undefined => {
  for (const stamp of PLAIN_STAMPS) {
    const found = stamp.read(text, Date.parse(now));
    if (found !== undefined) return new Date(found.at).toISOString();
  }
  return undefined;
};

test.each([
  ['Feb 29 10:00:00 host app: x', '2025-03-05T00:00:00Z', '2024-02-29T10:00:00.000Z'],
  ['Feb 29 10:00:00 host app: x', '2024-03-05T00:00:00Z', '2024-02-29T10:00:00.000Z'],
  ['Feb 29 10:00:00 host app: x', '2024-02-01T00:00:00Z', '2020-02-29T10:00:00.000Z'],
  ['Feb 29 10:00:00 host app: x', '1903-02-01T00:00:00Z', '1896-02-29T10:00:00.000Z'],
  ['Dec 31 23:59:59 host app: x', '2025-01-01T00:00:00Z', '2024-12-31T23:59:59.000Z'],
])(
  'a time without its year is in the last year that has such a day: %s, read on %s',
  (line, now, expected) => {
    expect(stampOf(line, now)).toBe(expected);
  },
);

test.each([
  '2025-13-05 10:00:00 x',
  '2025-00-05 10:00:00 x',
  '2025-02-29 10:00:00 x',
  '2025-04-31 10:00:00 x',
  'Feb 30 10:00:00 host x',
])('a day that there is not is no time, and not some day after it: %s', (line) => {
  expect(stampOf(line, '2025-12-31T00:00:00Z')).toBeUndefined();
});
