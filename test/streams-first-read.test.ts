import { expect, test } from 'vitest';
import type { LogRecord } from '../src/streams/docker/log-record.ts';
import { firstRead, STORED_OVERHEAD } from '../src/streams/docker/first-read.ts';
import { logRisks } from '../src/streams/docker/log-options.ts';

const MIB = 1024 * 1024;
const MINUTE = 60_000;

/** A log of `bytes` as stored, whose oldest entry is from `oldest`. */
function read(at: number, oldest: number, bytes: number) {
  const first = firstRead(at);
  const end = bytes - STORED_OVERHEAD;
  const entry: LogRecord = {
    stream: 0,
    ts: '',
    at: oldest,
    low: 0,
    high: 0,
    piece: 0,
    bytes: Buffer.alloc(0),
    from: 0,
    start: 0,
    end,
  };
  first.see(entry);
  return first;
}

const risks = (logOptions: Readonly<Record<string, string>>) => logRisks({ driver: 'json-file', logOptions });
const one = risks({ 'max-size': '1m' });
const three = risks({ 'max-size': '10m', 'max-file': '3' });
const tiny = risks({ 'max-size': '10k', 'max-file': '1' });
const NOW = 100 * MINUTE;

test.each([
  ['an empty log has lost nothing', firstRead(NOW), NOW - MINUTE, one, true, false],
  ['its oldest line is from before', read(NOW, NOW - MINUTE, MIB), NOW - MINUTE, one, true, false],
  ['too little time for a file to be filled', read(NOW, NOW - 90, 100_000), NOW - 100, one, true, false],
  ['time enough for a burst nobody saw', read(NOW, NOW - 60, 100_000), NOW - 100, one, true, true],
  ['a few lines, some time after a start', read(NOW, NOW - 60, 440), NOW - 100, tiny, true, false],
  ['a slow start', read(NOW, NOW - 50, 5_000), NOW - 3_000, risks({ 'max-size': '10m' }), true, false],
  ['the same, while as much again comes at once', read(NOW, NOW, 440), NOW - 100, tiny, true, true],
  ['files that are not full', read(NOW, NOW - 60, 10 * MIB), NOW - MINUTE, three, true, false],
  ['files that are full', read(NOW, NOW - 60, 25 * MIB), NOW - MINUTE, three, true, true],
  ['a quiet container, first met now', read(NOW, NOW - MINUTE, 500), NOW - 60 * MINUTE, one, false, false],
  [
    'a busy container, first met now',
    read(NOW, NOW - MINUTE, 0.5 * MIB),
    NOW - 60 * MINUTE,
    one,
    false,
    true,
  ],
])('whether a log has lost its beginning: %s', (_, first, from, options, watched, expected) => {
  expect(first.mayHaveLost(from, options, watched)).toBe(expected);
});
