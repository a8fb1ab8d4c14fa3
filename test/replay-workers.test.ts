import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { isQuickInfo } from '../src/classify/quick.ts';
import { SkimSlots } from '../src/replay/skim-slots.ts';
import { skimWorkers } from '../src/replay/skim-workers.ts';
import { mergeByTime } from '../src/streams/saved/merge.ts';
import { openSaved } from '../src/streams/saved/open-saved.ts';
import { sessionNotes } from '../src/streams/saved/session-notes.ts';
import type { Chunk, KnownLines, SkimAhead } from '../src/streams/saved/skim-ahead.ts';
import { lineSkimmer } from '../src/streams/saved/skimmed-lines.ts';

const FOLDER = mkdtempSync(join(tmpdir(), 'qt-workers-'));
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

const skim = lineSkimmer(isQuickInfo);

/** Lines in order and not, of equal times, without a time or with one of another century, overlong, with a return. */
const line = fc
  .tuple(
    fc.constantFrom(
      '2025-12-17T16:06:1',
      '2025-12-17T16:06:1',
      '1925-12-17T16:06:1',
      '2025-12-17T16:0:/1',
      '',
    ),
    fc.integer({ min: 0, max: 9 }),
    fc.constantFrom('000000001', '000000002', '500000000', '50000000'),
    fc.constantFrom(
      '2025-12-17 16:06:14,123 INFO quantum.engine [MainThread] tick processed',
      '{"level":30,"time":1770796801123,"pid":1,"hostname":"a1","msg":"request completed"}',
      '2025-12-17 16:06:14,123 ERROR quantum.engine [MainThread] order rejected',
      `level=info msg=${'x'.repeat(5_000)}`,
      'level=info msg="überall nichts"',
      'level=info msg=rewritten\r',
      '',
    ),
  )
  .map(([minute, second, nanos, text]) => (minute === '' ? text : `${minute}${second}.${nanos}Z ${text}`));

const logs = fc.tuple(
  fc.array(line, { minLength: 1, maxLength: 40 }),
  fc.array(line, { minLength: 1, maxLength: 40 }),
  fc.constantFrom(1, 400),
  fc.constantFrom('', '', '\r'),
);

/** Everything that two saved logs hold, as JSON, and how it was told on the way. */
async function readAll(texts: readonly string[], ahead?: SkimAhead): Promise<string> {
  const paths = texts.map((text, i) => {
    const path = join(FOLDER, `app-${i}.log`);
    writeFileSync(path, text);
    return path;
  });
  const notes = sessionNotes();
  const session = await openSaved({ paths, restarts: { count: [] }, notes, skim: isQuickInfo, ahead });
  const told: string[] = [];
  for await (const batch of mergeByTime(session.streams)) told.push(JSON.stringify(batch));
  await Promise.all(session.streams.map((stream) => stream.close()));
  return [...told, JSON.stringify(notes)].join('\n');
}

/** Skims every chunk as a worker would, at once. */
function inPlace(seen: (known: KnownLines) => void): SkimAhead {
  const skimmer = {
    hasRoom: () => true,
    submit(source: Buffer): Chunk {
      const bytes = Buffer.from(source);
      const found = { ends: new Int32Array(512), times: new Float64Array(512) };
      const lines = skim(bytes, found);
      if (lines >= 0) seen({ ...found, lines });
      return { bytes, skimmed: () => (lines < 0 ? undefined : { ...found, lines }) };
    },
    close: () => undefined,
  };
  return { forFile: () => skimmer };
}

describe('a log that is skimmed ahead', () => {
  test('holds what it holds otherwise, byte for byte, whatever is in it', async () => {
    let harmless = 0;
    const count = ({ times, lines }: KnownLines): void => {
      harmless += times.slice(0, lines).filter((at) => !Number.isNaN(at)).length;
    };
    await fc.assert(
      fc.asyncProperty(logs, async ([one, other, times, end]) => {
        const texts = [one, other].map((lines) =>
          `${lines.join('\n')}\n`.repeat(times).slice(0, 300_000).replaceAll('\r', end),
        );
        expect(await readAll(texts, inPlace(count))).toBe(await readAll(texts));
      }),
      { numRuns: 60 },
    );
    expect(harmless).toBeGreaterThan(1_000);
  });

  test('is the same from two threads', async () => {
    const workers = skimWorkers(2, isQuickInfo, 0);
    onTestFinished(() => workers.close());
    let fromThreads = 0;
    const counted: SkimAhead = {
      forFile() {
        const skimmer = workers.forFile();
        return {
          ...skimmer,
          submit(bytes) {
            const chunk = skimmer.submit(bytes);
            if (chunk === undefined) return undefined;
            return {
              ...chunk,
              skimmed() {
                const known = chunk.skimmed?.();
                if (known !== undefined) fromThreads++;
                return known;
              },
            };
          },
        };
      },
    };
    const text = fc.sample(line, { numRuns: 300, seed: 7 }).filter((one) => !one.endsWith('\r'));
    const texts = [`${text.join('\n')}\n`.repeat(40), `${text.toReversed().join('\n')}\n`.repeat(40)];
    const expected = await readAll(texts);
    // The threads may not have started when the first ones are through.
    await vi.waitFor(
      async () => {
        const told = await readAll(texts, counted);
        expect(told === expected).toBe(true);
        expect(fromThreads).toBeGreaterThan(0);
      },
      { timeout: 20_000, interval: 10 },
    );
  });
});

describe('the memory that threads share', () => {
  test('brings back what a worker has found, and lends a slot to one alone', async () => {
    const slots = new SkimSlots();
    const bytes = Buffer.from('2025-12-17T16:06:14.123456789Z level=info msg=fine\nand so on');
    for (const slot of [3, 5]) {
      bytes.copy(slots.bytes(slot, bytes.length));
      slots.queue(slot, bytes.length);
    }
    expect([slots.unqueue(3), slots.unqueue(3)]).toEqual([true, false]);
    const program = new URL('../src/replay/skim-worker.ts', import.meta.url);
    const worker = new Worker(program, { workerData: slots.memory });
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    const lines = await vi.waitFor(
      () => {
        const found = slots.result(5, 10);
        expect(found).toBeDefined();
        return found;
      },
      { timeout: 20_000 },
    );
    expect(lines).toBe(2);
    expect([...slots.found(5).ends.slice(0, 2)]).toEqual([50, 60]);
    expect([...slots.found(5).times.slice(0, 2)]).toEqual([Date.UTC(2025, 11, 17, 16, 6, 14, 123), NaN]);
    expect(slots.result(3, 0)).toBeUndefined();
    expect([slots.free(5), slots.unqueue(5)]).toEqual([true, false]);
    slots.stop();
    expect(await ended).toBe(0);
  });
});
