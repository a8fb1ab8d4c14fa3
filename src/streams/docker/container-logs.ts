import { identityOf } from '../../model.ts';
import { limiter } from '../delay.ts';
import { reasonOf, troubleOf } from './client.ts';
import { type DockerEvent, labelsOf } from './events.ts';
import { followContainer } from './follow-container.ts';
import {
  type Described,
  describeAgain,
  type FollowedContainer,
  savedOf,
  statusOf,
} from './followed-container.ts';
import type { FollowedContainers, LogsParts } from './followed-containers.ts';
import { type Inspected, parseInspected } from './inspected.ts';
import { type Listed, parseList, wanted } from './list.ts';
import type { SavedContainer } from './saved-position.ts';
import { setups } from './setups.ts';
import { trackerFeed } from './tracker-feed.ts';

/** So many containers are looked at, or catch up, at a time. */
const AT_A_TIME = 16;

/** So many of the ended ones, beside those: there may be thousands, and what runs is not to wait for them. */
const ENDED_AT_A_TIME = 4;

/** Follows all containers that are wanted; `saved` is where they were left off. */
export function containerLogs(
  parts: LogsParts,
  saved: Readonly<Record<string, SavedContainer>>,
): FollowedContainers {
  const { source, client, tracker, window, clock, theirs, log, signal } = parts;
  const isWanted = wanted(parts.containers, parts.selfId);
  const followed = new Map<string, FollowedContainer>();
  /** Saved, and not seen again yet: kept until the engine's list shows whether they are still there. */
  const waiting = new Map(Object.entries(saved));
  const withSlot = limiter(AT_A_TIME);
  const withSlotOfEnded = limiter(ENDED_AT_A_TIME);
  const feed = trackerFeed(parts);
  const setup = setups(source);
  let heardAt = clock.now();
  let hasListed = false;
  /** Starts of the past, until the list has shown who is there. */
  const early: (() => void)[] = [];
  const shared = {
    ...parts,
    inspect,
    withSlot,
    followed: () => followed.size,
    heard: () => {
      heardAt = parts.now();
    },
  };

  return {
    event,
    resync,
    flushPending,
    tick: (now) => {
      for (const { log } of followed.values()) log.tick(now);
    },
    down,
    heardAt: () => heardAt,
    status: () =>
      [...followed.values()].map((one) => ({ ...statusOf(one, theirs), ...tracker.life(one.described.id) })),
    snapshot,
  };

  function event(happened: DockerEvent): void {
    const { id, action, name, image } = happened;
    const one = followed.get(id);
    const described = { id, name, image, labels: labelsOf(happened) };
    if (one === undefined && !isWanted(described)) return;
    feed.push(tracker.event(happened));
    if (action === 'start') (one ?? onFirstSeen(described, happened.at))?.log.wake(true);
    else if (action === 'die') void look(id);
    else if (action === 'destroy') one?.log.wake();
    else if (action === 'rename' && one !== undefined) describeAgain(source, one, { ...one.described, name });
  }

  /**
   * A start of a container we do not follow. On the first look ever, what the engine tells of the time before may be long
   * gone: whether it is, the engine decides and no clock, since either may have been set meanwhile.
   */
  function onFirstSeen(described: Described, at: number): FollowedContainer | undefined {
    if (parts.resumed || at >= (theirs.firstAnswer ?? Infinity)) return follow(described, at);
    const lookForIt = () => void withSlot(() => followIfThere(described, at));
    if (hasListed) lookForIt();
    else early.push(lookForIt);
    return undefined;
  }

  async function followIfThere(described: Described, at: number): Promise<void> {
    if (followed.has(described.id) || (await look(described.id)) === undefined) return;
    follow(described, at).log.wake(true);
  }

  /** Resolves once what runs is followed; what has ended is looked at from then on. */
  async function resync(): Promise<void> {
    const there = parseList(await client.call('/containers/json', { all: '1' }));
    forgetAllBut(new Set(there.map(({ id }) => id)));
    const interesting = there.filter(
      (one) => isWanted(one) && (one.running || !one.old || followed.has(one.id) || waiting.has(one.id)),
    );
    const running = interesting.filter((one) => one.running);
    const ended = interesting.filter((one) => !one.running);
    const known = running.filter((one) => followed.has(one.id));
    for (const one of running) follow(one);
    await Promise.all(known.map(({ id }) => withSlot(() => look(id))));
    for (const one of followed.values()) one.log.wake();
    void lookAtEnded(ended);
  }

  async function lookAtEnded(ended: readonly Listed[]): Promise<void> {
    await Promise.all(
      ended.map((one) =>
        withSlotOfEnded(async () => {
          const found = signal.aborted ? undefined : await look(one.id);
          if (signal.aborted) return;
          const recent = found !== undefined && found.finishedAt > theirs.now() - window;
          if (waiting.has(one.id) || recent) follow(one);
        }),
      ),
    );
    hasListed = true;
    for (const lookForIt of early.splice(0)) lookForIt();
  }

  /** Of a container that is gone nothing more can be read. */
  function forgetAllBut(ids: ReadonlySet<string>): void {
    const identities = new Map(tracker.snapshot().runs.map(({ id, container }) => [id, container]));
    for (const [id, before] of waiting) {
      if (ids.has(id)) continue;
      waiting.delete(id);
      giveUp(identities.get(id) ?? identityOf(source, before.name), before);
    }
    for (const id of identities.keys()) if (!ids.has(id)) feed.push(tracker.absent(id, theirs.now()));
  }

  /** Removed while nobody was reading: unless its log had been read to the end, lines may be missing. */
  function giveUp(container: string, { gap, log: { ledger, ended } }: SavedContainer): void {
    const at = theirs.now();
    if (gap !== undefined) parts.emitGap({ type: 'gap', at, source, container, ...gap });
    if (ended === true || ledger.last === undefined) return;
    const reason = 'removed before its last lines could be confirmed';
    parts.emitGap({ type: 'gap', at, source, container, from: ledger.last.at, to: at, reason });
  }

  /** Inspects one container for the tracker. Undefined if that fails, as it does where the container is gone. */
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
    const calledAt = theirs.now();
    const found = parseInspected(await client.call(`/containers/${id}/json`));
    const one = followed.get(id);
    if (one !== undefined) {
      one.driver = found.driver;
      describeAgain(source, one, found);
    }
    if (!isWanted(found)) return found;
    feed.push(tracker.inspected(found, calledAt));
    const made = setup.inspected({ ...found, createdAt: theirs.toOurs(found.createdAt) }, clock.now());
    if (made !== undefined) parts.push(made);
    return found;
  }

  function follow(described: Described, since = theirs.now()): FollowedContainer {
    const { id } = described;
    const known = followed.get(id);
    if (known !== undefined) return known;
    const one = followContainer(shared, described, since, waiting.get(id));
    waiting.delete(id);
    followed.set(id, one);
    void one.log.done.then(() => {
      if (signal.aborted) return;
      flushPending();
      followed.delete(id);
    });
    return one;
  }

  function flushPending(): void {
    feed.flush();
    for (const { gaps } of followed.values()) gaps.flush();
  }

  function down(): readonly { readonly container: string; readonly since: number }[] {
    return [...followed.values()].flatMap(({ container, log }) => {
      const { downSince } = log.status();
      return downSince === undefined ? [] : [{ container, since: downSince }];
    });
  }

  function snapshot(): Readonly<Record<string, SavedContainer>> {
    return Object.fromEntries([...waiting, ...[...followed].map(([id, one]) => [id, savedOf(one)] as const)]);
  }
}
