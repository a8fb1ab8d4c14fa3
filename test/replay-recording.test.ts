import { appendFile, mkdtemp, readdir, readFile, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { of, Subject, VirtualTimeScheduler } from 'rxjs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { defaults } from '../src/config/config.ts';
import { recorder } from '../src/daemon/recorder.ts';
import { loadConfig } from '../src/config/load-config.ts';
import type { Line, Observation, Origin, Outcome } from '../src/model.ts';
import { replaySession } from '../src/replay/replay-session.ts';
import type { ReplayResult } from '../src/replay/replay-result.ts';
import { redact } from '../src/sinks/text/redact.ts';
import { mergeByTime } from '../src/streams/saved/merge.ts';
import { openSaved } from '../src/streams/saved/open-saved.ts';
import { sessionNotes } from '../src/streams/saved/session-notes.ts';
import { openSessionWriter } from '../src/streams/recording/session-writer.ts';

const EXAMPLE = join(import.meta.dirname, '..', 'examples', 'quantum-trader');
const SESSION = join(EXAMPLE, 'session');
const START = Date.UTC(2025, 11, 17, 16, 0);

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'recording-'));
});
afterEach(() => rm(dir, { recursive: true }));

function originOf(container: string, stream: Origin['stream'] = 'stdout'): Origin {
  return { id: container, source: 'docker', container, stream, labels: { team: 'a' } };
}

function line(origin: Origin, seconds: number, text: string): Line {
  const at = START + seconds * 1_000;
  return { type: 'line', origin, ts: `${new Date(at).toISOString().slice(0, -1)}000042Z`, at, text };
}

async function observationsIn(path: string) {
  const notes = sessionNotes();
  const session = await openSaved({ paths: [path], restarts: defaults.restarts, notes });
  const items: Observation[] = [];
  for await (const batch of mergeByTime(session.streams)) items.push(...batch);
  await Promise.all(session.streams.map((stream) => stream.close()));
  return { items, notes, recorded: session.recorded };
}

/** Everything in the example session, as a run would see it. */
async function example(): Promise<readonly (readonly Observation[])[]> {
  const { restarts } = defaults;
  const { streams } = await openSaved({ paths: [SESSION], restarts, notes: sessionNotes() });
  const batches: (readonly Observation[])[] = [];
  for await (const batch of mergeByTime(streams)) batches.push(batch);
  await Promise.all(streams.map((stream) => stream.close()));
  return batches;
}

async function exampleConfig() {
  return (await loadConfig({ file: join(EXAMPLE, 'quantum-realtime.yaml') })).config;
}

/** What differs between a recording and what was recorded by nature. */
function comparable({ assumptions, ...rest }: ReplayResult) {
  return { ...rest, assumed: assumptions.length };
}

test('a recorded hour gives the same result as the hour itself', async () => {
  const config = await exampleConfig();
  const reference = await replaySession({ paths: [SESSION], config });
  const writer = openSessionWriter({ dir, maxBytes: 100_000 });
  for (const batch of await example()) writer.write(batch);
  writer.close();
  expect((await readdir(dir)).length).toBeGreaterThan(2);
  const result = await replaySession({ paths: [dir], config });
  expect(comparable(result)).toEqual(comparable(reference));
});

test('an hour recorded one container after the other, as a first start reads it back, is put in order', async () => {
  const config = await exampleConfig();
  const reference = await replaySession({ paths: [SESSION], config });
  const writer = openSessionWriter({ dir });
  const batches = (await example()).flat();
  const containers = Map.groupBy(batches, (item) => (item.type === 'line' ? item.origin.container : ''));
  for (const own of containers.values()) writer.write(own);
  writer.close();
  expect(comparable(await replaySession({ paths: [dir], config }))).toEqual(comparable(reference));
});

test('lines, restarts, states, blindness and gaps come back as they were, with streams and labels', async () => {
  const items: readonly Observation[] = [
    line(originOf('api'), 0, 'out "quoted" \u001b[31m'),
    line(originOf('api', 'stderr'), 1, 'err'),
    {
      type: 'signal',
      source: 'docker',
      kind: 'restart',
      at: START + 2_000,
      container: 'api',
      labels: {},
      text: 'restarted',
      fingerprint: 'restarted',
      rule: 'docker:restart',
      cause: 'crash',
    },
    {
      type: 'container',
      source: 'docker',
      at: START + 3_000,
      id: 'x',
      container: 'api',
      labels: {},
      state: 'running',
      healthy: true,
      stoppedByOperator: false,
      expectedExit: false,
    },
    {
      type: 'container',
      source: 'docker',
      at: START + 3_500,
      id: 'x',
      container: 'api',
      labels: {},
      state: 'exited',
      healthy: true,
      stoppedByOperator: false,
      expectedExit: false,
      exitCode: 137,
      outOfMemory: true,
      gaveUp: true,
    },
    {
      type: 'coverage',
      at: START + 4_000,
      source: 'docker',
      blind: true,
      unread: ['api'],
      reason: 'no engine',
    },
    {
      type: 'gap',
      source: 'docker',
      at: START + 5_000,
      container: 'api',
      from: START,
      to: START + 1,
      reason: 'rotated',
    },
  ];
  const writer = openSessionWriter({ dir });
  writer.write(items);
  writer.close();
  const read = await observationsIn(dir);
  expect(read.notes.skipped).toEqual([]);
  expect(read.items).toEqual(
    items.map((item) => (item.type === 'line' ? { ...item, origin: { ...item.origin, id: 'api' } } : item)),
  );
});

test('what has been flushed can be read while more is written', async () => {
  const api = originOf('api');
  const writer = openSessionWriter({ dir });
  writer.write([line(api, 0, 'one'), line(api, 1, 'two')]);
  writer.flush();
  expect((await observationsIn(dir)).items).toHaveLength(2);
  writer.write([line(api, 2, 'three')]);
  writer.flush();
  expect((await observationsIn(dir)).items).toHaveLength(3);
  writer.close();
});

test('a recording cut off in the middle of a write is read up to there, and named', async () => {
  const api = originOf('api');
  const writer = openSessionWriter({ dir });
  for (let n = 0; n < 5; n++) {
    writer.write([line(api, n, `line ${n}`)]);
    writer.flush();
  }
  writer.close();
  const path = join(dir, 'session-000001.jsonl.zst');
  await truncate(path, (await readFile(path)).length - 4);
  const { items, notes } = await observationsIn(dir);
  expect(items.length).toBeGreaterThanOrEqual(4);
  expect(notes.skipped[0]?.reason).toMatch(/^all after line \d+: the compressed data end before their time$/);
});

test('files rotate by size, each stands alone, and no more than asked for are kept', async () => {
  const api = originOf('api');
  const writer = openSessionWriter({ dir, maxBytes: 200, maxFiles: 3 });
  for (let n = 0; n < 20; n++) {
    writer.write([line(api, n, `line ${n} ${Math.sin(n)}`)]);
    writer.flush();
  }
  writer.close();
  const files = (await readdir(dir)).sort();
  expect(files).toHaveLength(3);
  for (const file of files) {
    expect(zstdDecompressSync(await readFile(join(dir, file))).toString()).toMatch(
      /^\{"quantum-realtime-session":2\}\n/,
    );
    expect((await observationsIn(join(dir, file))).items.length).toBeGreaterThan(0);
  }
  const again = openSessionWriter({ dir });
  again.write([line(api, 30, 'after a restart of ours')]);
  again.close();
  expect((await readdir(dir)).sort()).toEqual([...files, 'session-'.concat(nextAfter(files.at(-1)))]);
});

test('secrets are masked where that is asked for', async () => {
  const secret = 'postgres://quantum:hunter2hunter2@db/quantum';
  const writer = openSessionWriter({ dir, mask: redact });
  writer.write([line(originOf('api'), 0, `connecting to ${secret}`)]);
  writer.outcome(heal(40_000, { output: secret }), { at: START });
  writer.close();
  const [file = ''] = await readdir(dir);
  const text = zstdDecompressSync(await readFile(join(dir, file))).toString();
  expect(text).toContain('connecting to');
  expect(text).not.toContain('hunter2');
});

test('a heal ends in the replay as it ended in the recording, after the time it took then', async () => {
  const config = await exampleConfig();
  const writer = openSessionWriter({ dir });
  for (const batch of await example()) writer.write(batch);
  writer.outcome(heal(17_500, { ok: false, result: 'failed', exitCode: 7 }), { at: START });
  writer.close();
  const { effects, assumptions } = await replaySession({ paths: [dir], config });
  const told = effects.find(({ id }) => id.endsWith(':heal:1'));
  expect(told?.at).toBe('2025-12-17T16:18:27.750Z');
  expect(told?.text).toContain('Auto-heal failed (exit code 7)');
  expect(assumptions).toContain('heals end as recorded (1 of them)');
});

test('a recording of a later version, and lines that are not of a recording, are named', async () => {
  const writer = openSessionWriter({ dir });
  writer.write([line(originOf('api'), 0, 'one')]);
  writer.close();
  const path = join(dir, 'plain.jsonl');
  const [file = ''] = await readdir(dir);
  const text = zstdDecompressSync(await readFile(join(dir, file))).toString();
  await appendFile(path, `${text}[99,"2025-12-17T16:00:01Z","no such origin"]\n{"type":"moon"}\n`);
  await appendFile(join(dir, 'later.jsonl'), '{"quantum-realtime-session":3}\n');
  const { notes, items } = await observationsIn(dir);
  expect(items).toHaveLength(2);
  expect(notes.skipped).toEqual([
    { path: join(dir, 'later.jsonl'), reason: 'a recording of version 3; this program knows 2' },
    { path, reason: '2 of its lines are not of a recording; the others were read' },
  ]);
});

function heal(took: number, rest: Partial<Outcome>): Outcome {
  return {
    type: 'outcome',
    effect: 'x:heal:1:run',
    kind: 'heal',
    at: START + took,
    ok: true,
    detail: '',
    result: 'ok',
    ...rest,
  };
}

function nextAfter(file = ''): string {
  return `${String(Number(file.slice(8, 14)) + 1).padStart(6, '0')}.jsonl.zst`;
}

test('a recording that can no longer be written is given up with one word of it, and everything else goes on', async () => {
  const told: string[] = [];
  const say = (_: object, message: string): void => void told.push(message);
  const own = join(dir, 'gone');
  const outcomes$ = new Subject<Outcome>();
  const log = { info: say, warn: say, error: say };
  const recording = recorder({ dir: own, keep: 2, mask: false }, outcomes$, new VirtualTimeScheduler(), log);
  await rm(own, { recursive: true });
  const passed: string[] = [];
  // Far more than is gathered before it is put on the disk.
  const items = Array.from({ length: 3_000 }, (_, n) => line(originOf('api'), n, 'x'.repeat(100)));
  for (let turn = 0; turn < 3; turn++) {
    of(items)
      .pipe(recording.seen)
      .subscribe((batch) => passed.push(String(batch.length)));
  }
  recording.close();
  expect(passed).toEqual(['3000', '3000', '3000']);
  expect(told).toEqual(['the recording cannot be written and is given up']);
});
