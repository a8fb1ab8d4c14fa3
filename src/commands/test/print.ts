import { tell } from './check.ts';
import { sinceBegin } from './moment.ts';
import type { TestRun } from './run-test.ts';

/** The result of one test for people: a line if it passed, else every difference and what happened instead. */
export function printTest(run: TestRun, colour: boolean): string {
  const { test, failures, happenings, began, replay } = run;
  const paint = (code: number, text: string): string => (colour ? `\x1b[${code}m${text}\x1b[0m` : text);
  if (failures.length === 0) return `${paint(32, 'ok')}    ${test.name}\n`;
  const differences = failures.flatMap(({ expected, found }) => [
    paint(31, `      - ${expected}`),
    ...found.map((line) => paint(32, `      + ${line}`)),
  ]);
  const story = happenings.map((item) => `      ${sinceBegin(item.at, began)}  ${tell(item)}`);
  return [
    `${paint(31, 'FAIL')}  ${test.name}`,
    `      ${failures.length} of ${test.expect.length} expectations not met (- expected, + found)`,
    ...differences,
    '',
    `      What happened, counted from ${replay.began ?? 'nothing'}:`,
    ...(story.length === 0 ? ['      nothing: no incident'] : story),
    ...replay.skipped.map(({ path, reason }) => `      ${path}: left out: ${reason}`),
    '',
    '',
  ].join('\n');
}

/** The line at the end. */
export function printTotals(runs: readonly TestRun[]): string {
  const failed = runs.filter(({ failures }) => failures.length > 0).length;
  return `${runs.length - failed} passed, ${failed} failed\n`;
}
