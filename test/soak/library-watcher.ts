import { setTimeout as wait } from 'node:timers/promises';
import { asyncScheduler, type Subscription } from 'rxjs';
import { configSchema } from '../../src/config/config.ts';
import type { Gap, Observation } from '../../src/model.ts';
import { dockerSource } from '../../src/streams/docker/docker-source.ts';
import type { Endpoint } from '../../src/streams/docker/endpoint.ts';
import type { Position, Source } from '../../src/streams/source.ts';
import type { Watcher } from './watcher.ts';

const CHECKPOINT = 500;

/** The streams alone: counts and cursors are saved together every half second, as the daemon's store does. */
export function libraryWatcher(endpoint: Endpoint): Watcher {
  const lines = new Map<string, Map<string, number>>();
  const gaps: Gap[] = [];
  let uncommitted: Observation[] = [];
  let saved: string | undefined;
  let source: Source | undefined;
  let subscription: Subscription | undefined;
  let timer: NodeJS.Timeout | undefined;

  return { begin, kill, settle };

  function begin(): Promise<void> {
    const position = saved === undefined ? undefined : (JSON.parse(saved) as Position);
    const say = (facts: object, message: string) => {
      if (process.env['SOAK_LOG'] !== undefined) console.error(message, JSON.stringify(facts));
    };
    source = dockerSource(
      { id: 'docker', endpoint },
      {
        config: configSchema.parse({ restarts: { count: ['crash'] } }),
        clock: asyncScheduler,
        log: { error: say, warn: say, info: say },
      },
      position,
    );
    subscription = source.batches$.subscribe((batch) => uncommitted.push(...batch));
    timer = setInterval(commit, CHECKPOINT);
    return Promise.resolve();
  }

  function commit(): void {
    source?.flush();
    saved = JSON.stringify(source?.position());
    for (const one of uncommitted) {
      if (one.type === 'gap') gaps.push(one);
      if (one.type !== 'line') continue;
      const { container } = one.origin;
      const counts = lines.get(container) ?? new Map<string, number>();
      lines.set(container, counts);
      counts.set(one.text, (counts.get(one.text) ?? 0) + 1);
    }
    uncommitted = [];
  }

  function kill(): Promise<void> {
    clearInterval(timer);
    subscription?.unsubscribe();
    uncommitted = [];
    return Promise.resolve();
  }

  async function settle(written: Parameters<Watcher['settle']>[0]): ReturnType<Watcher['settle']> {
    const expected = written.reduce(
      (sum, { runs }) => sum + [...runs.values()].reduce((a, b) => a + b, 0),
      0,
    );
    let before = -1;
    for (let quiet = 0; quiet < 10;) {
      commit();
      const counted = [...lines.values()].reduce((sum, counts) => sum + counts.size, 0);
      quiet = counted === before ? quiet + 1 : 0;
      if (counted >= expected && quiet >= 3) break;
      before = counted;
      await wait(1_000);
    }
    commit();
    await kill();
    return { lines, gaps };
  }
}
