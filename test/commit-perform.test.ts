import { identity, NEVER, Subject } from 'rxjs';
import { beforeEach, describe, expect, test } from 'vitest';
import { createClassifier } from '../src/classify/classifier.ts';
import { configSchema, defaults } from '../src/config/config.ts';
import { checkpoints } from '../src/daemon/checkpoint.ts';
import { reassignDeliveries } from '../src/daemon/reassign-deliveries.ts';
import { policyOf } from '../src/incidents/policy.ts';
import type { Step } from '../src/incidents/reducer-context.ts';
import { initial } from '../src/incidents/state.ts';
import type { Control, Coverage, Effect, Observation, Signal } from '../src/model.ts';
import { createEntryStore } from '../src/operators/classify.ts';
import type { Committed } from '../src/operators/commit.ts';
import { perform } from '../src/operators/perform.ts';
import { RollingWindow } from '../src/operators/rolling-window.ts';
import { pipeline } from '../src/pipeline.ts';
import { toEveryChannel } from '../src/sinks/alert/routing/routing.ts';
import { channelsOf, memoryOutbox } from '../src/sinks/outbox.ts';
import { VirtualClock } from '../src/time/virtual-clock.ts';
import { effect, OPENED } from './support/effects.ts';
import { sourceOf } from './support/source.ts';

const alert = effect({ kind: 'alert', id: 'i1:opened' });
const report = effect({ kind: 'report', id: 'i1:opened:report' });
const heal = effect({ kind: 'heal', id: 'i1:heal:1:run' });

const HOUR = 3_600_000;

/** A step with these effects; `running` is the heal that the core waits for. */
function step(effects: readonly Effect[], running?: string): Step {
  const state = initial(defaults, OPENED);
  const slot = { key: 'host', id: running ?? '', started: OPENED, deadline: OPENED + 1 };
  return {
    state: running === undefined ? state : { ...state, healing: { ...state.healing, running: slot } },
    effects,
    transitions: [],
    incidents: [],
  };
}

describe('effects of a step that is not on disk', () => {
  let submitted: string[];
  let errors: object[];
  let committed$: Subject<Committed>;
  const commits = (one: Step, durable: boolean): void => committed$.next({ step: one, durable });
  beforeEach(() => {
    submitted = [];
    errors = [];
    committed$ = new Subject();
    const log = {
      info: () => undefined,
      warn: () => undefined,
      error: (fields: object) => errors.push(fields),
    };
    committed$.pipe(perform({ submit: ({ id }) => submitted.push(id) }, log)).subscribe();
  });

  test('on disk, they are handed on in order', () => {
    commits(step([alert, report, heal], heal.id), true);
    expect(submitted).toEqual([alert.id, report.id, heal.id]);
    expect(errors).toEqual([]);
  });

  test('messages are not held back, a heal is, and that is said loudly', () => {
    commits(step([alert, report, heal], heal.id), false);
    expect(submitted).toEqual([alert.id, report.id]);
    expect(errors).toEqual([{ effect: heal.id }]);
  });

  test('a heal is not started by a later step either: the core takes it back, and would request it anew', () => {
    commits(step([heal], heal.id), false);
    commits(step([], heal.id), true);
    commits(step([]), true);
    expect(submitted).toEqual([]);
    commits(step([heal], heal.id), true);
    expect(submitted).toEqual([heal.id]);
  });
});

describe('a batch of several sources as one transaction', () => {
  const config = configSchema.parse({ heal: { command: ['heal'] } });
  let calls: string[];

  /** A source that gathers what it is given until it is flushed, or has something it emits by itself. */
  function gathering(id: string) {
    const batches$ = new Subject<readonly Observation[]>();
    const coverage$ = new Subject<Coverage>();
    let gathered: Observation[] = [];
    const flush = (): void => {
      const full = gathered;
      gathered = [];
      if (full.length > 0) batches$.next(full);
    };
    return {
      ...sourceOf(batches$, { id, flush }, coverage$),
      gathers: (...items: Observation[]) => gathered.push(...items),
      emits: flush,
      isEmpty: () => gathered.length === 0,
      covers: (blind: boolean) =>
        coverage$.next({
          type: 'coverage',
          at: OPENED - HOUR,
          source: id,
          blind,
          unread: [],
          reason: 'away',
        }),
    };
  }

  function critical(source: string, at: number): Signal {
    const text = 'FATAL';
    const found = { source, container: 'db', labels: {}, text, fingerprint: text, rule: 'test' };
    return { type: 'signal', kind: 'critical', at, ...found };
  }

  const burst = (source: string): Signal[] => [1, 2, 3, 4, 5].map((ms) => critical(source, OPENED + ms));

  function rig(store?: (step: Step) => boolean) {
    calls = [];
    const clock = new VirtualClock();
    clock.advanceTo(OPENED);
    const sources = [gathering('docker'), gathering('files')] as const;
    const checkpoint$ = new Subject<void>();
    const commands$ = new Subject<Control>();
    const window = new RollingWindow({ length: config.window });
    const errors: unknown[] = [];
    const stored = (one: Step): boolean => {
      const empty = sources.every((source) => source.isEmpty()) ? '' : ' with something gathered';
      const moves = one.transitions.map(({ to }) => to).join(' ');
      calls.push(`commit ${moves} of ${window.tally(clock.now()).counts.critical}${empty}`);
      return true;
    };
    pipeline(
      {
        sources,
        asRead: identity,
        classifier: createClassifier([]),
        entries: createEntryStore(),
        advanceClock: identity,
        window,
        policy: policyOf(config),
        outcomes$: NEVER,
        commands$,
        checkpoint$,
        store: store ?? stored,
        effects: { submit: ({ id }) => calls.push(`perform ${id.slice(id.indexOf(':') + 1)}`) },
        log: { error: () => undefined, warn: () => undefined, info: () => undefined },
      },
      clock,
    ).subscribe({ error: (error: unknown) => errors.push(error) });
    return { sources, checkpoint$, commands$, clock, errors };
  }

  test('a step is committed before anything of it is performed', () => {
    const { sources, clock } = rig();
    sources[0].gathers(...burst('docker'));
    sources[0].emits();
    clock.advanceTo(OPENED + 4_000);
    expect(calls).toEqual([
      'commit open of 5',
      'commit queued healing of 5',
      'perform opened',
      'perform opened:report',
      'perform heal:1:run',
    ]);
  });

  test('what cannot be committed is not performed', () => {
    const { sources, clock, errors } = rig(() => {
      throw new Error('disk full');
    });
    sources[0].gathers(...burst('docker'));
    sources[0].emits();
    clock.advanceTo(OPENED + 4_000);
    expect(errors).toEqual([new Error('disk full')]);
    expect(calls).toEqual([]);
  });

  test('what other sources have gathered goes with a batch, so that all positions are of one moment', () => {
    const { sources } = rig();
    sources[1].gathers(...burst('files').slice(0, 2));
    sources[0].gathers(...burst('docker').slice(0, 3));
    sources[0].emits();
    expect(calls).toEqual(['commit open of 5']);
  });

  test('a batch that nothing follows from is not committed by itself', () => {
    const { sources } = rig();
    sources[0].gathers(critical('docker', OPENED));
    sources[0].emits();
    expect(calls).toEqual([]);
  });

  test('a checkpoint, a command and a deadline come after everything that has been gathered', () => {
    const { sources, checkpoint$, commands$, clock } = rig();
    sources[0].gathers(critical('docker', OPENED));
    checkpoint$.next();
    sources[1].gathers(critical('files', OPENED + 1));
    commands$.next({ type: 'resume', at: OPENED });
    sources[0].gathers(...burst('docker').slice(0, 3));
    checkpoint$.next();
    sources[1].gathers(critical('files', OPENED + 2));
    clock.advanceTo(OPENED + 4_000);
    expect(calls.filter((call) => call.startsWith('commit'))).toEqual([
      'commit  of 1',
      'commit open of 5',
      'commit  of 5',
      'commit queued healing of 6',
    ]);
  });

  test('a change of coverage comes behind what was read before it', () => {
    const steps: Step[] = [];
    const { sources } = rig((one) => {
      steps.push(one);
      return true;
    });
    sources[0].gathers(...burst('docker'));
    sources[0].covers(true);
    const [opened] = steps;
    expect(opened?.state.coverage['docker']?.reason).toBe('away');
    expect(opened?.state.keys['host']?.incident).toMatchObject({ state: 'open', readBack: false });
  });
});

describe('what a step owes', () => {
  test('is owed to the channels there are when it is stored: a reload replaces them before the run ends', () => {
    let channels = ['old'];
    const change = checkpoints({
      positions: () => new Map(),
      entries: createEntryStore(),
      window: new RollingWindow({ length: HOUR }),
      policy: policyOf(defaults),
      channelsOf: (effect) => channelsOf(effect, toEveryChannel(channels), memoryOutbox()),
    });
    channels = ['new', 'other'];
    expect(change(step([alert, report, heal]), OPENED).owed).toEqual([
      { effect: alert, channels: ['new', 'other'], at: OPENED },
      { effect: report, channels: ['report'], at: OPENED },
      { effect: heal, channels: [], at: OPENED },
    ]);
  });
});

describe('messages to a channel that is no longer configured', () => {
  test('are handed over to those that are, and nobody gets one twice', () => {
    const outbox = memoryOutbox();
    outbox.add(alert, ['old', 'kept'], OPENED);
    outbox.save(
      outbox.unsent().map((row) => (row.channel === 'kept' ? { ...row, state: 'sent' as const } : row)),
    );
    reassignDeliveries(outbox, toEveryChannel(['kept', 'new']), OPENED + 1);
    expect(outbox.unsent().map(({ channel, state }) => [channel, state])).toEqual([['new', 'pending']]);
    const old = outbox.of(alert.story.incident, 'old');
    expect(old).toMatchObject([{ state: 'dead', detail: 'the channel is no longer configured' }]);
  });

  test('stay where they are while there is no other, and so do reports', () => {
    const outbox = memoryOutbox();
    outbox.add(alert, ['old'], OPENED);
    outbox.add(report, ['report'], OPENED);
    reassignDeliveries(outbox, toEveryChannel([]), OPENED + 1);
    expect(outbox.unsent()).toHaveLength(2);
    reassignDeliveries(outbox, toEveryChannel(['new']), OPENED + 1);
    expect(outbox.unsent().map(({ channel }) => channel)).toEqual(['report', 'new']);
  });
});
