import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createClassifier } from '../src/classify/classifier.ts';
import { newEntry } from '../src/classify/entry.ts';

const FOLDER = join(import.meta.dirname, 'fixtures', 'classify');

const fixtures = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.tsv') && !['formats.tsv', 'prose.tsv'].includes(file))
  .map((file) => ({ name: file.replace('.tsv', ''), rows: rowsOf(file) }));

function rowsOf(file: string): { label: string; line: string }[] {
  const text = readFileSync(join(FOLDER, file), 'utf8').replace(/\n$/, '');
  return text.split('\n').map((row) => {
    const tab = row.indexOf('\t');
    return { label: row.slice(0, tab), line: row.slice(tab + 1) };
  });
}

/** What was judged wrongly, readable: the line's number, the verdict, the label, the line. */
function mistakes(rows: readonly { label: string; line: string }[]): string[] {
  const classifier = createClassifier([]);
  const entry = newEntry();
  return rows.flatMap(({ label, line }, index) => {
    const verdict = classifier.judge(line, entry);
    const judged = verdict.event ? verdict.level : '-';
    return judged === label ? [] : [`${index + 1}: ${judged}, not ${label} (${verdict.rule}): ${line}`];
  });
}

describe('what real servers and crashing programs print', () => {
  it('covers at least four servers and six languages', () => {
    const names = fixtures.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['postgresql', 'nginx', 'redis', 'mariadb']));
    expect(names).toEqual(expect.arrayContaining(['python', 'node', 'java', 'ruby', 'go', 'rust']));
  });

  it.each(fixtures)('is judged as labelled: $name', ({ rows }) => {
    expect(rows.filter(({ label }) => label === '?')).toEqual([]);
    expect(mistakes(rows)).toEqual([]);
  });

  it.each(fixtures)('is judged the same with a container prefix and colours: $name', ({ rows }) => {
    const dressed = rows.map(({ label, line }) => ({ label, line: `web-1  | \x1b[31m${line}\x1b[0m` }));
    expect(mistakes(dressed)).toEqual([]);
  });
});
