import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { configSchema } from '../src/config/config.ts';
import { digests, lastDue } from '../src/daemon/digests.ts';
import { gatherer } from '../src/history/gatherer.ts';
import { openHistory } from '../src/history/history-file.ts';
import { SILENT } from '../src/log.ts';
import type { Effect } from '../src/model.ts';
import { alertText } from '../src/sinks/alert/alert-text.ts';
import type { Change } from '../src/state/change.ts';
import { VirtualClock } from '../src/time/virtual-clock.ts';
import { soon } from './support/soon.ts';

const root = mkdtempSync(join(tmpdir(), 'qt-digests-'));
afterAll(() => rmSync(root, { recursive: true }));

const MINUTE = 60_000;
const MONDAY = new Date(2025, 11, 22, 4).getTime();
const REPORT = join(root, 'WEEKLY_HEALTH_REPORT_2025-12-22.md');

/** The digests of one process, from a moment on, with what they owe and send. */
function daemon(at: number, schedule = 'monday 04:00') {
  const clock = new VirtualClock();
  clock.advanceTo(at);
  const sent: Effect[] = [];
  const owed: Change[] = [];
  const said: string[] = [];
  let attempts = 0;
  const config = configSchema.parse({ digest: { schedule }, report: { dir: root } });
  const running = digests({
    stateDir: root,
    config: () => config,
    store: { commit: (change) => owed.push(change) > 0 },
    effects: { channels: () => ['phone'], submit: (effect) => void sent.push(effect) },
    clock,
    log: { ...SILENT, warn: (_, message) => void said.push(message) },
  }).subscribe(() => attempts++);
  return { clock, sent, owed, said, attempts: () => attempts, stop: () => running.unsubscribe() };
}

test('a schedule is due on its day at its time, local, and never when it is off', () => {
  expect(lastDue('off', MONDAY)).toBeUndefined();
  expect(lastDue('monday 04:00', MONDAY)).toBe(MONDAY);
  expect(lastDue('monday 04:00', MONDAY - 1)).toBe(new Date(2025, 11, 15, 4).getTime());
  expect(lastDue('sunday 23:30', MONDAY)).toBe(new Date(2025, 11, 21, 23, 30).getTime());
  for (const wrong of ['monday', 'monday 24:00', 'mon 04:00', 'weekly'])
    expect(configSchema.safeParse({ digest: { schedule: wrong } }).success, wrong).toBe(false);
});

test('the digest is written and told once at its time, over a restart too, and a problem is said once', async () => {
  const waiting = daemon(MONDAY - 2 * MINUTE);
  waiting.clock.advanceTo(MONDAY + MINUTE);
  await soon(() => expect(waiting.said).toEqual(['the weekly digest could not be made; it is tried again']));
  waiting.stop();

  const file = openHistory(root, MONDAY, SILENT);
  const gathered = gatherer();
  gathered.mark({ at: MONDAY - 86_400_000, kind: 'change', container: 'api', text: 'api was recreated' });
  file.write(gathered.take(), MONDAY);
  file.close();
  writeFileSync(REPORT, 'of others\n');
  const first = daemon(MONDAY + MINUTE);
  first.clock.advanceTo(MONDAY + 2 * MINUTE);
  await soon(() => expect(first.sent).toHaveLength(1));
  first.stop();
  const [effect] = first.sent;
  if (effect === undefined) throw new Error('nothing was sent');
  expect(first.owed).toEqual([{ owed: [{ effect, channels: ['phone'], at: effect.at }] }]);
  const text = alertText(effect, 'host');
  expect(text).toContain('ℹ️ **host** - Week 2025-W51: health 100 of 100, 0 incidents');
  expect(text).toContain(REPORT);
  const report = readFileSync(REPORT, 'utf8');
  expect(report).toMatch(/^of others\n\n---\n\n### 📅 Week 2025-W51/);
  expect(report).toContain('api was recreated');

  const again = daemon(MONDAY + 3 * MINUTE);
  again.clock.advanceTo(MONDAY + 9 * MINUTE);
  await soon(() => expect(again.attempts()).toBe(1));
  expect([again.sent, readFileSync(REPORT, 'utf8')]).toEqual([[], report]);
  again.stop();
});
