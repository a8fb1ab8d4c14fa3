import {
  asapScheduler,
  catchError,
  concatMap,
  EMPTY,
  from,
  identity,
  ignoreElements,
  merge,
  type Observable,
  observeOn,
  Subject,
  tap,
  throwError,
  timer,
} from 'rxjs';
import { createClassifier } from '../classify/classifier.ts';
import type { DecidedStore } from '../fleet/decided.ts';
import { FLEET, fleetSource } from '../fleet/fleet-source.ts';
import { Moved } from '../fleet/link.ts';
import { boot } from '../incidents/boot.ts';
import type { Step } from '../incidents/reducer-context.ts';
import { type CoreState, initial } from '../incidents/state.ts';
import type { Effect } from '../model.ts';
import { createEntryStore } from '../operators/classify.ts';
import { RollingWindow, type SavedBucket } from '../operators/rolling-window.ts';
import { pipeline } from '../pipeline.ts';
import { memoryOutbox, REPORT_CHANNEL } from '../sinks/outbox.ts';
import { type Delivery, isUnsent } from '../state/delivery.ts';
import type { DeciderParts } from './fleet-decider.ts';
import { realPerformer } from './effect-performer.ts';
import { fleetPolicy, fleetSettings } from './fleet-policy.ts';
import { withLimits } from './reload.ts';
import { restore, type Restored } from './restore.ts';
import { standingIn } from './standing-in.ts';
import { rowsOf } from './stored-positions.ts';

/** What changes without being told of is stored this often, in milliseconds: so much is read again by the next one. */
const CHECKPOINT = 5_000;

export interface FleetRunParts extends DeciderParts {
  readonly store: DecidedStore;
  /** Whether people may still be told by us: the lease is ours. */
  readonly mayTell: () => boolean;
}

/** The pipeline over the evidence of all hosts, from where the last one who held the lease has left it. */
export interface FleetRun {
  /** Decides while it is subscribed to. Ends with an error once somebody else has decided since. */
  readonly running$: Observable<unknown>;
  /** Stores the present state. */
  readonly save: () => Promise<void>;
  /** Ends what is being sent. */
  readonly stop: () => Promise<void>;
}

/** How long what is being sent may take once the lease is gone, in milliseconds. */
const GRACE = 2_000;

/** Builds the run from what was left. Nothing is sent before the state that asks for it is at the broker. */
export async function fleetRun(parts: FleetRunParts): Promise<FleetRun> {
  const { clock, log, store } = parts;
  const config = fleetSettings(parts.config);
  const policy = fleetPolicy(config);
  const left = await store.load();
  const { core: known, positions, window: buckets } = restoredFrom(left);
  const outbox = memoryOutbox();
  outbox.save((left?.deliveries ?? []).filter(isDelivery));
  const source = fleetSource(config.fleet, { config, clock, log }, positions.get(FLEET));
  const window = new RollingWindow({ length: policy.longestWindow }, buckets);
  const kept = new Map<number, SavedBucket>(buckets.map((bucket) => [bucket.start, bucket]));
  const now = clock.now();
  let core = known === undefined ? initial(config, now) : withLimits(boot(known, now), policy);
  const performer = realPerformer({
    config,
    outbox,
    clock,
    log,
    healStarted: () => undefined,
    standing: standingIn(() => core),
    restart: () => Promise.reject(new Error('a fleet heals nothing')),
  });
  const checkpoint$ = new Subject<void>();
  const wanted$ = new Subject<void>();
  let held: Effect[] = [];

  function take(step: Step): boolean {
    core = step.state;
    for (const effect of step.effects) outbox.add(effect, performer.channelsOf(effect), clock.now());
    return true;
  }

  const steps$ = pipeline(
    {
      sources: [source],
      asRead: identity,
      classifier: createClassifier([]),
      entries: createEntryStore(),
      advanceClock: identity,
      window,
      policy,
      initial: core,
      outcomes$: performer.outcomes$,
      commands$: EMPTY,
      checkpoint$,
      store: take,
      effects: {
        submit: (effect) => {
          held.push(effect);
          wanted$.next();
        },
      },
      log,
    },
    clock,
  );

  /** Stores what is so at this moment, and then has done what it asks for: the store refuses whoever is not the last. */
  async function save(): Promise<void> {
    checkpoint$.next();
    const due = held;
    held = [];
    const { buckets: changed, dropped } = window.takeChanges(clock.now());
    for (const bucket of changed) kept.set(bucket.start, bucket);
    for (const start of dropped) kept.delete(start);
    try {
      await store.save({
        core,
        position: Object.fromEntries(rowsOf(new Map([[FLEET, source.position()]]))),
        deliveries: [...performer.channels, REPORT_CHANNEL].flatMap((channel) =>
          outbox.to(channel).filter((delivery) => isUnsent(delivery) || isOpen(core, delivery)),
        ),
        window: [...kept.values()],
      });
    } catch (error) {
      held = [...due, ...held];
      throw error;
    }
    if (parts.mayTell()) for (const effect of due) performer.submit(effect);
    else held = [...due, ...held];
  }

  const saving$ = merge(timer(CHECKPOINT, CHECKPOINT, clock), wanted$.pipe(observeOn(asapScheduler))).pipe(
    concatMap(() =>
      from(save()).pipe(
        // A broker that is away is asked again; whoever else has written since decides now.
        catchError((error: unknown) => (error instanceof Moved ? throwError(() => error) : EMPTY)),
      ),
    ),
  );
  return {
    running$: merge(steps$, saving$).pipe(ignoreElements(), tap({ subscribe: () => performer.resume() })),
    save,
    stop: () => performer.stop(GRACE),
  };
}

/** A message of an incident that goes on may yet be edited. */
function isOpen({ keys }: CoreState, { effect }: Delivery): boolean {
  return Object.values(keys).some(({ incident }) => incident?.id === effect.story.incident);
}

function restoredFrom(left: Awaited<ReturnType<DecidedStore['load']>>): Restored {
  const nothing: Restored = { positions: new Map(), entries: {}, window: [] };
  if (left === undefined) return nothing;
  const position = typeof left.position === 'object' && left.position !== null ? left.position : {};
  return (
    restore({
      positions: new Map(Object.entries(position)),
      entries: new Map(),
      window: new Map(left.window.map((bucket, index) => [index, bucket])),
      core: left.core,
      healProcess: undefined,
      savedAt: 0,
    }) ?? nothing
  );
}

function isDelivery(value: unknown): value is Delivery {
  return (
    typeof value === 'object' &&
    value !== null &&
    'effect' in value &&
    typeof value.effect === 'object' &&
    'channel' in value &&
    typeof value.channel === 'string' &&
    'state' in value
  );
}
