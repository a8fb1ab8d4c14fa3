import type { IncomingMessage } from 'node:http';
import type { SchedulerLike } from 'rxjs';
import { backoff, delay, gate } from '../delay.ts';
import { type DockerClient, reasonOf, troubleOf } from './client.ts';
import { EndpointError } from './endpoint-error.ts';
import { type EngineClock, NOTABLE_OFFSET } from './engine-clock.ts';
import { ACTIONS, type DockerEvent, parseEvent } from './events.ts';
import type { Log } from '../../log.ts';
import type { Connection } from '../source.ts';
import type { EventsState } from './saved-position.ts';

/** The interval of heartbeats to an engine, in milliseconds: streams of one that hangs are silent, and nothing else. */
const HEARTBEAT = 20_000;

/** An engine that does not answer for so long is away, in milliseconds. */
const ANSWER_WITHIN = 10_000;

/** An event stream that lived this long was cut for a reason of its own (an idle proxy): come back at once. */
const HEALTHY = 1_000;

/** Every connection requests the events of this much time once more; those that are known are dropped. */
const OVERLAP_NANOS = 1_000_000_000n;

/** Nanoseconds of a millisecond. */
const NANOS = 1_000_000n;

/** So many events are remembered to know them again: the engine itself keeps 256. */
const REMEMBERED = 300;

export interface WatchParts {
  readonly client: DockerClient;
  /** How far back the events of the very first connection begin, in milliseconds. */
  readonly window: number;
  /** The engine's clock. */
  readonly theirs: EngineClock;
  readonly event: (event: DockerEvent) => void;
  /** A new connection: see what is there now. Events go on coming meanwhile. */
  readonly resync: () => Promise<void>;
  /** `at` in the engine's time. */
  readonly change: (change: 'lost' | 'back', at: number) => void;
  /** What it answers to `/version`, at every sign of life. */
  readonly answered: (version: unknown) => void;
  readonly clock: SchedulerLike;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/**
 * The connection to the engine as a supervised state: its event stream, opened again whenever it ends, first the
 * events and then a look at everything, because events may be missed. Not there, refused, reset, busy, silent: all
 * of them mean waiting and coming back. Says each change once.
 */
export interface EngineWatch {
  /** Resolves when the engine can be reached. */
  reachable(signal: AbortSignal): Promise<void>;
  readonly connection: () => Connection;
  /** Since when there has been no event stream; undefined while there is one. */
  downSince(): number | undefined;
  snapshot(): EventsState;
  readonly done: Promise<void>;
}

export function engineWatch(parts: WatchParts, saved?: EventsState): EngineWatch {
  const { client, clock, theirs, log, signal } = parts;
  const door = gate();
  const wait = backoff(100, 5_000);
  const recent = new Set(saved?.recent);
  let nano = saved?.nano;
  let downSince: number | undefined = clock.now();
  let now: Connection = { state: 'connecting', since: clock.now() };
  /** The time is being asked for. */
  let isAsking = false;
  const stopped = () => signal.aborted;
  const done = run();
  return {
    reachable: (waiting) => door.passed(waiting),
    connection: () => now,
    downSince: () => downSince,
    snapshot: () => ({ ...(nano === undefined ? {} : { nano }), recent: [...recent] }),
    done,
  };

  async function run(): Promise<void> {
    while (!stopped()) {
      const began = clock.now();
      const failure = await connect();
      if (stopped()) return;
      if (downSince === undefined) {
        downSince = clock.now();
        parts.change('lost', theirs.now());
      }
      const cut = now.state === 'up' && clock.now() - began > HEALTHY && failure === undefined;
      if (!cut && failure !== undefined) down(reasonOf(failure.error), failure.error);
      if (!cut) await delay(wait.next(), clock, signal);
    }
  }

  /** One connection, from its opening to its end. Resolves with what it failed with; undefined if it had been up and was cut. */
  async function connect(): Promise<{ readonly error: unknown } | undefined> {
    const stop = new AbortController();
    const both = AbortSignal.any([signal, stop.signal]);
    try {
      await alive(both);
      const answer = await client.stream('/events', { filters: FILTERS, since: sinceText() }, both);
      const reading = readEvents(answer, both);
      try {
        await parts.resync();
        if (stopped()) return undefined;
        up();
        heartbeat(stop).catch(() => stop.abort());
        await reading;
      } finally {
        stop.abort();
        answer.destroy();
        await reading;
      }
      return undefined;
    } catch (error) {
      return { error };
    }
  }

  function up(): void {
    if (downSince !== undefined) parts.change('back', theirs.now());
    downSince = undefined;
    wait.reset();
    if (now.state !== 'up') {
      const { state, since } = now;
      log.info(state === 'down' ? { after: clock.now() - since } : {}, 'connected to the Docker Engine');
      now = { state: 'up', since: clock.now() };
    }
    door.open();
  }

  function down(reason: string, error: unknown): void {
    door.close();
    if (now.state !== 'down') {
      now = { state: 'down', since: clock.now(), reason };
      const remedy = error instanceof EndpointError ? { remedy: error.remedy } : {};
      log.warn({ reason, ...remedy }, 'the Docker Engine cannot be reached; waiting for it');
    } else if (now.reason !== reason) now = { ...now, reason };
  }

  /** Any answer at all means that the engine lives. */
  async function alive(both: AbortSignal): Promise<void> {
    const answered = client.call('/version').then(
      (version) => {
        parts.answered(version);
        return true;
      },
      (error: unknown) => {
        if (troubleOf(error) === 'down') throw error;
        return true;
      },
    );
    const late = delay(ANSWER_WITHIN, clock, both).then(() => false);
    if (!(await Promise.race([answered, late]))) {
      answered.catch(() => undefined);
      throw new Error(`no answer within ${ANSWER_WITHIN / 1_000} s`);
    }
  }

  async function heartbeat(stop: AbortController): Promise<void> {
    for (;;) {
      await delay(HEARTBEAT, clock, stop.signal);
      if (stop.signal.aborted || stopped()) return;
      await alive(stop.signal);
    }
  }

  /**
   * From the last event on. If that is still to come by the engine's clock, it has been set back: what has happened since
   * then cannot be told from what is known but by comparing.
   */
  function sinceText(): string {
    const now = theirs.now();
    const last = nano === undefined ? undefined : BigInt(nano);
    const isPast = last !== undefined && last < BigInt(Math.ceil(now + NOTABLE_OFFSET)) * NANOS;
    const from = isPast ? last - OVERLAP_NANOS : BigInt(Math.floor(now - parts.window)) * NANOS;
    const text = `${from > 0n ? from : 0n}`.padStart(10, '0');
    return `${text.slice(0, -9)}.${text.slice(-9)}`;
  }

  /** Resolves when the stream ends, in whatever way. Never paused: a slow reader slows the whole engine. */
  function readEvents(answer: IncomingMessage, both: AbortSignal): Promise<void> {
    let rest = '';
    answer.setEncoding('utf8');
    answer.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      if (!both.aborted) for (const line of lines) take(line);
    });
    return new Promise((resolve) => {
      answer.on('error', () => undefined);
      answer.on('close', resolve);
    });
  }

  function take(text: string): void {
    const event = parseEvent(text);
    if (event === undefined) return;
    const key = `${event.nano} ${event.id} ${event.action}`;
    if (recent.has(key)) return;
    recent.add(key);
    if (recent.size > REMEMBERED) for (const oldest of recent.values().take(1)) recent.delete(oldest);
    if (nano === undefined || event.nano > nano) nano = event.nano;
    parts.event(event);
    if (downSince === undefined) void doubt(event);
  }

  /** What happens now, at another time than the engine's clock should show: one of the clocks has been set. */
  async function doubt({ at }: DockerEvent): Promise<void> {
    if (isAsking || Math.abs(at - theirs.now()) < NOTABLE_OFFSET) return;
    isAsking = true;
    await client.call('/version').catch(() => undefined);
    isAsking = false;
  }
}

const FILTERS = JSON.stringify({ type: ['container'], event: [...ACTIONS] });
