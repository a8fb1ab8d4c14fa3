import { appendFileSync } from 'node:fs';
import { asyncScheduler, type SchedulerLike, type Subscription } from 'rxjs';
import { configSchema } from '../../src/config/config.ts';
import type { Coverage, Gap, Line, Observation, Signal } from '../../src/model.ts';
import { dockerSource } from '../../src/streams/docker/docker-source.ts';
import type { Endpoint } from '../../src/streams/docker/endpoint.ts';
import type { Position, Source } from '../../src/streams/source.ts';

/** A follower under test, and everything it has said. */
export interface Follower {
  readonly source: Source;
  readonly lines: readonly Line[];
  readonly seen: readonly Observation[];
  /** What it has told of what is being read. */
  readonly coverage: readonly Coverage[];
  /** What it logged, as `level message {facts}`. */
  readonly log: readonly string[];
  /** Texts of one container's lines, by identity. */
  texts(container: string): string[];
  count(container: string): number;
  signals(kind?: string): Signal[];
  gaps(): Gap[];
  /**
   * Resolves once the condition holds after a batch or a tick. Rejects with `what` and the log if nothing has come for
   * `within` ms, or if the condition does not hold after three times as long, whatever comes: on a busy machine the engine
   * takes long as well, and what goes on is waited for.
   */
  until(what: string, condition: () => boolean, within?: number): Promise<void>;
  /** Where it is once it has emitted what was gathered, through JSON as the store would keep it. */
  checkpoint(): Position;
  /** Stops at a checkpoint. */
  stop(): Position;
}

export interface FollowerOptions {
  /** Where an earlier one was. */
  readonly before?: Position;
  /** The id of the source. */
  readonly id?: string;
  readonly clock?: SchedulerLike;
  /** The causes that become restart signals. */
  readonly restarts?: readonly string[];
}

/** Begins to follow an engine; `before` is where an earlier follower was. */
export function follower(
  endpoint: Endpoint,
  {
    before,
    id = 'docker',
    restarts = ['crash', 'policy', 'oom'],
    clock = asyncScheduler,
  }: FollowerOptions = {},
): Follower {
  const log: string[] = [];
  const say = (level: string) => (facts: object, message: string) => {
    log.push(`${level} ${message} ${JSON.stringify(facts)}`);
    const file = process.env['ENGINE_TEST_LOG'];
    if (file !== undefined) appendFileSync(file, `${new Date().toISOString()} ${log.at(-1) ?? ''}\n`);
  };
  const lines: Line[] = [];
  const seen: Observation[] = [];
  const coverage: Coverage[] = [];
  const counts = new Map<string, number>();
  const watchers = new Set<() => void>();
  let cameAt = performance.now();
  const came = (): void => {
    cameAt = performance.now();
    for (const look of watchers) look();
  };
  const source = dockerSource(
    { id, endpoint },
    {
      config: configSchema.parse({ window: '1h', restarts: { count: restarts } }),
      clock,
      log: { error: say('error'), warn: say('warn'), info: say('info') },
    },
    before,
  );
  const subscription: Subscription = source.coverage$.subscribe((told) => {
    coverage.push(told);
    came();
  });
  const reading = source.batches$.subscribe((batch) => {
    for (const observation of batch) {
      if (observation.type === 'line') {
        lines.push(observation);
        const { container } = observation.origin;
        counts.set(container, (counts.get(container) ?? 0) + 1);
      } else seen.push(observation);
    }
    came();
  });
  subscription.add(reading);
  return {
    source,
    lines,
    seen,
    coverage,
    log,
    texts: (container) =>
      lines.filter(({ origin }) => origin.container === container).map(({ text }) => text),
    count: (container) => counts.get(container) ?? 0,
    signals: (kind) =>
      seen.filter((one): one is Signal => one.type === 'signal' && (kind === undefined || one.kind === kind)),
    gaps: () => seen.filter((one): one is Gap => one.type === 'gap'),
    until: (what, condition, within = 20_000) =>
      new Promise((resolve, reject) => {
        const began = performance.now();
        const look = () => {
          if (!condition()) return;
          end();
          resolve();
        };
        const end = () => {
          watchers.delete(look);
          clearInterval(ticks);
        };
        const ticks = setInterval(() => {
          look();
          const now = performance.now();
          if (now - began < within || (now - cameAt < within && now - began < 3 * within)) return;
          end();
          const counted = JSON.stringify(Object.fromEntries(counts));
          const waited = Math.round(now - began);
          reject(new Error(`not within ${waited} ms: ${what}; lines ${counted}; log:\n${log.join('\n')}`));
        }, 50);
        watchers.add(look);
        look();
      }),
    checkpoint,
    stop: () => {
      const position = checkpoint();
      subscription.unsubscribe();
      return position;
    },
  };

  function checkpoint(): Position {
    source.flush();
    return JSON.parse(JSON.stringify(source.position())) as Position;
  }
}
