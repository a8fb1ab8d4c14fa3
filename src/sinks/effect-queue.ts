import PQueue from 'p-queue';
import {
  asapScheduler,
  observeOn,
  Subject,
  type Observable,
  type SchedulerLike,
  type Subscription,
} from 'rxjs';
import type { Effect, Outcome } from '../model.ts';
import type { AlertChannel } from './alert/alert-channel.ts';
import type { ChannelFailure } from './alert/channel-condition.ts';
import { deliverAlerts } from './alert/deliver-alerts.ts';
import type { HealEnd, HealProcess, HealSink, HealStarted } from './heal/heal-sink.ts';
import { performHeals } from './heal/perform-heals.ts';
import { channelsOf } from './outbox.ts';
import { pageUnattended, type Standing } from './alert/routing/page-unattended.ts';
import { repeatStanding } from './alert/routing/repeat-standing.ts';
import { type Routing, toEveryChannel } from './alert/routing/routing.ts';
import { deliverReports } from './report/deliver-reports.ts';
import { resendStanding } from './alert/resend-standing.ts';
import type { ReportSink } from './report/report-sink.ts';
import type { Log } from '../log.ts';
import type { Delivery, Outbox } from '../state/delivery.ts';
import type { Worker } from './worker.ts';

/** The sinks of a queue, and its surroundings. Durations in milliseconds. */
export interface EffectQueueOptions {
  readonly alert: {
    readonly channels: readonly AlertChannel[];
    /** Who gets which message, and when. Default: every channel each one, at once. */
    readonly routing?: Routing;
    /** How incidents stand, so that what nobody acknowledges is told again. Default: none is open. */
    readonly standing?: Standing;
    /** The product's name, with which messages begin. */
    readonly name: string;
    /** The age at which an undelivered message is given up. */
    readonly deadline: number;
    /** How often at most a message is edited. Default: as often as there is something new. */
    readonly updateInterval?: number;
  };
  readonly report: ReportSink;
  /** Undefined: no heal is configured, and one that is requested anyway ends as `broken`. */
  readonly heal: HealSink | undefined;
  /** Holds what is owed before it is submitted. */
  readonly outbox: Outbox;
  /** The wall clock, on which retries wait: in a replay too, since receivers live in the present. */
  readonly clock: SchedulerLike;
  readonly log: Log;
  /** Records a running heal, so that it is found again after a crash. */
  readonly healStarted?: HealStarted;
  /** A number in [0, 1), for the jitter of retries. */
  readonly random?: () => number;
}

/** What is under way. */
export interface EffectQueueStatus {
  readonly queued: number;
  readonly unsent: number;
  readonly dead: number;
  readonly runningHeal: string | undefined;
  readonly waitingHeals: number;
  /** Channels whose service says that they are wrong, with the reason. */
  readonly disabledChannels: Readonly<Record<string, string>>;
  /** Channels that have not taken the last message: why, and when they are tried again at the latest. */
  readonly failingChannels: Readonly<Record<string, ChannelFailure>>;
}

/** Performs effects one bounded attempt at a time. */
export interface EffectQueue {
  /** Queues an effect whose deliveries are owed already. One that was queued before is not performed twice. */
  submit(effect: Effect): void;
  /** Takes charge of a heal that was running when an earlier process of ours ended. */
  adopt(process: HealProcess): void;
  /** Continues with the deliveries that an earlier run left in the outbox. */
  resume(): void;
  /**
   * The outcome of each effect, once it is final; never emitted before the call that led to it has returned. Completes
   * when the queue has stopped.
   */
  readonly outcomes$: Observable<Outcome>;
  /** Resolves when no attempt is queued and no heal runs; retries that wait for their time are not waited for. */
  idle(): Promise<void>;
  /**
   * Starts nothing new; the running attempt and heal get `graceMs`, then the heal is killed. A second call ends
   * everything at once.
   */
  stop(graceMs: number): Promise<void>;
  status(): EffectQueueStatus;
}

/** After a fault of the program an effect rests for so long (milliseconds). */
const AFTER_FAULT = 60_000;

/**
 * The impure end of the pipeline: one queue, one job at a time, each job one bounded attempt. Neither a receiver that
 * hangs nor a heal that takes minutes holds up what follows: a retry is a new job at its time, and a heal's end comes
 * back as an outcome.
 */
export function effectQueue(options: EffectQueueOptions): EffectQueue {
  const { alert, outbox, clock, log, random = Math.random } = options;
  const queue = new PQueue({ concurrency: 1 });
  const outcomes = new Subject<Outcome>();
  const waking = new Map<Worker, Subscription>();
  const queued = new Set<Worker | 'heal'>();
  let dead = 0;
  let stopping = false;
  let endNow = (): void => undefined;
  const ending = new Promise<void>((resolve) => (endNow = resolve));

  const reportSettled = ({ id, kind }: Effect, ok: boolean, detail: string): void => {
    if (!ok) dead += 1;
    outcomes.next({ type: 'outcome', effect: id, kind, at: clock.now(), ok, detail });
  };
  const healEnded = (effect: string, end: HealEnd): void => {
    const ok = end.result === 'ok' || end.result === 'dry-run';
    outcomes.next({ type: 'outcome', effect, kind: 'heal', at: clock.now(), ok, ...end });
    if (heals.ready()) enqueueHeal();
  };

  const shared = { outbox, clock, log, reportSettled, deadline: alert.deadline, random };
  const alertChannels = alert.channels.map(({ name }) => name);
  const { routing = toEveryChannel(alertChannels), standing = () => 'none' } = alert;
  const alerts = deliverAlerts({
    ...shared,
    channels: alert.channels,
    routing,
    name: alert.name,
    updateInterval: alert.updateInterval ?? 0,
    wake: () => enqueue(alerts),
  });
  const resends = resendStanding({ channels: alert.channels, name: alert.name, outbox, clock, log });
  const insists = [
    repeatStanding({ routing, outbox, standing, clock }),
    pageUnattended({ routing, outbox, standing, clock }),
  ];
  const reports = deliverReports({ ...shared, report: options.report, alertChannels });
  const heals = performHeals({
    heal: options.heal,
    clock,
    log,
    started: options.healStarted ?? (() => undefined),
    ended: healEnded,
  });

  /** A worker is in the queue at most once; it attempts what is due when its job begins. */
  function enqueue(worker: Worker): void {
    if (stopping || queued.has(worker)) return;
    queued.add(worker);
    waking.get(worker)?.unsubscribe();
    void queue.add(async () => {
      queued.delete(worker);
      try {
        await worker.attempt();
        wakeWhenDue(worker);
        if (worker === alerts) for (const later of [resends, ...insists]) wakeWhenDue(later);
        if (insists.includes(worker)) wakeWhenDue(alerts);
      } catch (error) {
        // A fault of the program, which must not end it: what else there is to do is done, and this tried again.
        log.error({ error: String(error) }, 'an effect failed in a way it must not; it will be tried again');
        wakeAt(worker, clock.now() + AFTER_FAULT);
      }
    });
  }

  function wakeWhenDue(worker: Worker): void {
    wakeAt(worker, worker.nextDue());
  }

  function wakeAt(worker: Worker, due: number): void {
    waking.get(worker)?.unsubscribe();
    if (stopping || due === Infinity) return;
    if (due <= clock.now()) enqueue(worker);
    else
      waking.set(
        worker,
        clock.schedule(() => enqueue(worker), due - clock.now()),
      );
  }

  function enqueueHeal(): void {
    if (stopping || queued.has('heal')) return;
    queued.add('heal');
    void queue.add(async () => {
      queued.delete('heal');
      await heals.next();
      if (heals.ready()) enqueueHeal();
    });
  }

  return {
    outcomes$: outcomes.pipe(observeOn(asapScheduler)),
    submit(effect) {
      if (effect.kind === 'heal') {
        heals.add(effect);
        enqueueHeal();
        return;
      }
      const channels = channelsOf(effect, routing, outbox);
      if (channels.length === 0) reportSettled(effect, true, routing.nobody(effect));
      else enqueue(effect.kind === 'alert' ? alerts : reports);
    },
    adopt: (process) => heals.adopt(process),
    resume() {
      wakeWhenDue(alerts);
      wakeWhenDue(reports);
      for (const later of [resends, ...insists]) wakeWhenDue(later);
    },
    async idle() {
      do {
        await queue.onIdle();
        await Promise.all([heals.idle(), alerts.idle()]);
      } while (queue.size + queue.pending > 0 || heals.running() !== undefined);
    },
    async stop(graceMs) {
      if (stopping) {
        endNow();
        return ending;
      }
      stopping = true;
      queue.clear();
      heals.clear();
      for (const timer of waking.values()) timer.unsubscribe();
      const grace = clock.schedule(endNow, graceMs);
      await Promise.race([ending, Promise.all([queue.onIdle(), heals.idle(), alerts.idle()])]);
      grace.unsubscribe();
      heals.kill();
      outcomes.complete();
    },
    status: () => {
      const unsent: readonly Delivery[] = outbox.unsent();
      return {
        queued: queue.size + queue.pending,
        unsent: unsent.length,
        dead,
        runningHeal: heals.running(),
        waitingHeals: heals.waiting(),
        disabledChannels: alerts.disabled(),
        failingChannels: alerts.failing(),
      };
    },
  };
}
