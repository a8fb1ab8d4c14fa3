import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkPage, type PagePlaces } from '../src/doctor/check-page.ts';

let dir: string;
let places: PagePlaces;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'qt-doctor-page-'));
  places = { unit: join(dir, 'unit'), socket: join(dir, 'view.sock'), groups: join(dir, 'group') };
  writeFileSync(places.groups, 'root:x:0:\n');
});
afterEach(() => rmSync(dir, { recursive: true }));

test('says nothing of a page that is not installed', () => {
  expect(checkPage(places)).toEqual([]);
});

test('says what keeps an installed page from showing anything, until nothing does', () => {
  writeFileSync(places.unit, '');
  expect(checkPage(places)).toMatchObject([
    { verdict: 'warning', found: expect.stringContaining('no group') as string },
  ]);
  writeFileSync(places.groups, `qt-view:x:${statSync(dir).gid}:\n`);
  expect(checkPage(places)).toMatchObject([
    { verdict: 'warning', found: expect.stringContaining('is not there') as string },
  ]);
  writeFileSync(places.socket, '', { mode: 0o600 });
  expect(checkPage(places)).toMatchObject([
    { verdict: 'warning', found: expect.stringContaining('may not open') as string },
  ]);
  chmodSync(places.socket, 0o660);
  expect(checkPage(places)).toMatchObject([{ verdict: 'ok' }]);
});
