import { describe, expect, test } from 'vitest';
import { defaults } from '../src/config/config.ts';
import { formatDuration } from '../src/time/duration.ts';
import { namedTests, testExists } from './support/named-tests.ts';
import { commentsOf, exists, missingFrom, quoted, read, rowsOf, sources } from './support/pages.ts';

const TRANSITIONS = 'docs/reference/incident-transitions.md';
const CASES = 'docs/reference/docker-cases.md';

/** Where whole files speak of transitions and invariants; elsewhere only comments do. */
const ABOUT_INCIDENTS = /^test\/(?:incident|mutants|stories)\//;

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
    expect(found.filter(({ page }) => !exists(page))).toEqual([]);
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

  test.each([TRANSITIONS, CASES, 'docs/reference/README.md'])(
    'names files that exist, and links that lead somewhere: %s',
    (page) => {
      expect(missingFrom(page)).toEqual([]);
    },
  );

  test('quotes reasons as the code has them', () => {
    const code = sources
      .filter((file) => file.startsWith('src/incidents/'))
      .map(read)
      .join('\n');
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

/** The default of a setting by its path, written as a duration where `like` is one. */
function defaultOf(setting: string, like: string): string {
  let value: unknown = defaults;
  for (const key of setting.split('.')) value = (value as Readonly<Record<string, unknown>>)[key];
  return /[a-z]$/.test(like) ? formatDuration(Number(value)) : String(value);
}
