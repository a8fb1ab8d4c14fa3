import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { HealRecord } from '../src/model.ts';
import { cli } from './support/cli.ts';
import { alert, NOON, openFor, scratchDir, story } from './support/state.ts';

const WHEN = '2026-11-23 12:00:00 +00:00';

function healOf(attempt: number, output?: string): HealRecord {
  const times = { started: NOON, ended: NOON + 3_000 };
  return {
    attempt,
    id: `i1:heal:${attempt}`,
    ...times,
    result: 'failed',
    exitCode: 7,
    ...(output && { output }),
  };
}

/** A state with an incident of two heals, of which one message arrived, one is owed and one was given up. */
function stateOfANight(): string {
  const dir = join(scratchDir(), 'state');
  const store = openFor(dir);
  const lines = Array.from({ length: 12 }, (_, line) => `step ${line}`);
  const first = { ...alert('i1', 'heal'), id: 'i1:heal:1' };
  const opened = alert('i1');
  const healed = { ...first, story: { ...first.story, heals: [healOf(1, lines.join('\n'))] } };
  store.commit({
    owed: [
      { effect: opened, channels: ['discord', 'ntfy'], at: NOON },
      { effect: healed, channels: ['discord', 'report'], at: NOON },
    ],
    incidents: [
      {
        id: 'i1',
        openedAt: NOON,
        story: { ...story('i1'), heals: [healOf(1), healOf(2, 'no such container')] },
      },
    ],
  });
  const [toDiscord, toNtfy, , toReport] = [...store.deliveries()];
  if (toDiscord === undefined || toNtfy === undefined || toReport === undefined) expect.unreachable();
  store.commit({
    deliveries: [
      { ...toDiscord, state: 'sent', attempts: 2, detail: 'HTTP 200' },
      { ...toNtfy, state: 'dead', attempts: 9, detail: 'HTTP 503' },
      { ...toReport, state: 'sent', attempts: 1, detail: 'written' },
    ],
  });
  return dir;
}

test('incidents show tells who was told of it, and what each heal said last', async () => {
  const { stdout } = await cli(['incidents', 'show', '--state', stateOfANight()], { env: { TZ: 'UTC' } });
  expect(stdout).toContain(
    ['Told', `  ${WHEN}  opened to discord: sent after 2 attempts`, `  ${WHEN}  opened to ntfy: NOT SENT, given up after 9 attempts: HTTP 503`, `  ${WHEN}  heal 1 to discord: not sent yet`, `  ${WHEN}  heal 1 to report: written`, ''].join('\n'),
  ); // prettier-ignore
  expect(stdout).toContain(
    'Output of heal 1\n  (2 earlier lines left out: the report and incidents.jsonl have them)\n  step 2\n',
  );
  expect(stdout).toContain('Output of heal 2\n  no such container\n');
});

test('the same as JSON, for machines', async () => {
  const { stdout } = await cli(['incidents', 'show', '--json', '--state', stateOfANight()]);
  const { id, told } = JSON.parse(stdout) as { id: string; told: readonly object[] };
  expect(id).toBe('i1');
  expect(told[1]).toEqual({
    part: 'opened',
    channel: 'ntfy',
    state: 'dead',
    since: NOON,
    nextAt: NOON,
    attempts: 9,
    detail: 'HTTP 503',
  });
});
