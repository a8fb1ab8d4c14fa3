import { afterEach, describe, expect, test, vi } from 'vitest';
import { configSchema } from '../src/config/config.ts';
import { fleetSource, type FleetSource } from '../src/fleet/fleet-source.ts';
import { SILENT } from '../src/log.ts';
import type { Observation } from '../src/model.ts';
import type { Position } from '../src/streams/source.ts';
import { liveClock } from '../src/time/live-clock.ts';
import { FleetHost } from './support/fleet-host.ts';
import { broker, type Broker } from './support/nats.ts';

let running: Broker | undefined;
const closing: (() => void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) close();
  await running?.stop();
  running = undefined;
});

const WAIT = { timeout: 60_000, interval: 50 };

/** A reader with the rights of `web-1`, what it has counted by host, and where it stands. */
class Reader {
  readonly source: FleetSource;
  readonly seen: Observation[] = [];
  position: Position | undefined;

  constructor(at: Broker, position?: Position) {
    const fleet = at.member('web-1');
    const config = configSchema.parse({ fleet: {} });
    this.source = fleetSource(fleet, { config, clock: liveClock(() => undefined), log: SILENT }, position);
    const subscription = this.source.batches$.subscribe((batch) => {
      this.seen.push(...batch);
      this.position = structuredClone(this.source.position());
    });
    this.source.coverage$.subscribe((coverage) => this.seen.push(coverage));
    this.close = () => subscription.unsubscribe();
    closing.push(this.close);
  }

  readonly close: () => void;

  counts(): Readonly<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const one of this.seen)
      if (one.type === 'signal') counts[one.container] = (counts[one.container] ?? 0) + 1;
    return counts;
  }

  gaps(): readonly string[] {
    return this.seen.flatMap((one) => (one.type === 'gap' ? [one.reason] : []));
  }
}

function host(at: Broker, name: string): FleetHost {
  const made = new FleetHost(at.member(name)).start();
  closing.push(() => made.stop());
  return made;
}

describe('the rights that fleet init makes, at a real server', () => {
  test.each([false, true])('a host publishes under its own name and no other (TLS: %s)', async (tls) => {
    running = await broker(['web-1', 'web-2'], tls);
    const link = await running.link('web-2');
    expect(await link.publish('qt.yard.ev.web-2', '{}', 0)).toBe(1);
    await expect(link.publish('qt.yard.ev.web-1', '{}', 0)).rejects.toThrow(/Permissions? Violation/i);
    await expect(link.manager.streams.info('qt_yard_ev')).rejects.toThrow(/Permissions? Violation/i);
    await link.close();
  });
});

describe('what is read of a fleet equals what its hosts emitted', () => {
  test('over a storm, and kills of the broker, of a host and of the reader', async () => {
    const at = (running = await broker(['web-1', 'web-2']));
    const [one, two] = [host(at, 'web-1'), host(at, 'web-2')];
    let reader = new Reader(at);
    one.emit(700);
    two.emit(3);
    await vi.waitFor(() => {
      one.step();
      expect(reader.counts()).toEqual({ 'web-1:api': 700, 'web-2:api': 3 });
    }, WAIT);
    reader.close();
    const { position } = reader;
    await at.stop('SIGKILL');
    one.emit(5);
    two.emit(4);
    two.restart();
    await at.start();
    reader = new Reader(at, position);
    await vi.waitFor(() => expect(reader.counts()).toEqual({ 'web-1:api': 5, 'web-2:api': 4 }), WAIT);
    expect(reader.gaps()).toEqual([]);
  }, 90_000);

  test('over a broker that has lost all it had, while a reader goes on and another begins', async () => {
    const at = (running = await broker(['web-1', 'web-2']));
    const two = host(at, 'web-2');
    two.emit(20);
    const reader = new Reader(at);
    await vi.waitFor(() => expect(reader.counts()).toEqual({ 'web-2:api': 20 }), WAIT);
    await at.stop('SIGKILL');
    at.empty();
    await at.start();
    // The host has nothing new to say: what the broker lost is sent again all the same.
    const fresh = new Reader(at);
    await vi.waitFor(() => expect(fresh.counts()).toEqual({ 'web-2:api': 20 }), WAIT);
    two.emit(1);
    await vi.waitFor(() => {
      expect(reader.counts()).toEqual({ 'web-2:api': 21 });
      expect(fresh.counts()).toEqual({ 'web-2:api': 21 });
    }, WAIT);
    expect([...reader.gaps(), ...fresh.gaps()]).toEqual([]);
  }, 120_000);

  test('what neither the broker nor the host has any more is told as a gap', async () => {
    const at = (running = await broker(['web-1', 'web-2']));
    const two = host(at, 'web-2');
    const reader = new Reader(at);
    two.emit(1);
    await vi.waitFor(() => expect(reader.counts()).toEqual({ 'web-2:api': 1 }), WAIT);
    two.stop();
    two.emit(1);
    for (const key of [...two.rows.keys()]) if (key === 'ev:2') two.rows.delete(key);
    two.restart();
    two.emit(1);
    await vi.waitFor(() => expect(reader.counts()).toEqual({ 'web-2:api': 2 }), WAIT);
    expect(reader.gaps()).toEqual(['evidence of web-2 was lost on its way (1 batches)']);
  }, 60_000);
});

describe('who goes by which name', () => {
  test('of two daemons with one state the earlier stops, and says why', async () => {
    const at = (running = await broker(['web-1', 'web-2']));
    const first = host(at, 'web-2');
    first.emit(1);
    const reader = new Reader(at);
    await vi.waitFor(() => expect(reader.counts()).toEqual({ 'web-2:api': 1 }), WAIT);
    const twin = new FleetHost(at.member('web-2'));
    for (const [key, value] of first.rows) twin.rows.set(key, value);
    closing.push(() => twin.stop());
    twin.restart();
    await vi.waitFor(
      () => expect(first.publisher.status().problem).toMatch(/another daemon goes by web-2/),
      WAIT,
    );
    twin.emit(2);
    await vi.waitFor(() => expect(reader.counts()).toEqual({ 'web-2:api': 3 }), WAIT);
  }, 90_000);
});
