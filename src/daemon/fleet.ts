import { createHash, randomUUID } from 'node:crypto';
import { EMPTY, type Observable } from 'rxjs';
import type { Status } from '../control/status.ts';
import { type MemberStatus, publisher, type Vitals } from '../fleet/publisher.ts';
import { type Rows, sender } from '../fleet/sender.ts';
import type { Step } from '../incidents/reducer-context.ts';
import type { Observer } from '../operators/observe.ts';
import { VERSION } from '../version.ts';
import type { DaemonOptions } from './daemon-options.ts';
import type { World } from './open-world.ts';

/** The daemon as a member of a fleet; of none, it passes everything on as it is and costs nothing. */
export interface Member {
  /** The observer, with the fleet hearing of what it sees. */
  readonly beside: (observer: Observer) => Observer;
  /** What has to be stored with a step, so that the fleet hears of it exactly once. */
  readonly rows: (step: Step) => Rows | undefined;
  /** What `rows` gave is on disk. */
  readonly stored: () => void;
  /** Publishes while it is subscribed to. */
  readonly running$: Observable<unknown>;
  /** Undefined without a fleet. */
  readonly status: () => MemberStatus | undefined;
}

const ALONE: Member = {
  beside: (observer) => observer,
  rows: () => undefined,
  stored: () => undefined,
  running$: EMPTY,
  status: () => undefined,
};

/** The member that the settings ask for; a dry run is none. `status` is what it tells the fleet of the host. */
export function fleetMember(
  { config, dryRun }: Pick<DaemonOptions, 'config' | 'dryRun'>,
  { clock, log, store }: Pick<World, 'clock' | 'log' | 'store'>,
  status: () => Status,
): Member {
  if (config.fleet.url === '' || dryRun) return ALONE;
  const sending = sender(store.fleet(), randomUUID);
  const settings = createHash('sha256').update(JSON.stringify(config)).digest('hex').slice(0, 12);
  const publishing = publisher({
    config: config.fleet,
    name: config.name,
    run: randomUUID(),
    sender: sending,
    vitals: () => vitalsOf(status(), settings),
    clock,
    log,
  });
  return {
    beside: (observer) => ({
      see: (item) => {
        sending.see(item, clock.now());
        return observer.see(item);
      },
      get found$() {
        return observer.found$;
      },
    }),
    rows: (step) => sending.rows(step, clock.now()),
    stored: () => sending.stored(),
    running$: publishing.running$,
    status: publishing.status,
  };
}

function vitalsOf({ at, startedAt, blind, window, incidents }: Status, settings: string): Vitals {
  return {
    at,
    since: startedAt,
    version: VERSION,
    settings,
    unread: blind === undefined ? [] : [blind],
    counts: window.counts,
    incidents: incidents.map(({ id, state, reason }) => ({ id, state, reached: reason })),
  };
}
