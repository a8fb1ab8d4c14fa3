import { describe, expect, test } from 'vitest';
import type { HealRecord, HealResult, IncidentSnapshot } from '../src/model.ts';
import { alertText, alertTitle } from '../src/sinks/alert/alert-text.ts';
import { messageOf } from '../src/sinks/text/message-of.ts';
import { effect, OPENED, story } from './support/effects.ts';

const NAME = 'Quantum Trader';

function heal(result: HealResult, given: Partial<HealRecord> = {}): HealRecord {
  return { attempt: 1, id: 'run', started: OPENED, ended: OPENED + 30_000, result, ...given };
}

function healText(record: HealRecord): string {
  const told = story({ state: 'settling', at: OPENED + 30_000, heals: [record] });
  return alertText(effect({ part: 'heal', n: 1, story: told }), NAME);
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}

function opened(given: Partial<IncidentSnapshot> = {}): string {
  return alertText(effect({ story: story(given) }), NAME);
}

describe('the message that opens an incident', () => {
  test('begins with the words its readers know', () => {
    expect(opened({ ask: 'Nothing to do yet: the heal is starting.' }).split('\n').slice(0, 10)).toEqual([
      '🚨 **Quantum Trader - Auto-Heal Triggered**',
      'quantum_postgres and 1 more: database "quantum" does not exi…',
      'Nothing to do yet: the heal is starting.',
      '',
      '**Reason:** 21 critical events (threshold: 5); 54 errors (threshold: 50)',
      '**Critical Events:** 21',
      '**Errors:** 54',
      '**Container Restarts:** 1',
      '',
      'Auto-heal process initiated.',
    ]);
  });

  test.each([
    ['verifying', 'Auto-heal is not started.'],
    ['cooldown', 'Auto-heal waits: the last heal is too recent.'],
    ['escalated', 'Auto-heal is not started: a person is needed.'],
  ] as const)('does not claim a heal when the incident goes to %s', (state, said) => {
    const text = opened({ state, ask: 'Please look: no heal is configured, so nothing is healed.' });
    expect(text).not.toContain('Auto-heal process initiated.');
    expect(text).toContain(said);
    expect(text).toContain('Please look: no heal is configured');
  });

  test('says what was found at start, and that lines are missing', () => {
    const gap = {
      type: 'gap',
      source: 'docker',
      at: OPENED,
      container: 'c',
      from: OPENED,
      to: OPENED,
      reason: 'rotated',
    } as const;
    const text = opened({ foundAtStart: true, gaps: [gap] });
    expect(text).toContain('Found at start');
    expect(text).toContain('Not everything was seen: 1 gap in the logs.');
  });

  test('is about the same length however much happened', () => {
    const groups = Array.from({ length: 500 }, (_, n) => ({
      ...story().groups.slice(0, 1)[0],
      fingerprint: `${n}`,
    }));
    const containers = Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`c${n}`, story().counts]));
    const text = opened({ groups: groups as IncidentSnapshot['groups'], containers });
    expect(text).toContain('and 495 more');
    expect(text).toContain('and 195 more');
    expect(text.length).toBeLessThan(2_000);
  });
});

describe('the message that ends a heal', () => {
  test.each([
    [heal('ok', { exitCode: 0 }), '✅ Auto-heal completed successfully'],
    [heal('failed', { exitCode: 3 }), '❌ Auto-heal failed (exit code 3)'],
    [heal('failed'), '❌ Auto-heal failed'],
    [heal('timeout'), '❌ Auto-heal ran out of time and was ended'],
    [
      heal('broken', { exitCode: 127 }),
      '❌ Auto-heal could not be run: its command is not found or cannot be executed',
    ],
    [heal('unknown'), '⚠️ Auto-heal was interrupted: whether it did its work is not known'],
    [heal('dry-run'), '🧪 Auto-heal dry run: nothing was changed'],
  ])('says honestly how it went: $result', (record, line) => expect(firstLine(healText(record))).toBe(line));

  test('quotes the last words of one that failed, masked, and not those of one that went well', () => {
    const output = 'one\ntwo\nthree\nPGPASSWORD=hunter2 refused\n';
    expect(healText(heal('failed', { exitCode: 1, output }))).toContain(
      '> `two`\n> `three`\n> `PGPASSWORD=*** refused`',
    );
    expect(healText(heal('ok', { output }))).not.toContain('three');
  });

  test('of a long line that a heal has printed both ends are there: what failed, and why', () => {
    const why = 'exec: "/app/run": stat /app/run: no such file or directory';
    const output = `not restarted: shop: (HTTP code 500) server error - Cannot restart container ${'0123456789abcdef'.repeat(4)}: failed to create task for container: failed to create shim task: OCI runtime create failed: ${why}`;
    const text = healText(heal('failed', { output }));
    expect(text).toContain('> `not restarted: shop: (HTTP code 500) server error');
    expect(text).toMatch(/… \(\d+ characters left out\) ….*stat \/app\/run: no such file or directory`/);
    expect(/> `(.*)`/.exec(text)?.[1]?.length).toBe(160);
  });
});

describe('what is shown of a log line in a message', () => {
  test.each([
    [
      '2025-12-17 16:18:06.941 UTC [86] FATAL:  database "quantum" does not exist',
      'FATAL:  database "quantum" does not exist',
    ],
    ['2025-12-17 16:18:07,601 - quantum.inference - ERROR - failed', 'quantum.inference - ERROR - failed'],
    ['2025-12-17T16:18:05.156Z ERROR failed', 'ERROR failed'],
    [
      '{"level":50,"time":1,"err":{"type":"Error","message":"connect ECONNREFUSED","stack":"…"},"msg":"order not stored"}',
      'order not stored: connect ECONNREFUSED',
    ],
    ['{"level":50,"err":{"message":"connect \\"x\\" failed"', 'connect "x" failed'],
    [
      'time="2025-12-17T16:18:05.156Z" level=error msg="not acknowledged" error="no route"',
      'not acknowledged: no route',
    ],
    ['{"level":"error"}', '{"level":"error"}'],
    ['XGBoost predict failed: expected 49', 'XGBoost predict failed: expected 49'],
    ['2025-12-17 16:18:06', '2025-12-17 16:18:06'],
  ])('%s', (line, shown) => expect(messageOf(line)).toBe(shown));
});

describe('every message of a story', () => {
  const heals = [heal('ok', { exitCode: 0 }), heal('failed', { attempt: 2, exitCode: 1 })];
  const why = (to: 'escalated' | 'resolved', reason: string): IncidentSnapshot['timeline'] => [
    ...story().timeline,
    { at: OPENED, from: 'verifying', to, reason },
  ];
  const ask = 'Please look now: all attempts are spent. No further heal will be started.';
  const later = { at: OPENED + 690_000 };
  const told = [
    effect(),
    effect({
      part: 'heal',
      n: 1,
      story: story({
        ...later,
        state: 'settling',
        heals: heals.slice(0, 1),
        ask: 'Nothing to do yet: watching for 10m.',
      }),
    }),
    effect({ part: 'reopened', n: 1, story: story({ ...later, heals }) }),
    effect({
      part: 'escalated',
      n: 1,
      story: story({
        ...later,
        state: 'escalated',
        heals,
        ask,
        timeline: why('escalated', 'all attempts are spent'),
      }),
    }),
    effect({ part: 'reminder', n: 1, story: story({ ...later, state: 'escalated', heals, ask }) }),
    effect({
      part: 'resolved',
      n: 1,
      story: story({ ...later, state: 'resolved', heals, timeline: why('resolved', 'quiet for 10m') }),
    }),
    effect({ part: 'note', n: 1, story: story({ ...later, ask: 'Nothing to do.' }) }),
  ];

  test('reads as a person would want it to at night', async () => {
    const texts = told.map((one) => alertText(one, NAME)).join('\n\n==========\n\n');
    await expect(`${texts}\n`).toMatchFileSnapshot('fixtures/sinks/messages.md');
  });

  test('ends with the id of the incident', () => {
    for (const one of told) expect(alertText(one, NAME)).toMatch(/\n\nIncident 20251217T161807-host-1$/);
  });

  test('shows on a locked phone where, what, and whether its reader must act, however long names and lines are', () => {
    const long = {
      deciding: undefined,
      containers: { [`quantum_${'postgres_'.repeat(12)}`]: story().counts },
      groups: story().groups.map((group) => ({
        ...group,
        sample: `FATAL: ${'no file 17 of 3; '.repeat(60)}`,
      })),
    };
    for (const style of ['classic', 'plain'] as const)
      for (const one of told.filter(({ part }) => part !== 'note'))
        for (const given of [{}, long]) {
          const asked = { ...one.story, ...given, ask: 'Please look now: all is lost.' } as IncidentSnapshot;
          const shown = alertText({ ...one, story: asked }, NAME, style)
            .replaceAll('**', '')
            .slice(0, 120);
          expect(shown).toContain('quantum_postgres');
          expect(shown).toContain('\nPlease look');
          if (!/^[✅🔧❌]/u.test(shown)) expect(shown).toMatch(/database "quantum" does|no file 17/);
        }
  });

  test('in plain style the first line says where and what, with the number that was too many', () => {
    const asks = { breaches: story().breaches.slice(0, 1) };
    expect(firstLine(alertText(effect({ story: story(asks) }), 'vm', 'plain'))).toBe(
      '🚨 **quantum_postgres and 1 more on vm: database "quantum" does not exist (21 critical, limit 5)**',
    );
    expect(firstLine(alertText(effect({ part: 'resolved', n: 1, story: story(later) }), 'vm', 'plain'))).toBe(
      '✅ **quantum_postgres and 1 more on vm: resolved after 11m30s**',
    );
  });

  test('has a title of one line without emphasis', () => {
    for (const one of told) expect(alertTitle(one, NAME)).toMatch(/^[^\n*]{5,100}$/);
  });
});
