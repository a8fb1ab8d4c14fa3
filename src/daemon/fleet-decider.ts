import { firstValueFrom, ignoreElements, merge, Observable, Subject, type Subscription, timer } from 'rxjs';
import type { Config } from '../config/config.ts';
import { decidedStore, type DecidedStore } from '../fleet/decided.ts';
import { leaseOf, RENEW } from '../fleet/lease.ts';
import { type Link, openLink } from '../fleet/link.ts';
import { namesOf } from '../fleet/names.ts';
import type { World } from './open-world.ts';
import { fleetRun } from './fleet-run.ts';

/** What a decider takes of the world, and what tells this process from all others. */
export interface DeciderParts {
  readonly config: Config;
  readonly run: string;
  readonly clock: World['clock'];
  readonly log: World['log'];
}

/** After a failure it is tried again so much later, in milliseconds. */
const RETRY = 2_000;

/**
 * Decides for the fleet whenever the lease is ours, for as long as it is subscribed to; emits nothing. What goes wrong at
 * the broker is logged once and tried again; a fault of the program is passed on.
 */
export function decider(parts: DeciderParts): Observable<never> {
  const { config, clock, log } = parts;
  return new Observable((subscriber) => {
    const stop$ = new Subject<void>();
    const stopping = new AbortController();
    let problem = '';
    void decide().catch((error: unknown) => subscriber.error(error));
    return () => {
      stopping.abort();
      stop$.next();
    };

    async function decide(): Promise<void> {
      while (!stopping.signal.aborted) {
        let link: Link | undefined;
        try {
          link = await openLink(config.fleet, true);
          await hold(link);
        } catch (error) {
          const said = error instanceof Error ? error.message : String(error);
          if (said !== problem)
            log.warn({ fleet: config.fleet.name, problem: said }, 'cannot decide for the fleet');
          problem = said;
        }
        await link?.close().catch(() => undefined);
        await pause(RETRY);
      }
    }

    function pause(ms: number): Promise<unknown> {
      return firstValueFrom(merge(timer(ms, clock), stop$), { defaultValue: undefined });
    }

    /** Asks for the lease until it is ours, decides until it is not, and so on until the connection ends. */
    async function hold(link: Link): Promise<void> {
      const names = namesOf(config.fleet.name);
      const lease = leaseOf(link, names, parts.run, () => performance.now());
      while (!stopping.signal.aborted && !link.connection.isClosed()) {
        if (await lease.attempt()) {
          log.info({ fleet: config.fleet.name }, 'this host decides for the fleet');
          problem = '';
          await whileHeld(decidedStore(link, names), lease);
          log.info({ fleet: config.fleet.name }, 'this host no longer decides for the fleet');
        }
        await pause(RENEW);
      }
    }

    async function whileHeld(store: DecidedStore, lease: ReturnType<typeof leaseOf>): Promise<void> {
      const run = await fleetRun({ ...parts, store, mayTell: () => lease.isHeld() });
      const over$ = new Subject<void>();
      const running: Subscription = run.running$.pipe(ignoreElements()).subscribe({
        error: (error: unknown) => {
          log.warn({ fleet: config.fleet.name, problem: String(error) }, 'deciding for the fleet has ended');
          over$.next();
        },
      });
      try {
        while (!stopping.signal.aborted && !running.closed) {
          await firstValueFrom(merge(timer(RENEW, clock), stop$, over$), { defaultValue: undefined });
          if (!(await lease.attempt())) break;
        }
        if (stopping.signal.aborted) await run.save().catch(() => undefined);
      } finally {
        running.unsubscribe();
        await run.stop();
        await lease.release();
      }
    }
  });
}
