import { asyncScheduler, type SchedulerAction, type SchedulerLike, type Subscription } from 'rxjs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { configSchema } from '../src/config/config.ts';
import type { Gap, Observation } from '../src/model.ts';
import { dockerSource } from '../src/streams/docker/docker-source.ts';
import { PIECE } from '../src/streams/docker/join-lines.ts';
import type { Position, Source } from '../src/streams/source.ts';
import { APP, type FakeEngine, fakeEngine, frame } from './support/engine-fake.ts';
import { soon } from './support/soon.ts';

/** What the made-up engine has stored of the container's log, one frame a record. */
let stored: Buffer[];
let isThere: boolean;
let engine: FakeEngine;
let reading: Subscription[];

beforeEach(async () => {
  stored = [];
  isThere = true;
  reading = [];
  engine = await fakeEngine({
    isThere: () => isThere,
    logs: ({ searchParams }) => {
      const tail = Number(searchParams.get('tail') ?? Infinity);
      const bytes = Buffer.concat(stored.slice(Math.max(0, stored.length - tail)));
      return { bytes, open: searchParams.has('follow') };
    },
  });
});

afterEach(async () => {
  for (const subscription of reading) subscription.unsubscribe();
  await engine.close();
});

const BEGAN = Date.now() - 60_000;

/** The record that is stored so many microseconds after the beginning. */
function record(us: number, text: string): Buffer {
  const ms = new Date(BEGAN + Math.floor(us / 1_000)).toISOString().slice(0, -1);
  return frame(1, `${ms}${String((us % 1_000) * 1_000).padStart(6, '0')}Z ${text}`);
}

/** For this clock what is gathered is never due: a batch is handed on when it is full, or by `flush`. */
const withoutShortDelays: SchedulerLike = {
  now: () => Date.now(),
  schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T): Subscription {
    return asyncScheduler.schedule(work, delay > 0 && delay < 10 ? 2 ** 31 - 1 : delay, state);
  },
};

const log: string[] = [];

function open(position?: Position, clock: SchedulerLike = asyncScheduler): Source {
  const say = (_facts: object, message: string) => void log.push(message);
  const config = configSchema.parse({});
  return dockerSource(
    { id: 'docker:far', endpoint: engine.endpoint },
    { config, clock, log: { error: say, warn: say, info: say } },
    position,
  );
}

interface Reader {
  readonly source: Source;
  readonly texts: string[];
  readonly gaps: Gap[];
  /** Where it was while its first batch with lines was being handled. */
  first: Position | undefined;
}

function read(position?: Position, clock?: SchedulerLike): Reader {
  const source = open(position, clock);
  const reader: Reader = { source, texts: [], gaps: [], first: undefined };
  const note = (one: Observation) => {
    if (one.type === 'line') reader.texts.push(one.text);
    if (one.type === 'gap') reader.gaps.push(one);
  };
  reading.push(
    source.batches$.subscribe((batch) => {
      for (const one of batch) note(one);
      if (reader.texts.length > 0) reader.first ??= JSON.parse(JSON.stringify(source.position())) as Position;
    }),
  );
  return reader;
}

/** Reads all that is stored, and where it was then. */
async function readToTheEnd(): Promise<Position> {
  const reader = read();
  await soon(() => expect(reader.texts).toHaveLength(stored.length));
  reader.source.flush();
  const position = JSON.parse(JSON.stringify(reader.source.position())) as Position;
  for (const subscription of reading.splice(0)) subscription.unsubscribe();
  return position;
}

test('a batch that is full ends between two records, so that its position is exact', async () => {
  const short = Array.from({ length: 4_095 }, (_, i) => `line ${i}`);
  const piece = 'x'.repeat(PIECE);
  stored = short.map((text, i) => record(i, `${text}\n`));
  // The piece has no end, and the line after it is what tells that it was whole: two lines by one record.
  stored.push(record(5_000, piece), record(5_001, 'after\n'), record(5_002, 'last\n'));
  const all = [...short, piece, 'after', 'last'];
  const reader = read(undefined, withoutShortDelays);
  await soon(() => expect(reader.first).toBeDefined());
  const seen = [...reader.texts];
  expect(seen.length).toBeGreaterThanOrEqual(4_096);
  const resumed = read(reader.first);
  await soon(() => expect(resumed.texts.at(-1) ?? seen.at(-1)).toBe('last'));
  expect([...seen, ...resumed.texts]).toEqual(all);
});

test('what runs is read at once, however many have ended and however long it takes to look at those', async () => {
  await engine.close();
  engine = await fakeEngine({
    ended: 2_000,
    logs: ({ searchParams }) => ({ bytes: Buffer.concat(stored), open: searchParams.has('follow') }),
  });
  stored = [record(0, 'one\n')];
  const { source, texts } = read();
  await soon(() => expect(texts).toEqual(['one']));
  expect(source.status().connection.state).toBe('up');
});

test('a position that is asked for while something is gathered is a fault, and says what to do', async () => {
  stored = [record(0, 'one\n')];
  const { source, texts } = read(undefined, withoutShortDelays);
  await soon(() => expect(source.status().containers[0]?.lines).toBe(1));
  expect(() => source.position()).toThrow(/docker:far.*flush it first/);
  source.flush();
  expect(texts).toEqual(['one']);
  expect(Object.keys(source.position().parts)).toEqual([APP]);
});

test('before it is read and after it has been, the position stays what it was', async () => {
  stored = [record(0, 'one\n')];
  const position = await readToTheEnd();
  const source = open(position);
  expect(source.position()).toEqual(position);
  source.flush();
  const subscription = source.batches$.subscribe();
  await soon(() => expect(source.status().containers[0]?.phase).toBe('following'));
  source.flush();
  subscription.unsubscribe();
  const left = source.position();
  stored.push(record(1, 'two\n'));
  expect(source.position()).toEqual(left);
  const next = read(left);
  await soon(() => expect(next.texts).toEqual(['two']));
});

test('a gap that is held to be joined with others is part of the position', async () => {
  stored = [record(0, 'one\n')];
  const position = await readToTheEnd();
  stored = [record(3_000_000, 'three\n')];
  const reader = read(position);
  await soon(() => expect(reader.first).toBeDefined());
  expect(reader.gaps).toEqual([]);
  expect(reader.first?.parts[APP]).toMatchObject({ gap: { from: BEGAN, to: BEGAN + 3_000 } });
  reading.splice(0).forEach((subscription) => subscription.unsubscribe());
  const resumed = read(reader.first);
  await soon(() => expect(resumed.gaps).toMatchObject([{ from: BEGAN, to: BEGAN + 3_000 }]));
  expect(resumed.gaps[0]).toMatchObject({ source: 'docker:far', container: 'docker:far:app' });
  expect(resumed.texts).toEqual([]);
});

test('a container that was removed while nobody read is a gap from its last line on, told once', async () => {
  stored = [record(0, 'one\n')];
  const position = await readToTheEnd();
  isThere = false;
  const reader = read(position);
  await soon(() => expect(reader.gaps).toHaveLength(1));
  const [gap] = reader.gaps;
  expect(gap).toMatchObject({ container: 'docker:far:app', from: BEGAN });
  expect(gap?.reason).toBe('removed before its last lines could be confirmed');
  reader.source.flush();
  const again = read(JSON.parse(JSON.stringify(reader.source.position())) as Position);
  await soon(() => expect(again.source.status().connection.state).toBe('up'));
  again.source.flush();
  expect(again.gaps).toEqual([]);
});

test('one that had been read to its end and did not run is none', async () => {
  stored = [record(0, 'one\n')];
  const position = await readToTheEnd();
  const part = position.parts[APP] as { readonly log: object };
  isThere = false;
  const reader = read({ ...position, parts: { [APP]: { ...part, log: { ...part.log, ended: true } } } });
  await soon(() => expect(reader.source.status().connection.state).toBe('up'));
  reader.source.flush();
  expect(reader.gaps).toEqual([]);
});

test('a part that is not what it has to be is read afresh, which is said; the others go on', async () => {
  stored = [record(0, 'one\n')];
  const position = await readToTheEnd();
  const other = 'd'.repeat(64);
  log.length = 0;
  const reader = read({ ...position, parts: { [APP]: { name: 7 }, [other]: position.parts[APP] ?? null } });
  await soon(() => expect(reader.texts).toEqual(['one']));
  const said = 'a stored position cannot be used; reading begins afresh there';
  expect(log.filter((message) => message === said)).toHaveLength(1);
});
