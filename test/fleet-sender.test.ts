import { describe, expect, test } from 'vitest';
import { admit, type Marker } from '../src/fleet/admit.ts';
import { standing } from '../src/fleet/reconcile.ts';
import { sender, type Sender } from '../src/fleet/sender.ts';
import type { Step } from '../src/incidents/reducer-context.ts';
import { initial } from '../src/incidents/state.ts';
import { defaults } from '../src/config/config.ts';
import type { Signal } from '../src/model.ts';
import { evidenceMessage } from '../src/fleet/protocol.ts';

const NOON = Date.UTC(2026, 10, 23, 12);
const NOTHING: Step = { state: initial(defaults, NOON), effects: [], transitions: [], incidents: [] };

function error(text: string, at: number): Signal {
  return {
    type: 'signal',
    kind: 'error',
    at,
    source: 'docker',
    container: 'api',
    labels: {},
    text,
    fingerprint: text,
    rule: 'level',
  };
}

/** A host with a store that survives it, and what it has handed out, as a reader counts it. */
class Host {
  rows = new Map<string, unknown>();
  sender: Sender;

  constructor() {
    this.sender = sender(this.rows, () => 'me');
  }

  step(now: number, isDurable = true): void {
    const changed = this.sender.rows(NOTHING, now);
    for (const key of changed?.drop ?? []) this.rows.delete(key);
    for (const [key, value] of changed?.put ?? []) this.rows.set(key, structuredClone(value));
    if (isDurable) this.sender.stored();
  }

  restart(): void {
    this.sender = sender(this.rows, () => 'somebody else');
  }

  entries(now: number) {
    return this.sender.unconfirmed('evidence', Infinity, now).flatMap(
      ({ seq, json }) =>
        evidenceMessage.parse({
          v: 1,
          id: 'x',
          epoch: 1,
          run: 'x',
          name: 'x',
          entries: [{ seq, ...JSON.parse(json) }],
        }).entries,
    );
  }

  count(now: number): number {
    return this.entries(now).reduce(
      (sum, { items }) => sum + items.reduce((n, { count }) => n + count, 0),
      0,
    );
  }
}

describe('what of a host goes to its fleet', () => {
  test('is numbered without a hole, a step an entry, and leaves the host only once it is on disk', () => {
    const host = new Host();
    host.sender.see(error('a', NOON), NOON);
    host.step(NOON, false);
    expect(host.entries(NOON)).toEqual([]);
    host.sender.see(error('b', NOON + 5), NOON + 5);
    host.step(NOON + 5);
    expect(host.entries(NOON + 5).map(({ seq, items }) => [seq, items.map(({ text }) => text)])).toEqual([
      [1, ['a']],
      [2, ['b']],
    ]);
  });

  test('of a storm it is 200 a second singly and the rest folded, by kind, container, message and second', () => {
    const host = new Host();
    for (let n = 0; n < 5_000; n++) {
      host.sender.see(error(n % 2 === 0 ? 'refused' : 'lost', NOON + (n % 1_000)), NOON + 100);
      if (n % 50 === 0) host.step(NOON + 100);
    }
    host.step(NOON + 100);
    const before = host.count(NOON + 100);
    host.step(NOON + 1_000);
    expect(host.count(NOON + 1_000)).toBe(5_000);
    const items = host.entries(NOON + 1_000).flatMap((entry) => entry.items);
    expect(items.filter(({ count }) => count === 1)).toHaveLength(200);
    expect(items.filter(({ count }) => count > 1).map(({ text, count, at }) => [text, count, at])).toEqual([
      ['refused', 2_400, NOON],
      ['lost', 2_400, NOON],
    ]);
    // What may still grow is held back: a number that is out never gets another content.
    expect(before).toBe(200);
  });

  test('after a crash it goes on from what was stored, under the same identity and with the same numbers', () => {
    const host = new Host();
    host.sender.see(error('a', NOON), NOON);
    host.step(NOON);
    const before = host.entries(NOON);
    host.sender.see(error('never stored', NOON + 1), NOON + 1);
    host.restart();
    expect(host.sender.id).toBe('me');
    expect(host.entries(NOON + 1)).toEqual(before);
    host.sender.see(error('b', NOON + 2), NOON + 2);
    host.step(NOON + 2);
    expect(host.entries(NOON + 2).map(({ seq }) => seq)).toEqual([1, 2]);
  });

  test('is kept for two hours once the broker has it, in case the broker loses it', () => {
    const host = new Host();
    host.sender.see(error('a', NOON), NOON);
    host.step(NOON);
    host.sender.confirm('evidence', 1);
    expect(host.entries(NOON)).toEqual([]);
    host.step(NOON + 3_600_000);
    host.sender.confirm('evidence', 0);
    expect(host.count(NOON + 3_600_000)).toBe(1);
    host.sender.confirm('evidence', 1);
    host.step(NOON + 7_200_001);
    host.sender.confirm('evidence', 0);
    expect(host.count(NOON + 7_200_001)).toBe(0);
    expect(host.sender.lost()).toBe(0);
  });

  test('beyond its room the oldest is given up, and the host knows how much', () => {
    const host = new Host();
    const text = 'x'.repeat(500);
    for (let second = 0; second < 120; second++) {
      const now = NOON + second * 1_000;
      for (let n = 0; n < 100; n++) host.sender.see(error(`${text}${n}`, now), now);
      host.step(now);
    }
    const entries = host.entries(NOON + 200_000);
    expect(host.sender.lost()).toBeGreaterThan(0);
    expect(entries[0]?.seq).toBe(host.sender.lost() + 1);
    expect(JSON.stringify([...host.rows]).length).toBeLessThan(6 * 1_024 * 1_024);
  });

  test('numbers that the broker has and the state does not know of make it count anew, nothing twice', () => {
    const own = { id: 'me', epoch: 3, last: 90 };
    const message = (epoch: number, seq: number, id = 'me') => ({
      v: 1,
      id,
      epoch,
      run: 'r',
      name: 'n',
      entries: [{ seq, at: 1 }],
    });
    expect(standing(own, undefined)).toEqual({ type: 'from', confirmed: 0 });
    expect(standing(own, message(3, 88))).toEqual({ type: 'from', confirmed: 88 });
    expect(standing(own, message(2, 400))).toEqual({ type: 'from', confirmed: 0 });
    expect(standing(own, message(3, 91))).toEqual({ type: 'renew', epoch: 3 });
    expect(standing(own, message(7, 1))).toEqual({ type: 'renew', epoch: 7 });
    expect(standing(own, message(3, 91, 'the one before'))).toEqual({ type: 'from', confirmed: 0 });
    expect(standing(own, { v: 2 })).toEqual({ type: 'from', confirmed: 0 });

    const host = new Host();
    for (const text of ['a', 'b']) {
      host.sender.see(error(text, NOON), NOON);
      host.step(NOON);
    }
    host.sender.confirm('evidence', 1);
    host.sender.renew(3);
    expect(host.entries(NOON)).toEqual([]);
    host.step(NOON);
    expect(host.sender.epoch()).toBe(4);
    expect(host.entries(NOON).map(({ seq, items }) => [seq, items[0]?.text])).toEqual([[1, 'b']]);
    host.restart();
    expect(host.sender.epoch()).toBe(4);
    expect(host.count(NOON)).toBe(1);
  });
});

describe('a reader', () => {
  const at: Marker = { id: 'me', epoch: 2, seq: 10 };
  const message = (epoch: number, seqs: readonly number[], id = 'me') => ({
    id,
    epoch,
    entries: seqs.map((seq) => ({ seq })),
  });
  test.each([
    ['follows the numbers', message(2, [11, 12]), [11, 12], [], 12],
    ['drops what it has had', message(2, [9, 10, 11]), [11], [], 11],
    ['names a hole', message(2, [14]), [14], [{ from: 11, to: 13 }], 14],
    ['names a hole within a message', message(2, [11, 13]), [11, 13], [{ from: 12, to: 12 }], 13],
    ['begins anew with a later epoch', message(3, [1]), [1], [], 1],
    ['names what is missing of a later epoch', message(3, [3]), [3], [{ from: 1, to: 2 }], 3],
    ['drops an earlier epoch', message(1, [500]), [], [], 10],
  ])('%s', (_, received, fresh, missing, seq) => {
    const admitted = admit(at, received);
    expect(admitted.fresh.map((entry) => entry.seq)).toEqual(fresh);
    expect(admitted.missing).toEqual(missing);
    expect(admitted.marker.seq).toBe(seq);
    expect(admitted.isAnother).toBe(false);
  });

  test('says that another daemon sends under a name, and merges nothing: its numbers are its own', () => {
    const other = admit(at, message(1, [4], 'other'));
    expect(other).toMatchObject({
      isAnother: true,
      missing: [{ from: 1, to: 3 }],
      marker: { id: 'other', seq: 4 },
    });
  });

  test('misses nothing of a host that it hears for the first time', () => {
    expect(admit(undefined, message(1, [40, 41]))).toMatchObject({ missing: [], marker: { seq: 41 } });
  });
});
