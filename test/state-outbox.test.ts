import { describe, expect, test } from 'vitest';
import type { Delivery } from '../src/state/delivery.ts';
import { storedOutbox } from '../src/state/outbox.ts';
import { openStore } from '../src/state/store.ts';
import { alert, bench, NOON, openFor, scratchDir, story } from './support/state.ts';

const DAY = 24 * 3_600_000;

function states(deliveries: readonly Delivery[]): readonly string[] {
  return deliveries.map(({ effect, channel, state }) => `${effect.id} ${channel} ${state}`);
}

describe('the stored outbox', () => {
  test('owes one delivery a channel, in the order they were added, across a restart', () => {
    const dir = scratchDir();
    const first = openFor(dir);
    first.commit({
      core: 1,
      owed: [{ effect: alert('i1'), channels: ['discord', 'ntfy'], at: NOON }],
    });
    storedOutbox(first).add(alert('i1', 'resolved'), ['discord'], NOON + 5);
    first.close();

    const unsent = storedOutbox(openFor(dir)).unsent();
    expect(states(unsent)).toEqual([
      'i1:opened discord pending',
      'i1:opened ntfy pending',
      'i1:resolved discord pending',
    ]);
    const fresh = {
      state: 'pending',
      attempts: 0,
      since: NOON + 5,
      nextAt: NOON + 5,
      remoteId: '',
      detail: '',
    };
    expect(unsent[2]).toEqual({ effect: alert('i1', 'resolved'), channel: 'discord', ...fresh });
  });

  test('an effect that is submitted after the transaction that owed it is not owed twice', () => {
    const dir = scratchDir();
    const store = openFor(dir);
    store.commit({ owed: [{ effect: alert('i1'), channels: ['discord'], at: NOON }] });
    const outbox = storedOutbox(store);
    outbox.save(outbox.unsent().map((delivery) => ({ ...delivery, state: 'sent', remoteId: 'm1' })));
    outbox.add(alert('i1'), ['discord'], NOON + 9);
    expect(outbox.unsent()).toEqual([]);
    store.close();
    expect(storedOutbox(openFor(dir)).of('i1', 'discord')).toMatchObject([{ state: 'sent', remoteId: 'm1' }]);
  });

  test('a delivery saved anew keeps its place, and takes a new text with it', () => {
    const dir = scratchDir();
    const store = openFor(dir);
    const outbox = storedOutbox(store);
    for (const incident of ['i1', 'i2']) outbox.add(alert(incident), ['discord'], NOON);
    const first = outbox.of('i1', 'discord');
    const merged = { ...alert('i1'), story: { ...story('i1'), ask: 'opened and resolved' } };
    const begun = { effect: merged, state: 'inflight', attempts: 1, nextAt: NOON + 5_000 } as const;
    outbox.save(first.map((delivery) => ({ ...delivery, ...begun })));
    store.close();

    const again = storedOutbox(openFor(dir)).unsent();
    expect(states(again)).toEqual(['i1:opened discord inflight', 'i2:opened discord pending']);
    expect(again[0]).toMatchObject({
      attempts: 1,
      nextAt: NOON + 5_000,
      effect: { story: { ask: 'opened and resolved' } },
    });
  });

  test('tells the deliveries of one incident to one channel, whatever their state', () => {
    const outbox = storedOutbox(openFor(scratchDir()));
    outbox.add(alert('i1'), ['discord', 'slack'], NOON);
    outbox.add(alert('i2'), ['discord'], NOON);
    outbox.add(alert('i1', 'heal'), ['discord'], NOON);
    outbox.save(outbox.of('i1', 'discord').map((delivery) => ({ ...delivery, state: 'dead' })));
    expect(states(outbox.of('i1', 'discord'))).toEqual(['i1:opened discord dead', 'i1:heal discord dead']);
  });

  test('final deliveries go a day after their incident was closed; what is still owed stays', () => {
    const clock = bench();
    const dir = scratchDir();
    const store = openStore(dir, { now: () => clock.now, log: clock.log });
    const outbox = storedOutbox(store);
    for (const incident of ['old', 'open']) outbox.add(alert(incident), ['discord', 'ntfy'], NOON);
    const done = ['old', 'open'].flatMap((incident) => outbox.of(incident, 'discord'));
    outbox.save(done.map((delivery) => ({ ...delivery, state: 'sent' })));
    const old = { id: 'old', openedAt: NOON, closedAt: NOON + 1, story: story('old') };
    const open = { id: 'open', openedAt: NOON, story: story('open') };
    store.commit({ incidents: [old, open] });
    expect(outbox.of('old', 'discord')).toHaveLength(1);

    clock.now += DAY + 1;
    store.commit({ incidents: [open] });
    const left = ['old:opened ntfy pending', 'open:opened discord sent', 'open:opened ntfy pending'];
    expect(states([...store.deliveries()])).toEqual(left);
    store.close();
    expect(states([...openFor(dir).deliveries()])).toEqual(left);
  });
});
