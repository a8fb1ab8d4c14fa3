import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { asyncScheduler, type SchedulerAction, type SchedulerLike, Subscription } from 'rxjs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Coverage, Gap, Observation } from '../../src/model.ts';
import type { Position, Source, SourceContext } from '../../src/streams/source.ts';
import { soon } from './soon.ts';

/** What a kind of source is tested on: something that logs, and the source that reads it. */
export interface SourceWorld {
  /** Opens the source; the settings are the world's. */
  open(context: Omit<SourceContext, 'config'>, position?: Position): Source;
  /** Logs these lines, in order. Resolves when a source that is reading can get them. */
  write(lines: readonly string[]): Promise<void>;
  /** Makes away with what the source reads from, but not with what it holds: an engine stopped, a folder moved. */
  takeAway(): Promise<void>;
  bringBack(): Promise<void>;
  /** Drops everything that is stored, as rotation does; left out where nothing is ever dropped. */
  drop?(): Promise<void>;
  close(): Promise<void>;
}

/** What differs between the kinds. */
export interface SourceContract {
  /** How much faster than usual the clock goes where the source is to be found late; default 10. */
  readonly haste?: number;
  /** How many lines make several batches; default 9,000. */
  readonly many?: number;
}

const silent = { error: () => undefined, warn: () => undefined, info: () => undefined };

/** What every kind of source must do, whatever it reads. */
export function sourceContract(
  kind: string,
  build: () => Promise<SourceWorld>,
  { haste = 10, many = 9_000 }: SourceContract = {},
): void {
  describe(`the source of ${kind}, as every source`, { timeout: 360_000 }, () => {
    let world: SourceWorld;
    let readers: Reader[] = [];

    beforeEach(async () => {
      world = await build();
    });

    afterEach(async () => {
      for (const reader of readers) reader.stop();
      readers = [];
      await world.close();
    });

    test('resuming after any batch repeats nothing and loses nothing', async () => {
      let position = await begin();
      const lines = numbered(1, many);
      await world.write(lines);
      const seen: string[] = [];
      let runs = 0;
      while (seen.length < lines.length) {
        const reader = read({ position, cut: ({ lines }) => lines.length > 0 });
        await soon(() => expect(reader.cutAt).toBeDefined());
        position = throughJson(reader.cutAt);
        seen.push(...reader.lines);
        runs++;
      }
      expect(seen).toEqual(lines);
      expect(runs).toBeGreaterThan(2);
      await expectNothingMore(position, many);
    });

    test('what is read after any batch is all that a resumed source reads, and the same', async () => {
      const reader = read({ position: await begin(), keep: true });
      for (let from = 1; from < 40; from += 8) {
        await world.write(numbered(from, 8));
        await soon(() => expect(reader.lines).toHaveLength(from + 7));
      }
      await world.write(numbered(41, many));
      await soon(() => expect(reader.lines).toHaveLength(40 + many));
      reader.stop();
      for (const { position, count } of reader.cuts) {
        const again = read({ position });
        await soon(() => expect(again.lines.length).toBeGreaterThanOrEqual(reader.lines.length - count));
        expect(again.lines).toEqual(reader.lines.slice(count));
        again.stop();
      }
      expect(reader.cuts.length).toBeGreaterThan(4);
    });

    test('equal lines are counted exactly over any number of cuts', async () => {
      let position = await begin();
      const count = Math.floor(many / 3);
      await world.write(Array.from({ length: count }, () => 'the same line again'));
      await world.write(['the end']);
      const seen: string[] = [];
      while (seen.at(-1) !== 'the end') {
        const reader = read({ position, cut: ({ lines }) => lines.length > 0 });
        await soon(() => expect(reader.cutAt).toBeDefined());
        position = throughJson(reader.cutAt);
        seen.push(...reader.lines);
      }
      expect(seen).toHaveLength(count + 1);
    });

    test('harmless lines are counted exactly where they are told as runs', async () => {
      let position = await begin();
      await world.write(numbered(1, many));
      let count = 0;
      const skim = (_: Uint8Array, from: number, end: number) => (end - from) % 2 === 0;
      while (count < many) {
        const reader = read({ position, skim, cut: ({ count }) => count > 0 });
        await soon(() => expect(reader.cutAt).toBeDefined());
        position = throughJson(reader.cutAt);
        count += reader.count;
      }
      expect(count).toBe(many);
      await expectNothingMore(position, many);
    });

    test('lines that are written while nobody reads are read by the next who does', async () => {
      const first = read({ position: await begin() });
      await world.write(numbered(1, 5));
      await soon(() => expect(first.lines).toHaveLength(5));
      const position = first.stop();
      await world.write(numbered(6, 5));
      const second = read({ position });
      await world.write(numbered(11, 5));
      await soon(() => expect(second.lines).toEqual(numbered(6, 10)));
    });

    test('a position is plain JSON, and asking for it changes nothing', async () => {
      const reader = read({ position: await begin() });
      await world.write(numbered(1, 3));
      await soon(() => expect(reader.lines).toHaveLength(3));
      reader.source.flush();
      const position = reader.source.position();
      expect(throughJson(position)).toEqual(position);
      expect(reader.source.position()).toEqual(position);
    });

    test('flush emits what has been gathered, and the position is then that of all of it', async () => {
      let flushing = false;
      const outside: Observation[] = [];
      const reader = read({
        position: await begin(),
        clock: withoutShortDelays(),
        each: (batch) => {
          if (!flushing) outside.push(...batch);
        },
      });
      await world.write(numbered(1, 20));
      await soon(() => {
        flushing = true;
        reader.source.flush();
        flushing = false;
        expect(reader.lines).toHaveLength(20);
      });
      expect(outside).toEqual([]);
      await expectNothingMore(reader.stop(), 20);
    });

    test('what is no longer stored is a gap', async ({ skip }) => {
      if (world.drop === undefined) skip('it stores everything');
      const first = read({ position: await begin() });
      await world.write(numbered(1, 5));
      await soon(() => expect(first.lines).toHaveLength(5));
      const position = first.stop();
      await world.write(numbered(6, 50));
      await world.drop?.();
      await world.write(numbered(100, 5));
      const second = read({ position, clock: hasty(haste) });
      await soon(() => {
        expect(second.lines).toEqual(numbered(100, 5));
        expect(second.gaps.length).toBeGreaterThan(0);
      });
      for (const gap of second.gaps) expect(gap.from).toBeLessThanOrEqual(gap.to);
    });

    test('an absent world is a state: it is told once, and its return is read without loss', async () => {
      const reader = read({ position: await begin(), clock: hasty(haste) });
      await soon(() => expect(reader.coverage.at(-1)).toMatchObject({ blind: false, unread: [] }));
      await world.write(numbered(1, 5));
      await soon(() => expect(reader.lines).toHaveLength(5));
      await world.takeAway();
      await soon(() => expect(isCovered(reader.coverage.at(-1))).toBe(false));
      expect(reader.coverage.at(-1)?.reason).not.toBe('');
      await world.bringBack();
      await world.write(numbered(6, 5));
      await soon(() => {
        expect(reader.lines).toEqual(numbered(1, 10));
        expect(isCovered(reader.coverage.at(-1))).toBe(true);
      });
      expect(reader.ended).toBeUndefined();
      for (const [index, coverage] of reader.coverage.entries())
        if (index > 0) expect(told(coverage)).not.toBe(told(reader.coverage[index - 1]));
      expect(reader.source.status().coverage).toEqual(reader.coverage.at(-1));
    });

    test('a world that is absent at the start is waited for', async () => {
      const position = await begin();
      await world.write(numbered(1, 5));
      await world.takeAway();
      const reader = read({ position, clock: hasty(haste) });
      await soon(() => expect(isCovered(reader.coverage.at(-1) ?? covered)).toBe(false));
      expect(reader.source.status().id).toBe(reader.source.id);
      await world.bringBack();
      await world.write(numbered(6, 5));
      await soon(() => {
        expect(reader.lines).toEqual(numbered(1, 10));
        expect(isCovered(reader.coverage.at(-1))).toBe(true);
      });
      expect(reader.ended).toBeUndefined();
    });

    test('a clock that steps does no harm', async () => {
      const { clock, step } = stepping();
      const reader = read({ position: await begin(), clock });
      const lines = numbered(1, 40);
      const steps = [3_600_000, -7_200_000, -1, 86_400_000];
      for (const [index, by] of steps.entries()) {
        await world.write(lines.slice(10 * index, 10 * index + 5));
        step(by);
        await world.write(lines.slice(10 * index + 5, 10 * index + 10));
        await soon(() => expect(reader.lines).toEqual(lines.slice(0, 10 * index + 10)));
      }
      const position = reader.stop();
      await world.write(numbered(41, 5));
      const next = read({ position, clock });
      await soon(() => expect(next.lines).toEqual(numbered(41, 5)));
      expect(next.gaps).toEqual([]);
    });

    test('unsubscribing closes every handle and ends every child, also in mid-read and while the world is absent', async () => {
      const position = await begin();
      await world.write(numbered(1, many));
      const before = openHandles();
      const reader = read({ position, cut: ({ lines }) => lines.length > 0 });
      await soon(() => expect(reader.cutAt).toBeDefined());
      await soon(() => expect(opened(before)).toEqual([]));
      const whole = read({ position: throughJson(reader.cutAt) });
      await soon(() => expect(whole.lines.length + reader.lines.length).toBe(many));
      await world.takeAway();
      await soon(() => expect(whole.source.status().id).toBe(whole.source.id));
      whole.stop();
      await soon(() => expect(opened(before)).toEqual([]));
      await world.bringBack();
    });

    test('a second subscriber takes nothing from the first', async () => {
      const reader = read({ position: await begin() });
      await world.write(numbered(1, 5));
      await soon(() => expect(reader.lines).toHaveLength(5));
      const second = reader.source.batches$.subscribe({ error: () => undefined });
      await world.write(numbered(6, 5));
      await soon(() => expect(reader.lines).toHaveLength(10));
      second.unsubscribe();
      await world.write(numbered(11, 5));
      await soon(() => expect(reader.lines).toEqual(numbered(1, 15)));
      expect(reader.ended).toBeUndefined();
      await expectNothingMore(reader.stop(), 15);
    });

    /** A first start: reads until it knows how it stands, and leaves. */
    async function begin(): Promise<Position> {
      const reader = read({});
      await soon(() => expect(isCovered(reader.coverage.at(-1))).toBe(true));
      return throughJson(reader.stop());
    }

    /** Nothing is left at this position but what is written from now on. */
    async function expectNothingMore(position: Position, written: number): Promise<void> {
      const reader = read({ position });
      const more = numbered(written + 1, 3);
      await world.write(more);
      await soon(() => expect(reader.lines).toEqual(more));
      expect(reader.gaps).toEqual([]);
    }

    function read(options: ReadOptions): Reader {
      const reader = startReader(world, options);
      readers.push(reader);
      return reader;
    }
  });
}

interface ReadOptions {
  readonly position?: Position;
  readonly clock?: SchedulerLike;
  readonly skim?: SourceContext['skim'];
  /** Asked after every batch: whether to take the position and leave. */
  readonly cut?: (reader: Reader) => boolean;
  /** Take the position after every batch. */
  readonly keep?: boolean;
  readonly each?: (batch: readonly Observation[]) => void;
}

/** Somebody who reads from a source and remembers everything. */
interface Reader {
  readonly source: Source;
  readonly lines: string[];
  /** Lines, those in runs included. */
  count: number;
  readonly gaps: Gap[];
  readonly coverage: Coverage[];
  readonly cuts: { readonly position: Position; readonly count: number }[];
  cutAt: Position | undefined;
  /** How it ended, which it must not. */
  ended: string | undefined;
  /** Leaves, and says where. */
  stop(): Position;
}

function startReader(world: SourceWorld, options: ReadOptions): Reader {
  const { position, clock = asyncScheduler, skim, cut, keep, each } = options;
  const source = world.open({ clock, log: silent, ...(skim === undefined ? {} : { skim }) }, position);
  const subscriptions = new Subscription();
  let left: Position | undefined;
  const reader: Reader = {
    source,
    lines: [],
    count: 0,
    gaps: [],
    coverage: [],
    cuts: [],
    cutAt: undefined,
    ended: undefined,
    stop() {
      if (left !== undefined) return left;
      source.flush();
      left = throughJson(source.position());
      subscriptions.unsubscribe();
      return left;
    },
  };
  subscriptions.add(source.coverage$.subscribe((found) => reader.coverage.push(found)));
  const batches = source.batches$.subscribe({
    next: (batch) => {
      if (reader.cutAt !== undefined) return;
      each?.(batch);
      for (const observation of batch) note(reader, observation);
      if (keep === true) reader.cuts.push({ position: throughJson(source.position()), count: reader.count });
      if (cut?.(reader) !== true) return;
      left = reader.cutAt = source.position();
      subscriptions.unsubscribe();
    },
    error: (error: unknown) => void (reader.ended = String(error)),
    complete: () => void (reader.ended = 'completed'),
  });
  subscriptions.add(batches);
  return reader;
}

function note(reader: Reader, observation: Observation): void {
  if (observation.type === 'line') reader.lines.push(observation.text);
  if (observation.type === 'line') reader.count++;
  if (observation.type === 'quiet') reader.count += observation.lines;
  if (observation.type === 'gap') reader.gaps.push(observation);
}

/** Distinct lines, of different lengths. */
export function numbered(from: number, count: number): readonly string[] {
  return Array.from(
    { length: count },
    (_, index) => `line ${from + index} ${'x'.repeat((from + index) % 40)}|`,
  );
}

function throughJson(position: Position | undefined): Position {
  return JSON.parse(JSON.stringify(position)) as Position;
}

const covered: Pick<Coverage, 'blind' | 'unread'> = { blind: false, unread: [] };

function isCovered(coverage: Pick<Coverage, 'blind' | 'unread'> | undefined): boolean {
  return coverage !== undefined && !coverage.blind && coverage.unread.length === 0;
}

function told(coverage: Coverage | undefined): string {
  return JSON.stringify({ ...coverage, at: 0 });
}

/** A clock that goes so much faster: what waits for seconds is not waited for. */
function hasty(factor: number): SchedulerLike {
  const began = Date.now();
  return scheduler(
    () => began + factor * (Date.now() - began),
    (delay) => delay / factor,
  );
}

/** A clock that is set by `step` (milliseconds). */
function stepping(): { readonly clock: SchedulerLike; readonly step: (by: number) => void } {
  let offset = 0;
  return {
    clock: scheduler(
      () => Date.now() + offset,
      (delay) => delay,
    ),
    step: (by) => void (offset += by),
  };
}

/** A clock for which no delay below 10 ms comes to its end: what is gathered stays so. */
function withoutShortDelays(): SchedulerLike {
  return scheduler(Date.now, (delay) => (delay > 0 && delay < 10 ? 2 ** 31 - 1 : delay));
}

function scheduler(now: () => number, real: (delay: number) => number): SchedulerLike {
  return {
    now,
    schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T): Subscription {
      return asyncScheduler.schedule(work, real(delay), state);
    },
  };
}

/** What this process has open that a source can open, and its children, each with how many there are. */
function openHandles(): ReadonlyMap<string, number> {
  const handles = new Map<string, number>();
  const count = (name: string): void => void handles.set(name, (handles.get(name) ?? 0) + 1);
  for (const fd of readdirSync('/proc/self/fd')) {
    const path = `/proc/self/fd/${fd}`;
    try {
      const target = readlinkSync(path);
      // Node keeps the one by which it hears of changes in folders, once it has had it.
      if (target === 'anon_inode:inotify') continue;
      // Sockets and pipes are numbered, and their number says nothing.
      count(target.replace(/:\[\d+\]$/, ''));
    } catch {
      // Closed since it was listed: the descriptor of the listing itself.
    }
  }
  for (const thread of readdirSync('/proc/self/task')) {
    const children = `/proc/self/task/${thread}/children`;
    if (existsSync(children))
      for (const pid of readFileSync(children, 'utf8').split(' ').filter(Boolean)) count(`child ${pid}`);
  }
  return handles;
}

/** What is open now and was not then. */
function opened(before: ReadonlyMap<string, number>): readonly string[] {
  return [...openHandles()].flatMap(([name, now]) => (now > (before.get(name) ?? 0) ? [name] : []));
}
