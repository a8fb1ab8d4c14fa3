import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { openProgress } from '../src/commands/replay/progress.ts';

const HIDDEN = '\x1b[?25l';
const SHOWN = '\x1b[?25h';

/** Something that a program takes for standard error, and what was written to it. */
function terminal(isTTY: boolean) {
  let written = '';
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      written += chunk.toString();
      done();
    },
  });
  return { stream: Object.assign(stream, { isTTY, columns: 80 }) as never, written: () => written };
}

test('on a terminal a bar tells how much of how many has been read, and gives the cursor back', () => {
  const { stream, written } = terminal(true);
  const progress = openProgress(stream);
  progress.update(0, 3 * 1024 * 1024);
  expect(written()).toContain(HIDDEN);
  expect(written()).toContain('0 % of 3.0 MiB');
  progress.close();
  expect(written().lastIndexOf(SHOWN)).toBeGreaterThan(written().lastIndexOf(HIDDEN));
});

test('a line that is told meanwhile is written where the bar does not clear it', () => {
  const { stream, written } = terminal(true);
  const progress = openProgress(stream);
  progress.update(10, 100);
  progress.say('a.log: left out');
  const [before = '', after = ''] = written().split('a.log: left out\n');
  expect(before.endsWith('\x1b[2K')).toBe(true);
  expect(after).toContain('10 %');
  progress.close();
});

test('what has no known size, or is no terminal, gets no bar', () => {
  const unsized = terminal(true);
  const stdin = openProgress(unsized.stream);
  stdin.update(10, 0);
  stdin.close();
  expect(unsized.written()).toBe('');
  const piped = terminal(false);
  const progress = openProgress(piped.stream);
  progress.update(10, 100);
  progress.say('a.log: left out');
  progress.close();
  expect(piped.written()).toBe('a.log: left out\n');
});
