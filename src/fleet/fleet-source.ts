import { firstValueFrom, merge, Observable, repeat, Subject, timer } from 'rxjs';
import * as z from 'zod';
import type { FleetConfig } from '../config/config.ts';
import { type Coverage, type Gap, identityOf, type Observation } from '../model.ts';
import { batch } from '../streams/batch.ts';
import type { Position, Source, SourceContext } from '../streams/source.ts';
import { admit, type Marker, marker } from './admit.ts';
import { follow, type From } from './follow.ts';
import { type HostHeard, UNKNOWN_AFTER } from './hosts.ts';
import { type Link, openLink, parsed } from './link.ts';
import { hostOf, namesOf } from './names.ts';
import { evidenceMessage, heartbeatMessage } from './protocol.ts';

/** The id of the fleet as a source, and what hosts are read from: each is a source of its own evidence. */
export const FLEET = 'fleet';

/** How often it is looked which hosts are silent, and how long after a failure it is tried again, in milliseconds. */
const LOOK = 5_000;
const RETRY = 2_000;

/** How many gaps are kept to be shown. */
const GAPS = 20;

const place = z.object({ created: z.string(), seq: z.number() });

/** The evidence of all hosts, in the order in which the broker has it, and which hosts are heard. */
export interface FleetSource extends Source {
  readonly hosts: () => readonly HostHeard[];
}

/**
 * Reads what the hosts of a fleet publish. A container is told from those of other hosts by its identity (`HOST:NAME`);
 * a host is itself a container (`HOST`) that runs while it is heard. What of a host was lost on the way is a gap.
 */
export function fleetSource(
  config: FleetConfig,
  { clock, log }: SourceContext,
  position?: Position,
): FleetSource {
  const names = namesOf(config.name);
  const coverage$ = new Subject<Coverage>();
  const markers = markersIn(position);
  const heard = new Map<string, HostHeard>();
  const told = new Map<string, string>();
  const silent = new Set<string>();
  const unreadable = new Set<string>();
  const lastAt = new Map<string, number>();
  const gaps: Gap[] = [];
  let from: From | undefined = place.safeParse(position?.shared).data;
  let emitted: Position = positionOf(markers, from);
  let link: Link | undefined;
  let upSince: number | undefined;
  let downSince = clock.now();
  let problem = 'not connected yet';
  let coverage: Coverage | undefined;
  let heardAt = clock.now();
  let flush = (): void => undefined;

  const batches$ = new Observable<readonly Observation[]>((subscriber) => {
    const stop$ = new Subject<void>();
    const stopping = new AbortController();
    const gathered = batch((observations) => {
      emitted = positionOf(markers, from);
      subscriber.next(observations);
    }, clock);
    ({ flush } = gathered);
    const looking = timer(LOOK, clock)
      .pipe(repeat())
      .subscribe(() => look(gathered.push));
    void run().catch((error: unknown) => subscriber.error(error));
    return () => {
      stopping.abort();
      stop$.next();
      looking.unsubscribe();
      gathered.close();
      void link?.close().catch(() => undefined);
    };

    async function run(): Promise<void> {
      while (!stopping.signal.aborted) {
        try {
          link = await openLink(config, true);
          await read(link);
        } catch (error) {
          lost(error instanceof Error ? error.message : String(error));
        }
        await link?.close().catch(() => undefined);
        link = undefined;
        await firstValueFrom(merge(timer(RETRY, clock), stop$), { defaultValue: undefined });
      }
    }

    async function read(open: Link): Promise<void> {
      up();
      void (async () => {
        for await (const { type } of open.connection.status()) {
          if (type === 'disconnect') lost('the connection to the server is lost');
          if (type === 'reconnect') up();
        }
      })();
      const shared = { link: open, clock, stop$ };
      await Promise.race([
        follow({
          ...shared,
          stream: names.evidence.stream,
          from,
          take: ({ subject, seq, data }, created) => {
            from = { created, seq };
            take(hostOf(subject), parsed(new TextDecoder().decode(data)), gathered.push);
          },
        }),
        follow({
          ...shared,
          stream: names.heartbeats.stream,
          from: undefined,
          lastOnly: true,
          take: ({ subject, data, time, info }) => {
            // What was there before is as old as the broker says, whatever comes then is heard now.
            const at = info.pending > 0 ? Math.min(clock.now(), time.getTime()) : clock.now();
            hear(hostOf(subject), parsed(new TextDecoder().decode(data)), at, time.getTime(), gathered.push);
          },
        }),
      ]);
    }
  });

  function take(host: string, content: unknown, push: (observation: Observation) => void): void {
    const message = evidenceMessage.safeParse(content);
    if (!message.success) {
      unread(host);
      return;
    }
    const { fresh, missing, isAnother, ...now } = admit(markers.get(host), message.data);
    markers.set(host, now.marker);
    if (isAnother)
      log.error({ host }, 'another daemon than before goes by this name; what it sends is counted apart');
    const until = fresh[0]?.at ?? clock.now();
    for (const hole of missing) {
      const gap: Gap = {
        type: 'gap',
        at: clock.now(),
        source: host,
        container: host,
        from: Math.min(lastAt.get(host) ?? until, until),
        to: until,
        reason: `evidence of ${host} was lost on its way (${hole.to - hole.from + 1} batches)`,
      };
      gaps.push(gap);
      gaps.splice(0, gaps.length - GAPS);
      push(gap);
    }
    for (const { at, items } of fresh) {
      lastAt.set(host, at);
      heardAt = clock.now();
      for (const { count, container, image, ...item } of items) {
        const signal = {
          ...item,
          type: 'signal',
          source: host,
          container: identityOf(host, container),
          labels: {},
          rule: FLEET,
          ...(image !== undefined && { image }),
        } as const;
        for (let n = 0; n < count; n++) push(signal);
      }
    }
  }

  function unread(host: string): void {
    if (unreadable.has(host)) return;
    unreadable.add(host);
    log.warn({ host }, 'what this host sends cannot be read, it may be of a later version: it is left out');
  }

  function hear(
    host: string,
    content: unknown,
    at: number,
    stored: number,
    push: (observation: Observation) => void,
  ): void {
    const message = heartbeatMessage.safeParse(content);
    if (!message.success) {
      unread(host);
      return;
    }
    heard.set(host, { host, heartbeat: message.data, heardAt: at, ahead: message.data.at - stored });
    if (clock.now() - at <= UNKNOWN_AFTER) wellAgain(host, at, push);
    cover(host, message.data.unread.join('; '));
  }

  function wellAgain(host: string, at: number, push: (observation: Observation) => void): void {
    if (silent.has(host) || !told.has(host)) push(presence(host, at, true));
    silent.delete(host);
  }

  /** Silence is judged only where we have been listening for as long as it must last. */
  function look(push: (observation: Observation) => void): void {
    const now = clock.now();
    if (upSince === undefined || now - upSince <= UNKNOWN_AFTER) return;
    for (const { host, heardAt: at } of heard.values()) {
      if (now - at <= UNKNOWN_AFTER || silent.has(host)) continue;
      silent.add(host);
      push(presence(host, now, false));
      cover(host, `nothing is heard of ${host}`);
    }
  }

  function presence(host: string, at: number, isUp: boolean): Observation {
    const sleeps = config.hosts[host]?.sleeps === true;
    return {
      type: 'container',
      at,
      source: FLEET,
      id: host,
      container: host,
      labels: {},
      state: isUp ? 'running' : 'exited',
      healthy: true,
      stoppedByOperator: false,
      expectedExit: sleeps,
      ...(!isUp && { how: 'nothing is heard of this host' }),
    };
  }

  /** Each change of what is known of a host is told once. */
  function cover(host: string, reason: string): void {
    if (told.get(host) === reason) return;
    told.set(host, reason);
    coverage$.next({
      type: 'coverage',
      at: clock.now(),
      source: host,
      blind: reason !== '',
      unread: [],
      reason,
    });
  }

  function up(): void {
    upSince = clock.now();
    problem = '';
    coverage = { type: 'coverage', at: upSince, source: FLEET, blind: false, unread: [], reason: '' };
    coverage$.next(coverage);
  }

  function lost(reason: string): void {
    if (problem === reason) return;
    problem = reason;
    upSince = undefined;
    downSince = clock.now();
    coverage = { type: 'coverage', at: downSince, source: FLEET, blind: true, unread: [], reason };
    coverage$.next(coverage);
  }

  return {
    id: FLEET,
    batches$,
    flush: () => flush(),
    position: () => emitted,
    coverage$,
    hosts: () => [...heard.values()],
    status: () => ({
      id: FLEET,
      kind: FLEET,
      endpoint: `${config.name} at ${config.url}`,
      connection:
        upSince === undefined
          ? { state: 'down', since: downSince, reason: problem }
          : { state: 'up', since: upSince },
      coverage,
      containers: [],
      gaps,
      restarts: [],
      heardAt,
    }),
  };
}

function positionOf(markers: ReadonlyMap<string, Marker>, from: From | undefined): Position {
  return {
    parts: Object.fromEntries([...markers].map(([host, { id, epoch, seq }]) => [host, { id, epoch, seq }])),
    ...(from !== undefined && { shared: { created: from.created, seq: from.seq } }),
  };
}

function markersIn(position: Position | undefined): Map<string, Marker> {
  const markers = new Map<string, Marker>();
  for (const [host, value] of Object.entries(position?.parts ?? {})) {
    const known = marker.safeParse(value);
    if (known.success) markers.set(host, known.data);
  }
  return markers;
}
