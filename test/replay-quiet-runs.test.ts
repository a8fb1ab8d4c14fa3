import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Observation, Origin, Signal } from '../src/model.ts';
import { classify, createEntryStore } from '../src/operators/classify.ts';
import { createClassifier } from '../src/classify/classifier.ts';
import { dockerLogsParser } from '../src/streams/saved/formats/docker-logs.ts';
import { sessionNotes } from '../src/streams/saved/session-notes.ts';
import { from, lastValueFrom, toArray } from 'rxjs';

const START = Date.parse('2025-12-17T16:00:00Z');
const ORIGIN: Origin = { id: 'app', source: 'docker', container: 'app', stream: 'stdout', labels: {} };

/** What programs write, harmless and not; a trace, whose lines mean nothing without the one above. */
const TEXTS = [
  '2025-12-17 16:06:14,123 INFO quantum.engine [MainThread] tick processed',
  '10.0.0.7 - - [17/Dec/2025:16:06:14 +0000] "GET /error HTTP/1.1" 200 512 "-" "curl/8.5.0"',
  '{"level":30,"time":1770796801123,"pid":1,"hostname":"a1","msg":"request completed"}',
  'time="2025-12-17T16:06:14Z" level=info msg="error handler registered"',
  'time="2025-12-17T16:06:14Z" level=info',
  'level=debug msg="',
  '{"msg":"half a',
  '2025-12-17 16:06:14,123 ERROR quantum.engine [MainThread] order rejected',
  'Traceback (most recent call last):',
  '  File "/app/main.py", line 1, in <module>',
  'ValueError: no such symbol',
  'XGBoost predict failed: Feature shape mismatch',
  'preços: nada a fazer 🚀',
  'INFO: application startup complete',
  '',
];

const lines = fc.array(
  fc.record({
    text: fc.constantFrom(...TEXTS),
    step: fc.constantFrom(0, 0, 1, 999, 1_000_000, 7_000_000, 2_000_000_000, 6_000_000_000, -2_000_000),
  }),
  { minLength: 1, maxLength: 400 },
);

/** As `docker logs -t` prints them; `step` is in nanoseconds after the line before. */
function printed(given: readonly { readonly text: string; readonly step: number }[]): string {
  let nanos = 0n;
  return given
    .map(({ text, step }) => {
      nanos += BigInt(step);
      if (nanos < 0n) nanos = 0n;
      const second = new Date(START + Number(nanos / 1_000_000_000n) * 1_000).toISOString().slice(0, 19);
      return `${second}.${String(nanos % 1_000_000_000n).padStart(9, '0')}Z ${text}`;
    })
    .join('\n');
}

async function judged(items: readonly Observation[]) {
  const entries = createEntryStore();
  const classifier = createClassifier([]);
  const batches = await lastValueFrom(from([items]).pipe(classify(classifier, entries), toArray()));
  const signals = batches.flat().filter((one): one is Signal => one.type === 'signal');
  return { ...entries.stats, signals };
}

test('a log told in runs is judged as line by line, and holds as many lines', async () => {
  const classifier = createClassifier([]);
  const { skim } = classifier;
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(lines, async (given) => {
      const text = printed(given);
      const whole: Observation[] = [];
      const parser = dockerLogsParser(ORIGIN, { path: 'app.log', start: START, notes: sessionNotes(), skim });
      const read = parser.parseLines?.(Buffer.from(text), (one) => whole.push(one));
      const single: Observation[] = [];
      for (const raw of text.split('\n')) parser.parse(raw, (one) => single.push(one));
      expect(read).toBe(given.length);
      runs += whole.filter(({ type }) => type === 'quiet').length;
      expect(await judged(whole)).toEqual(await judged(single));
    }),
    { numRuns: 300 },
  );
  expect(runs).toBeGreaterThan(100);
});
