import { from, Subject } from 'rxjs';
import { beforeEach, describe, expect, test } from 'vitest';
import { defaults } from '../src/config/config.ts';
import { effectGate } from '../src/daemon/effect-gate.ts';
import { handOver } from '../src/daemon/reassign-deliveries.ts';
import { transactions, type Transactions } from '../src/daemon/transactions.ts';
import type { Effect, Observation } from '../src/model.ts';
import { initial } from '../src/incidents/state.ts';
import type { Step } from '../src/incidents/turn.ts';
import { memoryOutbox } from '../src/sinks/outbox.ts';
import { effect, OPENED } from './support/effects.ts';

const alert = effect({ kind: 'alert', id: 'i1:opened' });
const report = effect({ kind: 'report', id: 'i1:opened:report' });
const heal = effect({ kind: 'heal', id: 'i1:heal:1:run' });

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
  let gate: ReturnType<typeof effectGate>;
  beforeEach(() => {
    submitted = [];
    errors = [];
    const log = {
      info: () => undefined,
      warn: () => undefined,
      error: (fields: object) => errors.push(fields),
    };
    gate = effectGate(({ id }) => submitted.push(id), log);
  });

  test('on disk, they are handed on in order', () => {
    gate(step([alert, report, heal], heal.id), true);
    expect(submitted).toEqual([alert.id, report.id, heal.id]);
    expect(errors).toEqual([]);
  });

  test('messages are not held back, a heal is, and that is said loudly', () => {
    gate(step([alert, report, heal], heal.id), false);
    expect(submitted).toEqual([alert.id, report.id]);
    expect(errors).toEqual([{ effect: heal.id }]);
  });

  test('the heal starts once a later step is on disk, once', () => {
    gate(step([heal], heal.id), false);
    gate(step([], heal.id), false);
    expect(submitted).toEqual([]);
    gate(step([], heal.id), true);
    gate(step([], heal.id), true);
    expect(submitted).toEqual([heal.id]);
  });

  test('a heal that the core has given up meanwhile is dropped', () => {
    gate(step([heal], heal.id), false);
    gate(step([]), true);
    gate(step([], heal.id), true);
    expect(submitted).toEqual([]);
  });
});

describe('steps made into transactions', () => {
  let calls: string[];
  let made: Transactions;
  const ids = ({ effects }: Step) => effects.map(({ id }) => id).join(' ');
  beforeEach(() => {
    calls = [];
    made = transactions({
      gather: () => {
        calls.push('gather');
        made.take(step([]));
      },
      commit: (taken) => calls.push(`commit ${ids(taken)}`.trim()),
      perform: (taken) => calls.push(`perform ${ids(taken)}`.trim()),
    });
  });

  test('a step is committed before anything of it is done', () => {
    made.take(step([alert, heal]));
    expect(calls).toEqual(['gather', `commit ${alert.id} ${heal.id}`, `perform ${alert.id} ${heal.id}`]);
  });

  test('what cannot be committed is not done', () => {
    made = transactions({
      gather: () => undefined,
      commit: () => {
        throw new Error('disk full');
      },
      perform: () => calls.push('perform'),
    });
    expect(() => made.take(step([heal]))).toThrow('disk full');
    expect(calls).toEqual([]);
  });

  test('steps in the middle of a batch wait for its end and are one transaction', () => {
    const batches$ = new Subject<readonly Observation[]>();
    batches$.pipe(made.whole).subscribe(() => {
      made.take(step([alert]));
      made.take(step([heal]));
      calls.push('the batch goes on');
    });
    batches$.next([]);
    const both = `${alert.id} ${heal.id}`;
    expect(calls).toEqual(['the batch goes on', 'gather', `commit ${both}`, `perform ${both}`]);
  });

  test('a batch that nothing follows from is not committed by itself', () => {
    from([[], []]).pipe(made.whole).subscribe();
    expect(calls).toEqual([]);
  });

  test('what is asked for while effects are handed out comes after them', () => {
    made = transactions({
      gather: () => undefined,
      commit: (taken) => calls.push(`commit ${ids(taken)}`),
      perform: (taken) => {
        calls.push(`perform ${ids(taken)}`);
        if (taken.effects[0] === alert) made.take(step([report]));
      },
    });
    made.take(step([alert]));
    expect(calls).toEqual([
      `commit ${alert.id}`,
      `perform ${alert.id}`,
      `commit ${report.id}`,
      `perform ${report.id}`,
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
    handOver(outbox, ['kept', 'new'], OPENED + 1);
    expect(outbox.unsent().map(({ channel, state }) => [channel, state])).toEqual([['new', 'pending']]);
    const old = outbox.of(alert.story.incident, 'old');
    expect(old).toMatchObject([{ state: 'dead', detail: 'the channel is no longer configured' }]);
  });

  test('stay where they are while there is no other, and so do reports', () => {
    const outbox = memoryOutbox();
    outbox.add(alert, ['old'], OPENED);
    outbox.add(report, ['report'], OPENED);
    handOver(outbox, [], OPENED + 1);
    expect(outbox.unsent()).toHaveLength(2);
    handOver(outbox, ['new'], OPENED + 1);
    expect(outbox.unsent().map(({ channel }) => channel)).toEqual(['report', 'new']);
  });
});
