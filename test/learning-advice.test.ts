import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { type FoundAdvice, adviceFor } from '../src/commands/advise/advice-for.ts';
import { adviceText } from '../src/commands/advise/advice-text.ts';
import { configSchema } from '../src/config/config.ts';
import { pastIncident } from '../src/history/past-incidents.ts';
import { rulesOf } from '../src/incidents/rules.ts';
import { type AdviceParts, adviceOf } from '../src/learning/advice.ts';
import type { PastIncident } from '../src/learning/past.ts';
import { replaySession } from '../src/replay/replay-session.ts';
import { tryRule } from '../src/replay/try-rule.ts';
import { seededRandom } from './soak/seeded-random.ts';
import { story } from './support/effects.ts';

const root = mkdtempSync(join(tmpdir(), 'qt-advice-'));
afterAll(() => rmSync(root, { recursive: true }));

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const AT = Date.UTC(2025, 11, 15);
const config = configSchema.parse({ alerts: { webhook: 'http://127.0.0.1:1/x' } });

const incident = (given: Partial<PastIncident> = {}): PastIncident => ({
  ...{ id: 'i', openedAt: AT, resolvedAt: AT + HOUR, reason: 'r', heals: 0, helped: 0, escalated: false },
  messages: [{ container: 'api', fingerprint: 'order <*> rejected' }],
  ...given,
});

const none = { critical: 0, error: 0, warning: 0, restart: 0 } as const;
const minute = (at: number, error: number, container = 'api') => ({
  at,
  container,
  counts: { ...none, error },
});
const message = {
  kind: 'error',
  ...{ container: 'api', fingerprint: 'order <*> rejected', sample: 'order 4711 rejected' },
  ...{ first: AT, last: AT + HOUR, count: 60, total: 60 },
} as const;

function advice(given: Partial<AdviceParts> = {}, past: Partial<AdviceParts['past']> = {}) {
  const minutes = [minute(AT, 60)];
  return adviceOf({
    past: { minutes, hours: minutes, messages: [message], ...past },
    incidents: [incident()],
    rules: rulesOf(config),
    config,
    canHeal: true,
    tryRule: (rule) => tryRule(rule, past.minutes ?? minutes, config, AT + 24 * HOUR),
    ...given,
  });
}

test('what a limit would have led to is what replays under such limits show', async () => {
  const dir = join(root, 'logs');
  const history = mkdtempSync(join(root, 'history-'));
  writeFileSync(dir, '');
  rmSync(dir);
  const random = seededRandom(77);
  const lines: { at: number; text: string }[] = [];
  for (let hour = 0; hour < 30; hour++) {
    lines.push({ at: AT + hour * HOUR + 1, text: 'INFO on' });
    // Bursts of different size, some of them near each other.
    const size = random.between(0, 10) < 4 ? random.between(3, 60) : 0;
    for (let n = 0; n < size; n++)
      lines.push({ at: AT + hour * HOUR + random.between(0, 50 * MINUTE), text: 'ERROR no answer' });
  }
  const stamped = lines
    .sort((a, b) => a.at - b.at)
    .map(({ at, text }) => `${new Date(at).toISOString().slice(0, -1)}000000Z ${text}\n`);
  const file = join(root, 'api.log');
  writeFileSync(file, stamped.join(''));
  const under = (errors: number) =>
    configSchema.parse({
      limits: { critical: 'off', errors, restarts: 'off' },
      heal: { command: ['/bin/true'] },
    });
  await replaySession({ paths: [file], config: under(20), history });
  const { limits } = adviceFor(history, under(20), 14 * 24 * HOUR, AT + 30 * HOUR);
  const rows = limits.find(({ rule }) => rule === 'errors')?.rows ?? [];
  expect(rows.map(({ limit }) => limit)).toEqual([10, 20, 40, 100]);
  for (const { limit, incidents, alerts, heals } of rows) {
    const real = await replaySession({ paths: [file], config: under(limit) });
    const did = (what: string) => real.effects.filter(({ kind }) => kind === what).length;
    // When exactly within its minute an event came decides of a message here and there.
    for (const [[least, most], was, off] of [
      [incidents, real.incidents.length, 0],
      [heals, did('heal'), 0],
      [alerts, did('alert'), 2],
    ] as const) {
      expect(was, `limit ${limit}`).toBeGreaterThanOrEqual(least - off);
      expect(was, `limit ${limit}`).toBeLessThanOrEqual(most + off);
    }
  }
}, 30_000);

test('a rule for each container is tried on each, and what minutes cannot try is said', () => {
  const rules = rulesOf(
    configSchema.parse({
      rules: [
        { name: 'each', kinds: ['error'], limit: 10, scope: 'container', effects: ['alert'] },
        { name: 'texts', kinds: ['error'], limit: 10, pattern: 'x' },
      ],
    }),
  );
  const minutes = [minute(AT, 6, 'a'), minute(AT, 6, 'b'), minute(AT + MINUTE, 6, 'a')];
  const { limits, untried } = advice({ rules }, { minutes });
  const each = limits.find(({ rule }) => rule === 'each');
  expect(each).toMatchObject({ most: 12 });
  expect(each?.rows.find(({ limit }) => limit === 10)).toMatchObject({ incidents: [1, 1], heals: [0, 0] });
  expect(untried).toContainEqual({ rule: 'texts', reason: 'it has a pattern, and minutes have no texts' });
});

test('noise is a message that makes up most of a limit and whose incidents all go by themselves', () => {
  expect(advice().noise).toMatchObject([{ rule: 'errors', container: 'api', share: 1, incidents: 1 }]);
  for (const other of [{ heals: 1 }, { escalated: true }, { resolvedAt: undefined }, { messages: [] }])
    expect(advice({ incidents: [incident(other)] }).noise).toEqual([]);
  expect(advice({}, { hours: [minute(AT, 150)] }).noise).toEqual([]);
});

test('heals that helped are those after which an incident was resolved, with no other between', () => {
  const course = (...to: readonly string[]) =>
    pastIncident(
      story({
        heals: [{ attempt: 1, id: 'h', started: AT }],
        timeline: to.flatMap((state) =>
          TO.filter((one) => one === state).map((one) => ({
            at: AT,
            from: 'open' as const,
            to: one,
            reason: '',
          })),
        ),
      }),
    );
  const TO = [
    'healing',
    'settling',
    'verifying',
    'queued',
    'resolved',
    'escalated',
    'open',
    'closed',
  ] as const;
  expect(course('healing', 'settling', 'verifying', 'resolved')).toMatchObject({ helped: 1, resolvedAt: AT });
  const twice = ['healing', 'settling', 'verifying', 'queued', 'healing', 'settling', 'verifying'];
  expect(course(...twice, 'resolved')).toMatchObject({ helped: 1 });
  expect(course(...twice, 'escalated', 'resolved')).toMatchObject({ helped: 0, escalated: true });
  expect(course('resolved', 'open')).toMatchObject({ resolvedAt: undefined });
});

test('settings that work against each other are told, and the defaults do not', () => {
  expect(advice().contradictions).toEqual([]);
  const odd = configSchema.parse({ incident: { budget: 1, maxAttempts: 3, cooldown: '5h' } });
  expect(advice({ config: odd }).contradictions).toEqual([
    'incident.budget (1) is below incident.maxAttempts (3): the last attempts are never made',
    'incident.cooldown (5h) is above incident.cooldownMax (4h)',
    'rules alert, and no channel is configured (QT_ALERT_WEBHOOK or alerts.channels): nobody is told',
  ]);
});

test('advice is read as tables and as an entry to paste', () => {
  const found: FoundAdvice = {
    ...advice({ incidents: [incident(), incident({ heals: 2 })] }),
    ...{ from: new Date(AT).toISOString(), until: new Date(AT + HOUR).toISOString() },
    noise: advice().noise.map((one) => ({
      ...one,
      entry: "- { level: warning, pattern: 'order .* rejected' }",
    })),
  };
  const text = adviceText(found);
  expect(text).toContain('errors: at most 60 within a window');
  expect(text).toMatch(/now 50 +1 +2 +0\n/);
  expect(text).toContain("    - { level: warning, pattern: 'order .* rejected' }\n");
  expect(text).toContain('critical: at most 0 of 5 within a window');
  expect(text).toContain('0 of 2 helped: what heal.command or heal.action does');
});
