import { describe, expect, test } from 'vitest';
import { redact } from '../src/text/redact.ts';
import { leaksOf, lookAlikes, secretLines } from './support/secret-table.ts';

describe('the table of secrets', () => {
  test('is as large as it is meant to be, and every line of it marks its secrets', () => {
    expect(secretLines().length).toBeGreaterThanOrEqual(180);
    expect(lookAlikes().length).toBeGreaterThanOrEqual(90);
    expect(secretLines().filter(({ secrets }) => secrets.length === 0)).toEqual([]);
  });

  test.each(secretLines())('does not come out: $text', (line) => {
    expect(leaksOf(line, redact(line.text))).toEqual([]);
  });

  test.each(secretLines())('is found within a line of a log: $text', ({ text, secrets }) => {
    const logged = `2026-03-01 10:00:00,123 ERROR [main] boot failed: ${text}`;
    expect(leaksOf({ text: logged, secrets }, redact(logged))).toEqual([]);
  });

  test.each(lookAlikes())('stays readable to the letter: %s', (line) => {
    expect(redact(line)).toBe(line);
  });

  test.each([...secretLines().map(({ text }) => text), ...lookAlikes()])(
    'masks nothing further a second time: %s',
    (line) => {
      expect(redact(redact(line))).toBe(redact(line));
    },
  );
});
