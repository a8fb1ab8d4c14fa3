import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { alertmanager } from '../src/sinks/alert/channels/alertmanager.ts';
import { channelTo, message, optionsOf } from './support/channel-contract.ts';
import { effect, story } from './support/effects.ts';
import { freePort } from './support/free-port.ts';

const PROGRAM = 'prometheus-alertmanager';
const dispatcher = new Agent();
const dir = mkdtempSync(join(tmpdir(), 'alertmanager-test-'));
let origin = '';
let server: ChildProcess;

beforeAll(async () => {
  const config = join(dir, 'config.yml');
  writeFileSync(config, 'route: { receiver: none }\nreceivers: [{ name: none }]\n');
  const port = await freePort();
  origin = `http://127.0.0.1:${port}`;
  const args = [`--config.file=${config}`, `--storage.path=${dir}`, `--web.listen-address=127.0.0.1:${port}`];
  server = spawn(PROGRAM, [...args, '--cluster.listen-address='], { stdio: 'ignore' });
  for (let n = 0; n < 100; n += 1) {
    if (
      await fetch(`${origin}/-/ready`).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return;
    await sleep(100);
  }
  throw new Error(`${PROGRAM} did not become ready`);
});

afterAll(async () => {
  server.kill('SIGKILL');
  await once(server, 'exit');
  rmSync(dir, { recursive: true });
  await dispatcher.close();
});

interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly endsAt: string;
}

async function active(): Promise<readonly Alert[]> {
  const answer = await fetch(`${origin}/api/v2/alerts?active=true`);
  return (await answer.json()) as Alert[];
}

test('an incident is an alert of the real Alertmanager for as long as it lasts, and a page while it waits for a person', async () => {
  const channel = channelTo(alertmanager, origin, dispatcher);
  const now = Date.now();
  const tell = (part: 'opened' | 'escalated' | 'resolved', state: 'open' | 'escalated' | 'resolved') =>
    channel.send({ ...message(effect({ part, story: story({ state, openedAt: now }) })), at: Date.now() });
  expect(await tell('opened', 'open')).toMatchObject({ verdict: 'sent' });
  const [alert, ...others] = await active();
  expect(others).toEqual([]);
  expect(alert?.labels).toMatchObject({
    alertname: 'QuantumRealtimeIncident',
    severity: 'alert',
    key: 'host',
  });
  expect(alert?.annotations['summary']).toContain('Auto-Heal Triggered');
  expect(Date.parse(alert?.endsAt ?? '') - now).toBeGreaterThan(9 * 60_000);

  expect(await tell('escalated', 'escalated')).toMatchObject({ verdict: 'sent' });
  expect((await active()).map(({ labels }) => labels['severity']).sort()).toEqual(['alert', 'page']);
  expect(await tell('resolved', 'resolved')).toMatchObject({ verdict: 'sent' });
  expect(await active()).toEqual([]);
});

test('asked, it would take a message; what it refuses it refuses in its own words', async () => {
  expect(await alertmanager.probe(optionsOf(alertmanager, origin, dispatcher))).toMatchObject({
    verdict: 'takes',
  });
  const broken = await fetch(`${origin}/api/v2/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '[{"annotations": {}}]',
  });
  expect(broken.status).toBe(422);
  expect(await broken.text()).toContain('labels');
});
