import fc from 'fast-check';
import type { Kind } from '../../src/model.ts';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

/** Signals of one kind at a steady rate, until it is over or a heal that cures has ended. Moments from the start, ms. */
export interface Storm {
  readonly at: number;
  readonly length: number;
  readonly every: number;
  readonly kind: Kind;
  readonly curable: boolean;
}

/** How one heal turns out. `aftershocks` are restarts, in milliseconds from its start. */
export interface HealPlan {
  readonly length: number;
  readonly exit: 'ok' | 'failed' | 'broken';
  readonly cures: boolean;
  readonly ignoresTerm: boolean;
  readonly aftershocks: readonly number[];
  /** A container that it stops and does not start again; something else does so two hours later. */
  readonly stops?: number | undefined;
}

export interface Span {
  readonly at: number;
  readonly length: number;
}

/** A container that goes away; a heal that cures brings it back, and so does the end of the span. */
export interface Death extends Span {
  readonly container: number;
  readonly excused: boolean;
  /** Gone altogether: a daemon that starts meanwhile finds no trace of it. */
  readonly removed: boolean;
  /** It runs, but its health check fails. */
  readonly sick?: boolean;
}

/** What is read is lost: all of a source or (`partial`) the log of one of its containers. */
export interface Blindness extends Span {
  readonly partial: boolean;
}

/** A crash at a place where one can strike. What vanishes meanwhile is back two hours later, and nobody tells of it. */
export interface Outage {
  readonly boundary: number;
  readonly down: number;
  readonly vanishes?: number | undefined;
}

/** Everything the world does to the daemon in one history. */
export interface History {
  readonly storms: readonly Storm[];
  /** Taken in turn, one for each heal started. */
  readonly heals: readonly HealPlan[];
  readonly deaths: readonly Death[];
  /** When the daemon is told how every container is, though nothing has changed. */
  readonly lists?: readonly number[];
  readonly blind: readonly Blindness[];
  /** The same of another source, which has nothing to do with any incident here. */
  readonly elsewhere: readonly Blindness[];
  readonly receiverDown: readonly Span[];
  readonly pauses: readonly Span[];
  /** When an operator ends whatever pause there is. */
  readonly resumes?: readonly number[];
  /** Of all the places where a crash can strike, counted as they are passed, those where it does, and for how long. */
  readonly crashes: readonly Outage[];
  readonly resets: readonly number[];
  readonly acks: readonly number[];
  /** Whether heal processes die with the daemon, as they do under systemd. */
  readonly cgroup: boolean;
  readonly healConfigured: boolean;
  /** Whether critical events also have a rule, and with it incidents, of their own. */
  readonly twoKeys: boolean;
}

/** Nothing happens at all: the ground that named histories build on. */
export const calm: History = {
  storms: [],
  heals: [],
  deaths: [],
  blind: [],
  elsewhere: [],
  receiverDown: [],
  pauses: [],
  crashes: [],
  resets: [],
  acks: [],
  cgroup: true,
  healConfigured: true,
  twoKeys: false,
};

/** A heal that works, as people hope it does. */
export const cure: HealPlan = {
  length: 30 * SECOND,
  exit: 'ok',
  cures: true,
  ignoresTerm: false,
  aftershocks: [],
};

const HORIZON = 12 * HOUR;

const within = (max: number): fc.Arbitrary<number> => fc.nat({ max }).map((at) => at - (at % 250));
const spans = (max: number, longest: number): fc.Arbitrary<Span[]> =>
  fc.array(fc.record({ at: within(HORIZON), length: within(longest) }), { maxLength: max });

const blindness = (longest: number): fc.Arbitrary<Blindness> =>
  fc.record({ at: within(HORIZON), length: within(longest), partial: fc.boolean() });

const storm: fc.Arbitrary<Storm> = fc
  .record({
    at: fc.oneof(within(20 * MINUTE), within(HORIZON)),
    length: fc.oneof(within(2 * MINUTE), within(40 * MINUTE), within(8 * HOUR)),
    every: fc.constantFrom(
      250,
      SECOND,
      5 * SECOND,
      30 * SECOND,
      MINUTE,
      100 * SECOND,
      5 * MINUTE,
      20 * MINUTE,
    ),
    kind: fc.constantFrom<Kind>('error', 'error', 'critical', 'restart', 'warning'),
    curable: fc.boolean(),
  })
  .map((plan) => ({ ...plan, length: Math.min(plan.length, plan.every * 1_500) }));

const heal: fc.Arbitrary<HealPlan> = fc.record({
  length: fc.oneof(within(MINUTE), within(8 * MINUTE)),
  exit: fc.constantFrom<HealPlan['exit']>('ok', 'ok', 'ok', 'failed', 'failed', 'broken'),
  cures: fc.boolean(),
  ignoresTerm: fc.boolean(),
  aftershocks: fc.array(within(2 * MINUTE), { maxLength: 5 }),
  stops: fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, fc.nat(2)),
});

/** Random histories of half a day, with every fault the machine is made for. */
export const history: fc.Arbitrary<History> = fc.record({
  storms: fc.array(storm, { minLength: 1, maxLength: 5 }),
  heals: fc.array(heal, { minLength: 1, maxLength: 4 }),
  deaths: fc.array(
    fc.record({
      at: within(HORIZON),
      length: fc.oneof(within(10 * MINUTE), within(6 * HOUR)),
      container: fc.nat(2),
      excused: fc.boolean(),
      removed: fc.boolean(),
      sick: fc.boolean(),
    }),
    { maxLength: 2 },
  ),
  lists: fc.oneof(fc.constant([]), fc.array(within(HORIZON), { maxLength: 3 })),
  blind: fc.oneof(
    fc.constant([]),
    fc.array(blindness(HOUR), { maxLength: 3 }),
    fc.array(blindness(14 * HOUR), { maxLength: 1 }),
  ),
  elsewhere: fc.oneof(fc.constant([]), fc.array(blindness(14 * HOUR), { minLength: 1, maxLength: 2 })),
  receiverDown: fc.oneof(fc.constant([]), spans(2, 3 * HOUR)),
  pauses: fc.oneof(fc.constant([]), spans(2, 2 * HOUR)),
  resumes: fc.oneof({ weight: 4, arbitrary: fc.constant([]) }, fc.array(within(HORIZON), { maxLength: 2 })),
  crashes: fc.oneof(
    fc.constant([]),
    fc.array(
      fc.record({
        boundary: fc.nat(60),
        down: within(3 * MINUTE),
        vanishes: fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, fc.nat(2)),
      }),
      { maxLength: 3 },
    ),
  ),
  resets: fc.oneof({ weight: 4, arbitrary: fc.constant([]) }, fc.array(within(HORIZON), { maxLength: 2 })),
  acks: fc.oneof({ weight: 4, arbitrary: fc.constant([]) }, fc.array(within(HORIZON), { maxLength: 1 })),
  cgroup: fc.boolean(),
  healConfigured: fc.oneof({ weight: 9, arbitrary: fc.constant(true) }, fc.constant(false)),
  twoKeys: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, fc.constant(true)),
});
