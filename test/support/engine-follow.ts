import { appendFileSync } from 'node:fs';
import type { Subscription } from 'rxjs';
import type { Gap, Line, Observation, Signal } from '../../src/model.ts';
import type { Endpoint } from '../../src/streams/docker/endpoint.ts';
import {
  followDocker,
  type FollowOptions,
  type FollowState,
  type LiveStream,
} from '../../src/streams/docker/follow-docker.ts';

/** A follower under test, and everything it has said. */
export interface Follower {
  readonly stream: LiveStream;
  readonly lines: readonly Line[];
  readonly seen: readonly Observation[];
  /** What it logged, as `level message {facts}`. */
  readonly log: readonly string[];
  /** Texts of one container's lines, by identity. */
  texts(container: string): string[];
  count(container: string): number;
  signals(kind?: string): Signal[];
  gaps(): Gap[];
  /** Resolves once the condition holds after a batch or a tick; rejects with `what` and the log after `within` ms. */
  until(what: string, condition: () => boolean, within?: number): Promise<void>;
  stop(): FollowState;
}

/** Begins to follow an engine; `before` goes on from a state, through JSON as the store would keep it. */
export function follower(
  endpoint: Endpoint,
  options: Partial<FollowOptions> & { readonly before?: FollowState } = {},
): Follower {
  const { before, ...rest } = options;
  const log: string[] = [];
  const say = (level: string) => (facts: object, message: string) => {
    log.push(`${level} ${message} ${JSON.stringify(facts)}`);
    const file = process.env['ENGINE_TEST_LOG'];
    if (file !== undefined) appendFileSync(file, `${new Date().toISOString()} ${log.at(-1) ?? ''}\n`);
  };
  const lines: Line[] = [];
  const seen: Observation[] = [];
  const counts = new Map<string, number>();
  const watchers = new Set<() => void>();
  const stream = followDocker({
    endpoint,
    containers: { include: ['*'], exclude: [], images: ['**'] },
    window: 3_600_000,
    restarts: { count: ['crash', 'policy', 'oom'] },
    log: { error: say('error'), warn: say('warn'), info: say('info'), debug: say('debug') },
    ...(before === undefined ? {} : { saved: JSON.parse(JSON.stringify(before)) as FollowState }),
    ...rest,
  });
  const subscription: Subscription = stream.observations$.subscribe((batch) => {
    for (const observation of batch) {
      if (observation.type === 'line') {
        lines.push(observation);
        const { container } = observation.origin;
        counts.set(container, (counts.get(container) ?? 0) + 1);
      } else seen.push(observation);
    }
    for (const look of watchers) look();
  });
  return {
    stream,
    lines,
    seen,
    log,
    texts: (container) =>
      lines.filter(({ origin }) => origin.container === container).map(({ text }) => text),
    count: (container) => counts.get(container) ?? 0,
    signals: (kind) =>
      seen.filter((one): one is Signal => one.type === 'signal' && (kind === undefined || one.kind === kind)),
    gaps: () => seen.filter((one): one is Gap => one.type === 'gap'),
    until: (what, condition, within = 20_000) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!condition()) return;
          end();
          resolve();
        };
        const end = () => {
          watchers.delete(look);
          clearInterval(ticks);
          clearTimeout(late);
        };
        const ticks = setInterval(look, 50);
        const late = setTimeout(() => {
          end();
          const counted = JSON.stringify(Object.fromEntries(counts));
          reject(new Error(`not within ${within} ms: ${what}; lines ${counted}; log:\n${log.join('\n')}`));
        }, within);
        watchers.add(look);
        look();
      }),
    stop: () => {
      const state = stream.snapshot();
      subscription.unsubscribe();
      return state;
    },
  };
}
