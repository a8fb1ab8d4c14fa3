import type { Subscription } from 'rxjs';
import { labelProblems } from '../../config/labels.ts';
import { identityOf, type Origin } from '../../model.ts';
import { containerLog } from './container-log.ts';
import { limiter } from '../delay.ts';
import { reasonOf, troubleOf } from './client.ts';
import { type DockerEvent, labelsOf } from './events.ts';
import type { FollowedContainers, LogsParts } from './followed-containers.ts';
import type { ContainerLog } from './followed-log.ts';
import { identity } from './identity.ts';
import { type Inspected, parseInspected } from './inspected.ts';
import { parseList, wanted } from './list.ts';
import type { SavedContainer } from './saved-position.ts';
import type { FollowedStatus } from '../source.ts';
import type { RestartObservation } from './tracker.ts';

/** So many containers are looked at, or catch up, at a time. */
const AT_A_TIME = 16;
/** Gaps of one container no further apart than this (milliseconds) are told as one. */
const SAME_GAP = 5_000;

interface Followed {
  readonly id: string;
  name: string;
  image: string;
  driver: string;
  container: string;
  origins: readonly [Origin, Origin];
  /** Found and not emitted yet: another close to it is joined to it. */
  gap?: { from: number; to: number; readonly reason: string } | undefined;
  readonly log: ContainerLog;
}

/** Follows all containers that are wanted; `saved` is where they were left off. */
export function containerLogs(
  parts: LogsParts,
  saved: Readonly<Record<string, SavedContainer>>,
): FollowedContainers {
  const { source, client, tracker, push, tellGap, engine, window, clock, log, signal } = parts;
  const isWanted = wanted(parts.containers, parts.selfId);
  const followed = new Map<string, Followed>();
  /** Saved, and not seen again yet: kept until a look at the engine tells whether they are still there. */
  const waiting = new Map(Object.entries(saved));
  const withSlot = limiter(AT_A_TIME);
  const began = clock.now();
  let heardAt = began;
  let timer: Subscription | undefined;
  signal.addEventListener('abort', () => timer?.unsubscribe(), { once: true });

  return {
    event,
    resync,
    flushPending,
    tick: (now) => {
      for (const { log } of followed.values()) log.tick(now);
    },
    down,
    heardAt: () => heardAt,
    status: () => [...followed.values()].map(statusOf),
    snapshot,
  };

  function event(happened: DockerEvent): void {
    const { id, action, name, image } = happened;
    const one = followed.get(id);
    const labels = labelsOf(happened);
    if (one === undefined && !isWanted({ id, name, image, labels })) return;
    emitAll(tracker.event(happened));
    if (action === 'start') (one ?? onFirstSeen(happened, labels))?.log.wake(true);
    else if (action === 'die') void look(id);
    else if (action === 'destroy') one?.log.wake();
    else if (action === 'rename' && one !== undefined) describe(one, name, one.image, one.origins[0].labels);
  }

  /** A start of a container we do not follow. On the first look ever, those of the past may be long gone. */
  function onFirstSeen({ at, id, name, image }: DockerEvent, labels: Origin['labels']): Followed | undefined {
    return at < began && !parts.resumed ? undefined : follow(id, name, image, labels, at);
  }

  async function resync(): Promise<void> {
    const there = parseList(await client.call('/containers/json', { all: '1' }));
    const ids = new Set(there.map(({ id }) => id));
    for (const { id } of tracker.snapshot().runs) if (!ids.has(id)) emitAll(tracker.absent(id, clock.now()));
    for (const id of waiting.keys()) if (!ids.has(id)) waiting.delete(id);
    const interesting = there.filter(
      (one) => isWanted(one) && (one.running || !one.old || followed.has(one.id) || waiting.has(one.id)),
    );
    await Promise.all(
      interesting.map(({ id, name, image, labels, running }) =>
        withSlot(async () => {
          const found = running && !followed.has(id) ? undefined : await look(id);
          const recent = found !== undefined && found.finishedAt > clock.now() - window;
          if (running || waiting.has(id) || recent) follow(id, name, image, labels);
        }),
      ),
    );
    for (const one of followed.values()) one.log.wake();
  }

  /** Asks the engine about one container and passes on what it says. Undefined if it is gone. */
  async function look(id: string): Promise<Inspected | undefined> {
    try {
      return await inspect(id);
    } catch (error) {
      const kind = troubleOf(error);
      if (kind !== 'gone' && kind !== 'down')
        log.warn({ id, reason: reasonOf(error) }, 'looking at a container failed');
      return undefined;
    }
  }

  async function inspect(id: string): Promise<Inspected> {
    const asked = clock.now();
    const found = parseInspected(await client.call(`/containers/${id}/json`));
    const one = followed.get(id);
    if (one !== undefined) {
      one.driver = found.driver;
      describe(one, found.name, found.image, found.labels);
    }
    if (isWanted(found)) emitAll(tracker.inspected(found, asked));
    return found;
  }

  function follow(
    id: string,
    name: string,
    image: string,
    labels: Origin['labels'],
    since = clock.now(),
  ): Followed {
    const known = followed.get(id);
    if (known !== undefined) return known;
    const before = waiting.get(id);
    waiting.delete(id);
    const container = identityOf(source, identity(name, labels));
    const one: Followed = {
      id,
      name,
      image,
      driver: '',
      container,
      origins: originsOf({ id, source, container, labels, image }),
      gap: before?.gap && { ...before.gap },
      log: containerLog(
        {
          client,
          id,
          name: () => one.container,
          inspect: () => inspect(id),
          engine,
          withSlot,
          line: (stream, ts, at, text) => {
            heardAt = parts.now();
            push({ type: 'line', origin: one.origins[stream], ts, at, text });
          },
          quiet: (stream, at) => {
            heardAt = parts.now();
            parts.quiet(one.origins[stream], at);
          },
          skim: parts.skim,
          lost: (from, to, reason) => noteGap(one, from, to, reason),
          now: parts.now,
          followed: () => followed.size,
          clock,
          log,
          since,
          floor: before === undefined ? clock.now() - window : undefined,
        },
        before?.log,
      ),
    };
    followed.set(id, one);
    for (const problem of labelProblems(labels)) log.warn({ container, problem }, 'a label is not usable');
    signal.addEventListener('abort', () => one.log.close(), { once: true });
    void one.log.done.then(() => {
      if (signal.aborted) return;
      flushPending();
      followed.delete(id);
    });
    return one;
  }

  function describe(one: Followed, name: string, image: string, labels: Origin['labels']): void {
    const container = identityOf(source, identity(name, labels));
    const known = one.container === container && sameLabels(one.origins[0].labels, labels);
    if (known && one.name === name && one.image === image) return;
    one.name = name;
    one.image = image;
    one.container = container;
    one.origins = originsOf({ id: one.id, source, container, labels, image });
  }

  function noteGap(one: Followed, from: number, to: number, reason: string): void {
    const { gap } = one;
    if (gap?.reason === reason && from <= gap.to + SAME_GAP) {
      gap.to = Math.max(gap.to, to);
      return;
    }
    sayGap(one);
    one.gap = { from, to, reason };
  }

  function sayGap(one: Followed): void {
    const { gap, container } = one;
    if (gap === undefined) return;
    delete one.gap;
    tellGap({ type: 'gap', at: clock.now(), source, container, ...gap });
  }

  function emitAll(findings: readonly RestartObservation[]): void {
    for (const finding of findings) push(finding);
    arm();
  }

  /** One timer for the nearest start that waits to be explained. */
  function arm(): void {
    timer?.unsubscribe();
    const next = tracker.nextDue();
    if (next === undefined || signal.aborted) return;
    timer = clock.schedule(() => emitAll(tracker.due(clock.now())), Math.max(0, next - clock.now()) + 1);
  }

  function flushPending(): void {
    for (const finding of tracker.due(clock.now())) push(finding);
    for (const one of followed.values()) sayGap(one);
  }

  function down(): readonly { readonly container: string; readonly since: number }[] {
    return [...followed.values()].flatMap(({ container, log }) => {
      const { downSince } = log.status();
      return downSince === undefined ? [] : [{ container, since: downSince }];
    });
  }

  function snapshot(): Readonly<Record<string, SavedContainer>> {
    return Object.fromEntries([
      ...waiting,
      ...[...followed.values()].map((one) => [one.id, savedOf(one)] as const),
    ]);
  }
}

function savedOf({ name, log, gap }: Followed): SavedContainer {
  return { name, log: log.snapshot(), ...(gap === undefined ? {} : { gap: { ...gap } }) };
}

function statusOf({ id, name, container, image, driver, origins, log }: Followed): FollowedStatus {
  const status = log.status();
  const warnings = [...labelProblems(origins[0].labels), ...status.warnings];
  return { ...status, id, name, container, image, driver, warnings };
}

function originsOf(shared: Omit<Origin, 'stream'>): readonly [Origin, Origin] {
  return [
    { ...shared, stream: 'stdout' },
    { ...shared, stream: 'stderr' },
  ];
}

function sameLabels(a: Origin['labels'], b: Origin['labels']): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
