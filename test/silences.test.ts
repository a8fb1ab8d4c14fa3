import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { controlRoutes } from '../src/control/routes.ts';
import type { Status } from '../src/control/status.ts';
import { silenceLines } from '../src/control/silence-lines.ts';
import { silencesShown } from '../src/daemon/silences-shown.ts';
import { policyOf } from '../src/incidents/policy.ts';
import { configSchema } from '../src/config/config.ts';
import type { Kind, Silence } from '../src/model.ts';
import { alertText } from '../src/sinks/alert/alert-text.ts';
import { reportSection } from '../src/sinks/report/report-section.ts';
import { BEGIN, Play } from './incident/play.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const heal = { command: ['heal'] };

/** The status of a daemon that has seen nothing. */
const NOTHING: Status = {
  ...{ version: '1', pid: 1, at: 0, startedAt: 0, rss: 0, dryRun: false, starts: 1, config: { loadedAt: 0 } },
  ...{
    sources: [],
    lines: { judged: 0, entries: 0, perSecond: 0 },
    containers: [],
    rules: [],
    incidents: [],
  },
  window: { length: 3_600_000, counts: { critical: 0, error: 0, warning: 0, restart: 0 } },
  heal: { configured: false, budget: { used: 0, limit: 4, window: 86_400_000 } },
  ...{ gaps: [], restarts: [], effects: [] },
  outbox: { queued: 0, unsent: 0, dead: 0, channels: [], disabled: {} },
  store: { dir: '/s', writable: true, lastCommit: 0 },
};

/** What an operator asks for, from `second` on for so many seconds. */
function silence(play: Play, second: number, length: number, match: Partial<Silence>): Play {
  const at = BEGIN + second * 1_000;
  const none = { containers: [], kinds: [], rules: [], pattern: '', why: 'known' };
  return play.feed({ type: 'silence', at, silence: { ...none, until: at + length * 1_000, ...match } }, at);
}

describe('a silence', () => {
  test('hides what matches, and nothing else that the same container says', () => {
    const play = silence(new Play({ heal }), 0, HOUR, {
      containers: ['quantum_ai_*'],
      pattern: 'shape mismatch',
    });
    play
      .signals(10, 'critical', 'quantum_ai_engine', 'Feature Shape Mismatch, expected 49', 50)
      .until(MINUTE);
    expect(play.moves).toEqual([]);
    play.signals(61, 'critical', 'quantum_ai_engine', 'out of memory', 5).until(70);
    expect(play.alerts).toEqual(['opened']);
    expect(play.alert('opened').story).toMatchObject({
      reason: '5 critical events (threshold: 5)',
      counts: { critical: 55 },
      deciding: { counts: { critical: 5 }, groups: [{ sample: 'out of memory' }] },
      silenced: [{ id: 's1', why: 'known', count: 50 }],
    });
  });

  test.each<[string, Partial<Silence>, Kind, string, boolean]>([
    ['another container', { containers: ['db'] }, 'critical', 'web', false],
    ['another kind', { containers: ['web'], kinds: ['error'] }, 'critical', 'web', false],
    ['one of its kinds', { containers: ['web'], kinds: ['error', 'critical'] }, 'critical', 'web', true],
    ['another rule', { rules: ['errors'] }, 'critical', 'web', false],
    ['its rule', { rules: ['critical'] }, 'critical', 'web', true],
    ['another text', { pattern: '^no$' }, 'critical', 'web', false],
    ['all of a container', { containers: ['w*'] }, 'critical', 'web', true],
  ])('of %s', (_, match, kind, container, hides) => {
    const play = silence(new Play({ heal }), 0, HOUR, match)
      .signals(10, kind, container, 'boom', 9)
      .until(MINUTE);
    expect(play.alerts).toEqual(hides ? [] : ['opened']);
  });

  test('leaves what it has hidden out of every decision after it, too', () => {
    const play = silence(new Play({ heal }), 0, 5 * MINUTE, { containers: ['web'] });
    play
      .signals(10, 'critical', 'web', 'boom', 50)
      .signals(6 * MINUTE, 'critical', 'web', 'boom', 4)
      .until(10 * MINUTE);
    expect(play.moves).toEqual([]);
    play.signals(11 * MINUTE, 'critical', 'web', 'boom').until(12 * MINUTE);
    expect(play.alerts).toEqual(['opened']);
  });

  test('lasts over a start, is ended by an operator, and never lasts for more than 30 days', () => {
    const play = silence(new Play({ heal }), 0, HOUR, { containers: ['web'] }).boot(5 * MINUTE);
    play.signals(6 * MINUTE, 'critical', 'web', 'boom', 5).until(7 * MINUTE);
    expect(play.moves).toEqual([]);
    play.feed({ type: 'unsilence', at: play.state.now, id: 's1' }, play.state.now);
    play.signals(8 * MINUTE, 'critical', 'web', 'boom', 5).until(9 * MINUTE);
    expect(play.alerts).toEqual(['opened']);
    silence(play, 10 * MINUTE, 90 * DAY, { containers: ['db'] });
    expect(play.state.silences?.at(-1)).toMatchObject({ id: 's2', until: play.state.now + 30 * DAY * 1_000 });
  });

  test('never hides that the engine is away, nor that the host is silent', () => {
    const play = silence(new Play({ heal }), 0, HOUR, { pattern: '.*' });
    silence(play, 0, HOUR, { containers: ['*'] });
    play.signals(10, 'critical', 'host:silence', 'nothing is logged').until(20);
    expect(play.alerts).toEqual(['opened']);
    play.feed(
      { type: 'coverage', at: play.state.now, source: 'docker', blind: true, unread: [], reason: 'gone' },
      play.state.now,
    );
    expect(play.until(3 * MINUTE).alert('opened').story.breaches).toMatchObject([{ rule: 'engine' }]);
  });

  test('holds back a state, which is told at its end if it still holds', () => {
    const down = (play: Play) =>
      silence(play, 1, 10 * MINUTE, { containers: ['web'] }).container(10, 'web', 'exited', { exitCode: 1 });
    const still = down(new Play({ heal }).container(0, 'web', 'running'));
    expect(still.until(10 * MINUTE).moves).toEqual([]);
    expect(still.until(11 * MINUTE).alerts).toEqual(['opened']);
    const back = down(new Play({ heal }).container(0, 'web', 'running')).container(
      9 * MINUTE,
      'web',
      'running',
    );
    expect(back.until(HOUR).moves).toEqual([]);
  });

  test('changes nothing of a state that was told before, and one of texts hides no state', () => {
    const play = new Play({ heal })
      .container(0, 'web', 'running')
      .container(10, 'web', 'exited', { exitCode: 1 });
    play.until(2 * MINUTE);
    silence(play, 2 * MINUTE, HOUR, { containers: ['web'] }).until(30 * MINUTE);
    expect(play.alerts).toEqual(['opened']);
    expect(play.incident().state).toBe('holding');
    const other = silence(new Play({ heal }), 0, HOUR, { containers: ['db'], kinds: ['error'] });
    other.container(1, 'db', 'running').container(10, 'db', 'exited', { exitCode: 1 });
    expect(other.until(2 * MINUTE).alerts).toEqual(['opened']);
  });

  test('never stops an escalation of what is known already', () => {
    const play = new Play({ heal, incident: { maxAttempts: 1 } })
      .signals(0, 'critical', 'web', 'boom', 5)
      .until(5);
    play
      .healed(10, 'failed')
      .until(2 * MINUTE)
      .signals(3 * MINUTE, 'critical', 'web', 'boom', 5);
    silence(play, 4 * MINUTE, HOUR, { containers: ['web'] }).until(HOUR);
    expect(play.alerts).toContain('escalated');
  });
});

describe('maintenance of the settings', () => {
  const sunday = {
    hours: ['mon 02:00-04:00'],
    zone: 'UTC',
    match: { container: ['db'] },
    why: 'backup of the database',
  };

  test('hides what comes within its hours, by the time at which it came, and tells a state at their end', () => {
    const play = new Play({ heal, maintenance: [sunday] }).container(0, 'db', 'running');
    play.signals(2 * HOUR, 'critical', 'db', 'boom', 50).container(3 * HOUR, 'db', 'exited', { exitCode: 1 });
    expect(play.until(4 * HOUR - 1).moves).toEqual([]);
    expect(play.until(4 * HOUR + 10).alerts).toEqual(['opened']);
    expect(play.alert('opened').story.reason).toContain('db is down since 03:00:00 UTC');
    const before = new Play({ heal, maintenance: [sunday] }).signals(
      2 * HOUR - 10,
      'critical',
      'db',
      'boom',
      5,
    );
    expect(before.until(3 * HOUR).alerts).toContain('opened');
  });

  test.each([
    ['everything', {}, 'expected a container, a rule or a pattern: not everything can be silenced'],
    [
      'the silence of the host',
      { rule: ['silence'] },
      'expected other rules: an engine that is away and a silent host are always told',
    ],
  ])('of %s is refused', (_, match, problem) => {
    const parsed = configSchema.safeParse({ maintenance: [{ ...sunday, match }] });
    expect(parsed.error?.issues.map(({ message }) => message)).toEqual([problem]);
  });
});

describe('silences are shown', () => {
  const policy = policyOf(
    configSchema.parse({
      maintenance: [{ hours: ['02:00-04:00'], zone: 'UTC', match: { rule: 'down' }, why: 'nightly' }],
    }),
  );

  test('in status, each with what it has hidden, and what is wrong with it', () => {
    const play = silence(new Play(), 0, 20 * DAY, { containers: ['web'], why: 'noise' });
    silence(play, 0, 20 * DAY, { pattern: 'never', kinds: ['error'], why: 'unused' });
    play.signals(10, 'error', 'web', 'boom', 1_001);
    const shown = (second: number) => {
      const at = BEGIN + second * 1_000;
      return silenceLines({ at, ...silencesShown(play.state, policy, at) });
    };
    expect(shown(HOUR)).toEqual([
      expect.stringMatching(
        /^s1: web, until .* \(noise\); 1001 events hidden; LOOK AT IT: it has hidden more than 1000 in a day$/,
      ),
      expect.stringMatching(/^s2: all containers error "never", until .* \(unused\); 0 events hidden$/),
      'maintenance[0]: all containers rule down, not now (nightly); 0 events hidden',
    ]);
    expect(shown(15 * DAY)[1]).toContain('LOOK AT IT: it has matched nothing for 14 days');
    expect(shown(21 * DAY)).toHaveLength(1);
    expect(silencesShown(new Play().state, policyOf(configSchema.parse({})), BEGIN)).toEqual({});
  });

  test('in messages and in the report', () => {
    const play = silence(new Play({ heal }), 0, HOUR, { containers: ['web'], why: 'a deploy' });
    play.signals(1, 'error', 'web', 'boom', 3).signals(5, 'critical', 'db', 'boom', 5).until(MINUTE);
    const said = '3 events silenced by s1 (a deploy), and part of no decision.';
    expect(alertText(play.alert('opened'), 'Q')).toContain(`🔕 ${said}`);
    expect(reportSection(play.alert('opened'))).toContain(`**Silenced:** ${said}`);
  });
});

describe('what cannot be silenced is refused by the daemon', () => {
  const wanted = {
    containers: ['db'],
    kinds: [],
    rules: [],
    pattern: '',
    until: BEGIN + 1_000,
    why: 'known',
  };
  test.each([
    ['something', {}, 200, ''],
    ['everything', { containers: [] }, 400, 'not everything can be silenced'],
    ['an engine that is away', { rules: ['engine'] }, 400, 'an engine that is away and a silent host'],
    ['no pattern', { pattern: '(' }, 400, 'expected a regular expression'],
    ['no reason', { why: '' }, 400, 'why'],
    ['the past', { until: BEGIN }, 409, 'a silence must end in the future'],
    ['a quarter of a year', { until: BEGIN + 90 * DAY * 1_000 }, 409, 'a silence must end within 30 days'],
  ])('%s', async (_, given, status, said) => {
    const unused = (): never => expect.unreachable('asked for something else');
    const routes = controlRoutes({
      status: () => ({ ...NOTHING, at: BEGIN }),
      ...{ pause: unused, resume: unused, ack: unused, healReset: unused, reload: unused, unsilence: unused },
      containers: unused,
      silence: () => 's1',
    });
    const answer = await routes['POST /silence']?.({ ...wanted, ...given });
    expect(answer?.status ?? 200).toBe(status);
    expect(JSON.stringify(answer?.body)).toContain(said);
  });
});

test('whatever is silenced and when, it all goes as if what was silenced had never come', () => {
  const moment = fc.integer({ min: 0, max: 2 * HOUR });
  const container = fc.constantFrom('web', 'db');
  const kind = fc.constantFrom<Kind>('critical', 'error', 'warning');
  const text = fc.constantFrom('boom', 'crash');
  const burst = fc.record({
    do: fc.constant('burst' as const),
    at: moment,
    container,
    kind,
    text,
    n: fc.integer({ min: 1, max: 12 }),
  });
  const hush = fc.record({
    do: fc.constant('hush' as const),
    at: moment,
    length: fc.integer({ min: 1, max: HOUR }),
    containers: fc.subarray(['web', 'd*'], { minLength: 1 }),
    kinds: fc.subarray<Kind>(['critical', 'error']),
    pattern: fc.constantFrom('', 'boom', '^CRASH$'),
  });
  const settings = { heal, limits: { critical: 5, errors: 20 }, incident: { verify: '1m', verifyMax: '5m' } };
  fc.assert(
    fc.property(fc.array(fc.oneof(burst, burst, hush), { maxLength: 20 }), (events) => {
      const order = events.toSorted((a, b) => a.at - b.at);
      const hushes = order.filter((event) => event.do === 'hush');
      const isHidden = (
        at: number,
        one: { container: string; kind: Kind; text: string },
        place: number,
      ): boolean =>
        hushes.some(
          (hush) =>
            order.indexOf(hush) < place &&
            at >= hush.at &&
            at < hush.at + hush.length &&
            hush.containers.some(
              (glob) => glob === one.container || (glob === 'd*' && one.container === 'db'),
            ) &&
            (hush.kinds.length === 0 || hush.kinds.includes(one.kind)) &&
            (hush.pattern === '' || new RegExp(hush.pattern, 'i').test(one.text)),
        );
      const silent = new Play(settings);
      const never = new Play(settings);
      order.forEach((event, place) => {
        if (event.do === 'hush') {
          const { at, length, containers, kinds, pattern } = event;
          silence(silent, at, length, { containers, kinds, pattern });
          return;
        }
        for (let i = 0; i < event.n; i += 1) {
          const at = event.at + i / 4;
          silent.signals(at, event.kind, event.container, event.text);
          if (!isHidden(at, event, place)) never.signals(at, event.kind, event.container, event.text);
        }
      });
      for (const play of [silent, never]) play.until(4 * HOUR);
      const course = ({ moves, effects }: Play) => ({
        moves,
        effects: effects.map(({ id, story }) => [id, story.breaches.map(({ rule }) => rule)]),
      });
      expect(course(silent)).toEqual(course(never));
    }),
    { numRuns: 200 },
  );
});
