import { randomUUID } from 'node:crypto';
import pino from 'pino';
import type { Subscription } from 'rxjs';
import { afterEach, expect, test, vi } from 'vitest';
import { type Config, configSchema } from '../src/config/config.ts';
import { decider } from '../src/daemon/fleet-decider.ts';
import { type LiveClock, liveClock } from '../src/time/live-clock.ts';
import { FleetHost } from './support/fleet-host.ts';
import { broker, type Broker } from './support/nats.ts';
import { scratchDir } from './support/state.ts';
import { startWebhookReceiver, type WebhookReceiver } from './support/webhook-receiver.ts';

let running: Broker | undefined;
let receiver: WebhookReceiver;
const closing: (() => void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) close();
  await running?.stop();
  await receiver.close();
});

const WAIT = { timeout: 50_000, interval: 100 };

function settings(at: Broker, host: string): Config {
  const rules = [{ name: 'flood', kinds: ['error'], limit: 100, window: '10m', containers: ['ap*'] }];
  return configSchema.parse({
    fleet: { ...at.member(host), rules, decide: true },
    alerts: { webhook: receiver.discordUrl },
    incident: { groupWait: '1s' },
    report: { dir: scratchDir() },
  });
}

/** A daemon that may decide, without the rest of it; its clock can be put forward. */
function hub(config: Config): { readonly stop: () => void; readonly skip: (ms: number) => void } {
  const real = liveClock(() => undefined);
  let ahead = 0;
  const clock: LiveClock = { ...real, now: () => real.now() + ahead };
  const log = pino({ level: 'silent' });
  const deciding: Subscription = decider({ config, run: randomUUID(), clock, log }).subscribe();
  const stop = () => deciding.unsubscribe();
  closing.push(stop);
  return { stop, skip: (ms) => (ahead += ms) };
}

function member(at: Broker, name: string): FleetHost {
  const host = new FleetHost(at.member(name)).start();
  closing.push(() => host.stop());
  return host;
}

/** The texts of what was posted, edits left out. */
function posted(): readonly string[] {
  return receiver.requests.filter(({ method }) => method === 'POST').map(({ body }) => body);
}

test('a limit over all hosts is told once, naming the hosts; who decides next tells it no second time', async () => {
  receiver = await startWebhookReceiver();
  const at = (running = await broker(['web-1', 'web-2', 'web-3'], false, ['web-1', 'web-3']));
  const [one, two] = [member(at, 'web-1'), member(at, 'web-2')];
  const first = hub(settings(at, 'web-1'));
  one.emit(60);
  two.emit(39);
  two.emit(500, 'of another container', 'warning');
  await vi.waitFor(() => expect(one.publisher.status().unsent + two.publisher.status().unsent).toBe(0), WAIT);
  expect(posted()).toEqual([]);
  two.emit(1);
  await vi.waitFor(() => expect(posted()).toHaveLength(1), WAIT);
  expect(posted()[0]).toMatch(/fleet yard.*100 errors by rule flood \(threshold: 100\)/s);
  expect(posted()[0]).toContain('web-1:api');
  expect(posted()[0]).toContain('web-2:api');
  first.stop();

  const second = hub(settings(at, 'web-3'));
  // What comes while it decides is counted towards the incident that is open.
  two.emit(50);
  const seen = async (): Promise<number> =>
    (await (await at.link('admin')).manager.streams.info('KV_qt_yard_decided')).state.last_seq;
  const before = await seen();
  await vi.waitFor(async () => expect(await seen()).toBeGreaterThan(before), WAIT);
  expect(posted()).toHaveLength(1);
  second.stop();
}, 120_000);

test('a decider that dies between storing and sending loses no message: the next one sends it', async () => {
  receiver = await startWebhookReceiver();
  receiver.answerAlways(503);
  const at = (running = await broker(['web-1', 'web-2', 'web-3'], false, ['web-1', 'web-3']));
  const two = member(at, 'web-2');
  const first = hub(settings(at, 'web-1'));
  two.emit(100);
  await vi.waitFor(() => expect(receiver.requests.length).toBeGreaterThan(0), WAIT);
  first.stop();
  receiver.answerAlways('default');
  const before = receiver.requests.length;
  hub(settings(at, 'web-3'));
  await vi.waitFor(() => expect(receiver.requests.length).toBeGreaterThan(before), WAIT);
  expect(posted().at(-1)).toContain('by rule flood');
}, 120_000);

test('a host that falls silent is told once, and once that it is back; one that may sleep is not', async () => {
  receiver = await startWebhookReceiver();
  const at = (running = await broker(['web-1', 'web-2', 'web-3']));
  const [two, three] = [member(at, 'web-2'), member(at, 'web-3')];
  const config = settings(at, 'web-1');
  const one = hub({
    ...config,
    fleet: { ...config.fleet, hosts: { 'web-3': { sleeps: true } } },
  });
  await vi.waitFor(() => expect(two.publisher.status().unsent).toBe(0), WAIT);
  two.emit(1);
  three.emit(1);
  const link = await at.link('admin');
  closing.push(() => void link.close());
  const saved = async (): Promise<number> =>
    (await link.manager.streams.info('KV_qt_yard_decided')).state.last_seq;
  await vi.waitFor(async () => expect(await saved()).toBeGreaterThan(1), WAIT);
  two.stop();
  three.stop();
  one.skip(120_000);
  await vi.waitFor(() => expect(posted()).toHaveLength(1), WAIT);
  expect(posted()[0]).toMatch(/web-2 is down since .* nothing is heard of this host/);
  expect(posted()[0]).not.toContain('web-3');
  two.restart();
  await vi.waitFor(() => {
    // Evidence brings the time; it must go on slowly enough for web-2 to be heard meanwhile.
    one.skip(1_500);
    two.emit(1, 'all is well', 'warning');
    expect(posted()).toHaveLength(2);
  }, WAIT);
  expect(posted()[1]).toMatch(/resolved|well again/i);
}, 180_000);
