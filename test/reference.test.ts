import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { defaults } from '../src/config/config.ts';
import { formatDuration } from '../src/time/duration.ts';
import { namedTests, testExists } from './support/named-tests.ts';

const ROOT = join(import.meta.dirname, '..');
const TRANSITIONS = 'docs/reference/incident-transitions.md';
const CASES = 'docs/reference/docker-cases.md';
const MAP = 'docs/ARCHITECTURE.md';

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const sources = globSync(['src/**/*.ts', 'test/**/*.ts', 'bench/**/*.ts'], { cwd: ROOT }).sort();

/** Where whole files speak of transitions and invariants; elsewhere only comments do. */
const ABOUT_INCIDENTS = /^test\/(?:incident|mutants|stories)\//;

/** The comments of a source text, without what stands in backticks. */
function commentsOf(text: string): string {
  const comments = text.matchAll(/\/\*[\s\S]*?\*\/|(?:^|\s)\/\/ .*$/gm);
  return [...comments].map(([comment]) => comment.replaceAll(/`[^`]*`/g, '')).join('\n');
}

/** The table rows of a page as cells, without what surrounds them. */
function rowsOf(page: string): readonly (readonly string[])[] {
  const lines = page.split('\n').filter((line) => line.startsWith('| '));
  return lines.map((line) => line.split('|').map((cell) => cell.trim()).slice(1, -1)); // prettier-ignore
}

/** What a page says in backticks. */
const quoted = (text: string): readonly string[] =>
  [...text.matchAll(/`([^`]+)`/g)].map(([, inner = '']) => inner);

const transitionRows = rowsOf(read(TRANSITIONS));
const numbers = new Set(
  transitionRows.map(([first = '']) => first).filter((cell) => /^[TCIS]\d+$/.test(cell)),
);
const cases = read(CASES)
  .split(/^### (?=Case )/m)
  .slice(1)
  .map((text) => text.replace(/^## [\s\S]*/m, ''))
  .map((text) => ({ number: Number(/^Case (\d+):/.exec(text)?.[1]), text }));

describe('numbers that code and tests cite', () => {
  const cited = sources.flatMap((file) => {
    const text = read(file);
    const spoken = ABOUT_INCIDENTS.test(file) ? text : commentsOf(text);
    const found = [...spoken.matchAll(/\b([TCI][1-9]\d?)c?\b/g)].map(([, number = '']) => number);
    return found.map((number) => ({ file, number, named: text.includes(TRANSITIONS) }));
  });

  test('of transitions, crash points and invariants are in the reference, which the file names', () => {
    expect(cited.length).toBeGreaterThan(100);
    expect(cited.filter(({ number, named }) => !numbers.has(number) || !named)).toEqual([]);
  });

  test('of Docker cases are in the reference, which the file names', () => {
    const known = new Set(cases.map(({ number }) => number));
    const found = sources.flatMap((file) => {
      const text = read(file);
      return [...text.matchAll(/\(cases? ([\d, andto]+)\)/g)]
        .flatMap(([, list = '']) => list.match(/\d+/g) ?? [])
        .map((number) => ({ file, number: Number(number), named: text.includes(CASES) }));
    });
    expect(found.length).toBeGreaterThan(20);
    expect(found.filter(({ number, named }) => !known.has(number) || !named)).toEqual([]);
  });

  test('and pages that comments name are there', () => {
    const found = sources.flatMap((file) =>
      [...commentsOf(read(file)).matchAll(/(?<![\w./-])(?:[\w-]+\/)*[a-z][\w-]*\.md\b/g)].map(([page]) => ({
        file,
        page,
      })),
    );
    expect(found.filter(({ page }) => !existsSync(join(ROOT, page)))).toEqual([]);
    expect(sources.filter((file) => /(?<!RFC \d+ )§/.test(commentsOf(read(file))))).toEqual([]);
  });
});

describe('the reference', () => {
  test.each(['T', 'C', 'I', 'S'])('numbers its lists without a hole: %s', (letter) => {
    const own = [...numbers].filter((number) => number.startsWith(letter));
    const ordered = own.map((_, index) => `${letter}${index + 1}`);
    expect(own.toSorted((a, b) => Number(a.slice(1)) - Number(b.slice(1)))).toEqual(ordered);
  });

  test('numbers its cases in order, and each names a test that exists or says that it has none', () => {
    expect(cases.map(({ number }) => number)).toEqual(cases.map((_, index) => index + 1));
    for (const { number, text } of cases) {
      const named = namedTests(text);
      expect(named.length > 0 || text.includes('No test of its own'), `case ${number}`).toBe(true);
      expect(named, `case ${number}`).toHaveLength(text.split('Held by:').length - 1);
    }
    expect(namedTests(read(CASES)).filter((one) => !testExists(one))).toEqual([]);
  });

  test.each([TRANSITIONS, CASES, 'docs/reference/README.md', MAP])(
    'names files that exist, and links that lead somewhere: %s',
    (page) => {
      const text = read(page);
      const paths = quoted(text).filter((inner) => /^(?:src|test|bench|docs)\/[\w./-]*$/.test(inner));
      const links = [...text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, link = '']) =>
        join(page, '..', link),
      );
      expect([...paths, ...links].filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
    },
  );

  test('quotes reasons as the code has them', () => {
    const code = globSync('src/incidents/*.ts', { cwd: ROOT }).map(read).join('\n');
    const reasons = transitionRows
      .filter(([number = '']) => /^T\d+$/.test(number))
      .flatMap((row) => quoted(row.at(-1) ?? ''));
    expect(reasons.length).toBeGreaterThan(30);
    const parts = reasons.flatMap((reason) => reason.split('…').map((part) => part.trim()));
    expect(parts.filter((part) => !code.includes(part))).toEqual([]);
  });

  test('gives the defaults that the settings have', () => {
    const rows = transitionRows.filter(([setting = '']) => /^`[a-z][\w.]*`$/i.test(setting));
    const given = rows.map(([setting = '', value = '']) => [setting.slice(1, -1), value]);
    expect(given.length).toBeGreaterThan(20);
    expect(given).toEqual(given.map(([setting = '', value = '']) => [setting, defaultOf(setting, value)]));
    const incident = Object.keys(defaults.incident).map((key) => `incident.${key}`);
    expect(incident.filter((setting) => !given.some(([one]) => one === setting))).toEqual([]);
  });
});

describe('the map', () => {
  test('lists every room, and no room imports anything beside its list', () => {
    const rooms = rowsOf(read(MAP)).filter(
      ([room = '']) => /^`src\/\w+`$/.test(room) && room !== '`src/time`',
    );
    const allowed = new Map(
      rooms.map(([room = '', , imports = '']): [string, (other: string) => boolean] => {
        const named = quoted(imports);
        const isAllBut = imports.startsWith('all');
        return [room.slice(1, -1), (other) => named.includes(other) !== isAllBut];
      }),
    );
    const folders = [...new Set(sources.map(roomOf))].filter(
      (room) => /^src\/\w+$/.test(room) && room !== 'src/time',
    );
    expect([...allowed.keys()].sort()).toEqual(folders.sort());
    const against = sources
      .filter((file) => allowed.has(roomOf(file)))
      .flatMap((file) =>
        importsOf(file)
          .filter((other) => allowed.has(roomOf(other)) && roomOf(other) !== roomOf(file))
          .filter((other) => allowed.get(roomOf(file))?.(roomOf(other)) !== true)
          .map((other) => `${file} imports ${other}`),
      );
    expect(against).toEqual([]);
  });
});

/** The room of a file: its folder below `src`, or the file itself. */
function roomOf(file: string): string {
  return /^src\/\w+(?=\/)/.exec(file)?.[0] ?? file;
}

/** The files that a file imports, from the root; of types, too. */
function importsOf(file: string): readonly string[] {
  return [...read(file).matchAll(/(?:from |import |import\()'(\.[^']+)'/g)].map(([, path = '']) =>
    join(file, '..', path),
  );
}

/** The default of a setting by its path, written as a duration where `like` is one. */
function defaultOf(setting: string, like: string): string {
  let value: unknown = defaults;
  for (const key of setting.split('.')) value = (value as Readonly<Record<string, unknown>>)[key];
  return /[a-z]$/.test(like) ? formatDuration(Number(value)) : String(value);
}
