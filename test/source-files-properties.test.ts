import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { hasty, LogFolder, readFiles } from './support/files-world.ts';

/** What can happen to a log and to us. `read` waits until all that can be read has been. */
type Step =
  | { readonly do: 'append'; readonly lines: number }
  | {
      readonly do:
        'rename' | 'copytruncate' | 'compress' | 'truncate' | 'read' | 'look' | 'stop' | 'crash' | 'start';
    };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 60 }).map((lines): Step => ({ do: 'append', lines })) },
  ...(
    [
      ['rename', 2],
      ['copytruncate', 2],
      ['compress', 1],
      ['truncate', 1],
      ['read', 2],
      ['look', 2],
      ['stop', 1],
      ['crash', 1],
      ['start', 2],
    ] as const
  ).map(([name, weight]) => ({ weight, arbitrary: fc.constant<Step>({ do: name }) })),
);

const PATIENCE = { timeout: 60_000, interval: 5 };

/** Without the files that it is rotated to, and with them. */
const GLOBS = fc.constantFrom('app.log', 'app.log*');

/** More than the rotations of any run: what is removed is not the matter here. */
const KEEP = 50;

test(
  'whatever happens to a log, no line that is still held is lost, and none is read twice',
  { timeout: 300_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 25 }), GLOBS, async (steps, glob) => {
        const folder = new LogFolder();
        try {
          await run(folder, steps, glob);
        } finally {
          folder.remove();
        }
      }),
      { numRuns: Number(process.env['FILES_RUNS'] ?? 40), interruptAfterTimeLimit: 240_000 },
    );
  },
);

async function run(folder: LogFolder, steps: readonly Step[], glob: string): Promise<void> {
  const config = folder.config([glob]);
  const seen: string[] = [];
  let gaps = 0;
  let written = 0;
  /** What stands in the log itself now, and what a truncation may have taken from us. */
  let inLog: string[] = [];
  const expected: string[] = [];
  let copied = false;
  let gapExpected = false;
  const mayBeLost = new Set<string>();
  folder.append('app.log', 'before the first start');
  let reader: ReturnType<typeof readFiles> | undefined = readFiles(config, undefined, hasty(50));
  await vi.waitFor(() => expect(reader?.coverage.length).toBe(1), PATIENCE);
  let position = reader.position();
  const isSeen = (): ReadonlySet<string> => new Set([...seen, ...(reader?.texts() ?? [])]);
  const leave = (how: 'stop' | 'crash'): void => {
    if (reader === undefined) return;
    position = reader[how]();
    seen.push(...reader.texts());
    gaps += reader.gaps.length;
    reader = undefined;
  };
  const isReading = (): boolean => reader !== undefined;
  const start = (): void => {
    reader ??= readFiles(config, position, hasty(50));
  };
  const readAll = async (): Promise<void> => {
    if (!isReading()) return;
    await vi.waitFor(() => {
      const now = isSeen();
      const missing = expected.filter((line) => !now.has(line) && !mayBeLost.has(line));
      expect(missing, 'not read').toEqual([]);
    }, PATIENCE);
  };
  for (const step of steps) {
    switch (step.do) {
      case 'append': {
        const lines = Array.from(
          { length: step.lines },
          () => `line ${++written} ${'x'.repeat(written % 30)}`,
        );
        folder.append('app.log', ...lines);
        inLog.push(...lines);
        expected.push(...lines);
        break;
      }
      case 'rename':
      case 'copytruncate':
        folder.rotate('app.log', KEEP, step.do);
        inLog = [];
        copied ||= step.do === 'copytruncate';
        break;
      case 'compress':
        for (const name of folder.names())
          if (/\d$/.test(name)) folder.compress(name, name.endsWith('1') ? 'gzip' : 'zstd');
        break;
      case 'truncate': {
        const now = isSeen();
        const lost = inLog.filter((line) => !now.has(line));
        for (const line of lost) mayBeLost.add(line);
        // A copy may hold all that was read: then nobody can know that there was more.
        gapExpected ||= lost.length > 0 && lost.length < inLog.length && !copied;
        folder.truncate('app.log');
        inLog = [];
        break;
      }
      case 'read':
        await readAll();
        break;
      case 'look':
        await new Promise((resolve) => setImmediate(resolve));
        break;
      case 'start':
        start();
        break;
      default:
        leave(step.do);
    }
  }
  start();
  folder.append('app.log', 'the end');
  expected.push('the end');
  await readAll();
  if (gapExpected)
    await vi.waitFor(() => expect(gaps + (reader?.gaps.length ?? 0)).toBeGreaterThan(0), PATIENCE);
  leave('stop');
  expect(
    seen.filter((line, index) => seen.indexOf(line) !== index),
    'read twice',
  ).toEqual([]);
}
