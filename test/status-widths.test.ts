import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { statusText } from '../src/control/status-text.ts';
import type { Status } from '../src/control/status.ts';

process.env['TZ'] = 'UTC';

const FIXTURES = join(import.meta.dirname, 'fixtures', 'status');
const at = Date.UTC(2025, 11, 17, 16, 29, 40);
const zero = { critical: 0, error: 0, warning: 0, restart: 0 };
const container = (name: string, more: Partial<Status['containers'][number]> = {}) => ({
  id: name, source: 'docker', name, container: name, image: 'i', driver: 'json-file', state: 'following', lag: 4, lines: 5_120,
  perSecond: 1.2, counts: zero, warnings: [], lastLineAt: at - 4_000, ...more,
}); // prettier-ignore

const status: Status = {
  version: '1.2.3',
  pid: 16_730,
  at,
  startedAt: at - 7_980_000,
  rss: 80 * 2 ** 20,
  dryRun: false,
  starts: 1,
  config: { loadedAt: at - 7_980_000, file: '/etc/quantum-realtime/config.yaml' },
  sources: [
    { id: 'docker', kind: 'docker', endpoint: 'unix:///var/run/docker.sock', state: 'up', since: at - 7_980_000 },
    { id: 'files', kind: 'files', endpoint: 'files', state: 'up', since: at - 7_980_000 },
  ], // prettier-ignore
  lines: { judged: 49_120, entries: 40_000, perSecond: 6.2 },
  containers: [
    container('quantum_ai_engine', { counts: { ...zero, error: 482, warning: 3 } }),
    container('quantum_crasher', { state: 'stopped', exitCode: 137, perSecond: 0 }),
    container('quantum_postgres', { unhealthy: true, counts: { ...zero, critical: 6, restart: 1 } }),
    container('files:nginx', { driver: 'file', source: 'files', warnings: ['3 files of the group cannot be read'] }),
  ], // prettier-ignore
  window: { length: 3_600_000, counts: { critical: 8, error: 494, warning: 3, restart: 1 } },
  rules: [
    { rule: 'critical', deciding: 0, inWindow: 8, limit: 5 },
    { rule: 'errors', deciding: 51, inWindow: 494, limit: 50 },
    { rule: 'restarts', deciding: 0, inWindow: 1, limit: 2 },
  ],
  incidents: [
    {
      id: '20251217T161807Z-host-1',
      key: 'host',
      state: 'resolved',
      openedAt: at - 700_000,
      since: at - 20_000,
      reason: '6 critical events (threshold: 5)',
      why: 'a heal is due',
      attempts: 1,
      acknowledged: false,
      next: { at: at + 1_780_000, what: 'it is closed' },
    },
  ],
  heal: { configured: true, budget: { used: 1, limit: 4, window: 86_400_000 }, cooldownUntil: at + 610_000 },
  gaps: [],
  restarts: [
    { at: at - 710_000, source: 'docker', container: 'quantum_postgres', cause: 'policy', counted: true, text: 'restarted by policy after exit code 2' },
    { at: at - 400_000, source: 'docker', container: 'quantum_gateway', cause: 'manual', counted: false, text: 'restarted by an operator' },
  ], // prettier-ignore
  effects: [
    {
      id: '20251217T161807Z-host-1:opened',
      kind: 'alert',
      at: at - 697_000,
      ended: at - 697_000,
      ok: true,
      detail: 'no channel is configured',
    },
    {
      id: '20251217T161807Z-host-1:heal:1',
      kind: 'heal',
      at: at - 697_000,
      ended: at - 667_000,
      ok: true,
      detail: 'exit code 0',
    },
  ],
  outbox: { queued: 0, unsent: 0, dead: 0, channels: [], disabled: {} },
  store: { dir: '/var/lib/quantum-realtime', writable: true, lastCommit: at - 1_000 },
};

describe.each([50, 80, 200])('a status on %i columns', (width) => {
  const text = statusText(status, width);

  test('is as it was read and found good', () => {
    const path = join(FIXTURES, `${width}.txt`);
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, text);
    expect(text).toBe(readFileSync(path, 'utf8'));
  });

  test('keeps within them', () => {
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(width);
  });

  test('shows what is wrong with a container, whose restart it was, and that nobody was told', () => {
    const flat = text.replaceAll(/\s+/g, ' ');
    expect(flat).toMatch(/quantum_po\S+ unhealthy/);
    expect(flat).toMatch(/quantum_cr\S+ exited 137/);
    expect(flat).toContain('quantum_gateway: restarted by an operator (not counted)');
    expect(flat).toContain('not done: no channel is configured');
    expect(flat).not.toContain('a heal is due');
    expect(flat).toContain('in the last 1h now: 8 critical events, 494 errors, 1 restart, 3 warnings');
  });

  test('has a row for what no container of the table accounts for, so that columns add up', () => {
    expect(text).toMatch(/^\(gone\).* 2 +12 +0 +0$/m);
  });
});
