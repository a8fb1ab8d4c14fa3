import { expect, test } from 'vitest';
import type { Effect } from '../src/model.ts';
import type { AlertChannel, Message, SendResult } from '../src/sinks/alert/alert-channel.ts';
import { effectQueue, type EffectQueue } from '../src/sinks/effect-queue.ts';
import { storedOutbox } from '../src/state/outbox.ts';
import type { Store } from '../src/state/store.ts';
import { VirtualClock } from '../src/time/virtual-clock.ts';
import { effect, OPENED, story } from './support/effects.ts';
import { openFor, scratchDir } from './support/state.ts';

const MINUTE = 60_000;

/** A network that is there or not, and what has come through. */
class Network implements AlertChannel {
  readonly name = 'discord';
  readonly type = 'fake';
  readonly arrived: Message[] = [];
  reachable = true;

  send(message: Message): Promise<SendResult> {
    if (this.reachable) this.arrived.push(message);
    const end = { remoteId: '', uncertain: false, channelWide: !this.reachable } as const;
    return Promise.resolve(
      this.reachable
        ? { ...end, verdict: 'sent', detail: 'HTTP 200' }
        : { ...end, verdict: 'retry', detail: 'not reachable (ENETUNREACH)' },
    );
  }
}

/** A daemon's performer over a store on disk, which can be stopped and started, and time. */
function bench() {
  const dir = scratchDir();
  const clock = new VirtualClock();
  const network = new Network();
  clock.advanceTo(OPENED);
  let store: Store;
  let performer: EffectQueue;
  const start = (): void => {
    store = openFor(dir);
    performer = effectQueue({
      alert: { channels: [network], name: 'Q', deadline: 24 * 60 * MINUTE },
      report: { append: () => Promise.resolve() },
      heal: undefined,
      outbox: storedOutbox(store),
      clock,
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
      random: () => 0.999,
    });
    performer.resume();
  };
  start();
  const pass = async (ms: number): Promise<void> => {
    const until = clock.now() + ms;
    await performer.idle();
    while (clock.stepTo(until)) await performer.idle();
  };
  return {
    network,
    pass,
    tell: async (incident: number, part: Effect['part'], n?: number): Promise<void> => {
      const told = story({ incident: `i${incident}`, at: clock.now() });
      const one = { ...effect({ part, story: told, ...(n !== undefined && { n }) }), at: clock.now() };
      store.commit({ owed: [{ effect: one, channels: [network.name], at: clock.now() }] });
      performer.submit(one);
      await performer.idle();
    },
    restart: async (): Promise<void> => {
      await performer.stop(0);
      store.close();
      start();
    },
    unsent: () => storedOutbox(store).unsent(),
  };
}

test('an hour without a network, with a restart: one message tells it all within a quarter of an hour', async () => {
  const { network, pass, tell, restart, unsent } = bench();
  network.reachable = false;
  await tell(1, 'opened');
  await pass(MINUTE);
  await tell(1, 'heal', 1);
  await pass(20 * MINUTE);
  await tell(1, 'heal', 2);
  await restart();
  await pass(10 * MINUTE);
  await tell(1, 'escalated', 1);
  await tell(2, 'opened');
  await pass(29 * MINUTE);
  await restart();
  expect(network.arrived).toEqual([]);
  network.reachable = true;
  await pass(15 * MINUTE);
  expect(network.arrived).toHaveLength(1);
  const [summary] = network.arrived;
  expect(summary?.head).toContain('5 messages held back');
  expect(summary?.effect.id).toBe('i1:escalated:1');
  expect(summary?.body).toContain('A person is needed');
  expect(summary?.repeat).toBe(false);
  expect(unsent()).toEqual([]);
  await tell(1, 'resolved', 1);
  expect(network.arrived.map(({ id }) => id)).toEqual(['i1:escalated:1+4', 'i1:resolved:1']);
});

test('a network that comes back after a few minutes brings each message by itself, in order, and none twice', async () => {
  const { network, pass, tell, restart, unsent } = bench();
  network.reachable = false;
  await tell(1, 'opened');
  await pass(MINUTE);
  await tell(1, 'heal', 1);
  await tell(2, 'opened');
  await pass(MINUTE);
  await tell(1, 'escalated', 1);
  await restart();
  network.reachable = true;
  await pass(5 * MINUTE);
  await restart();
  await pass(60 * MINUTE);
  const ids = network.arrived.map(({ id }) => id);
  expect(ids.filter((id) => id.startsWith('i1'))).toEqual(['i1:opened', 'i1:heal:1', 'i1:escalated:1']);
  expect(ids.filter((id) => id.startsWith('i2'))).toEqual(['i2:opened']);
  expect(unsent()).toEqual([]);
});
