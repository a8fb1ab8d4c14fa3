import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Breach, NotificationType } from '../src/model.ts';
import { type About, aboutOf, severityOfRules } from '../src/sinks/alert/routing/about.ts';
import { certainty, fitOf, lookedAt } from '../src/sinks/alert/routing/fit.ts';
import { effect, story } from './support/effects.ts';
import { alertsOf, routedWorld } from './support/routed-world.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const URLS = ['a', 'b', 'c'].map((name) => ({ name, url: `https://hooks.test/${name}` }));
const [A, B, C] = URLS;
const partsOf = (messages: readonly { readonly effect: { readonly part: string } }[]): string[] =>
  messages.map(({ effect: { part } }) => part);

const about: About = {
  severity: 'alert',
  rules: ['critical'],
  kinds: ['critical'],
  containers: ['quantum_db', 'docker:vps2:api'],
  hosts: ['Q', 'vps2'],
};

function routes(...given: object[]) {
  return alertsOf({ channels: URLS, routes: given }).alerts.routes;
}

describe('a route', () => {
  test.each([
    ['everything', {}, 'yes', ''],
    ['one of several severities', { severity: ['page', 'alert'] }, 'yes', ''],
    ['another severity', { severity: 'page' }, 'no', 'severity is not page'],
    ['the name of a rule', { rule: 'crit*' }, 'yes', ''],
    ['another rule', { rule: 'errors' }, 'no', 'rule is not errors'],
    ['a container among those it is about', { container: 'quantum_*' }, 'yes', ''],
    ['no container of these', { container: ['web', 'api'] }, 'no', 'container is not web, api'],
    ['the container of another engine', { container: 'docker:vps2:*' }, 'yes', ''],
    ['a kind', { kind: 'critical' }, 'yes', ''],
    ['another kind', { kind: ['error', 'restart'] }, 'no', 'kind is not error, restart'],
    ['a host', { host: 'vps2' }, 'yes', ''],
    ['another host', { host: 'vps3' }, 'no', 'host is not vps3'],
    ['all lines at once', { severity: 'alert', rule: 'critical', host: 'vps*' }, 'yes', ''],
    ['all lines but one', { severity: 'alert', rule: 'critical', host: 'x' }, 'no', 'host is not x'],
  ])('that asks for %s', (_, match, fits, because) => {
    const [one] = routes({ match, to: ['a'] });
    expect(one === undefined ? undefined : fitOf(one, about)).toEqual({ fits, because });
  });

  test('is the last that is looked at if it fits, unless it goes on', () => {
    const all = routes(
      { match: { severity: 'page' }, to: ['a'] },
      { match: { rule: 'critical' }, to: ['b'], continue: true },
      { to: ['c'] },
      { to: ['a'] },
    );
    expect(lookedAt(all, about).map(({ index, fits }) => [index, fits])).toEqual([
      [0, 'no'],
      [1, 'yes'],
      [2, 'yes'],
    ]);
  });

  test('that asks for what is not known may fit, and whether a channel is told for certain is found out', () => {
    const { severity, rules, kinds } = about;
    const unknown = { severity, rules, kinds };
    const told = (given: object[]) =>
      ['a', 'b', 'c'].map((channel) => certainty(routes(...given), unknown, channel));
    expect(told([])).toEqual(['yes', 'yes', 'yes']);
    expect(told([{ match: { container: 'x' }, to: ['a'] }])).toEqual(['yes', 'perhaps', 'perhaps']);
    expect(told([{ match: { container: 'x' }, to: ['a'] }, { to: ['b'] }])).toEqual([
      'perhaps',
      'perhaps',
      'no',
    ]);
    expect(told([{ match: { host: 'x' }, to: ['a'], continue: true }, { to: ['b'] }])).toEqual([
      'perhaps',
      'yes',
      'no',
    ]);
    expect(told([{ match: { rule: 'x' }, to: ['a'] }, { to: [] }])).toEqual(['no', 'no', 'no']);
  });
});

test('whatever the routes are, what is certain of a channel holds for every container', () => {
  const pick = fc.constantFrom('a', 'b', 'c');
  const one = fc.record({
    match: fc.record(
      { container: fc.constantFrom('x', 'y'), rule: fc.constantFrom('critical', 'errors') },
      { requiredKeys: [] },
    ),
    to: fc.uniqueArray(pick, { maxLength: 2 }),
    continue: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(one, { maxLength: 5 }), pick, (given, channel) => {
      const all = routes(...given);
      const { severity, rules, kinds } = about;
      const told = ['x', 'y', 'x y', 'z'].map((containers) => {
        const fitting = lookedAt(all, { ...about, containers: containers.split(' ') }).filter(
          ({ fits }) => fits === 'yes',
        );
        return fitting.length === 0 || fitting.some(({ route }) => route.to.includes(channel));
      });
      const found = certainty(all, { severity, rules, kinds }, channel);
      if (found === 'yes') expect(told).not.toContain(false);
      if (found === 'no') expect(told).not.toContain(true);
    }),
  );
});

describe('the severity of a message', () => {
  const settings = alertsOf(
    { channels: URLS },
    {
      rules: [
        { name: 'loud', kinds: ['error'], limit: 1, severity: 'page' },
        { name: 'soft', kinds: ['warning'], limit: 1, severity: 'note' },
      ],
    },
  );
  test.each([
    [['critical'], 'alert'],
    [['soft'], 'note'],
    [['soft', 'errors'], 'alert'],
    [['soft', 'loud'], 'page'],
    [['engine', 'down'], 'page'],
    [[], 'alert'],
  ])('about %j is %s', (rules, severity) => {
    expect(severityOfRules(rules, settings)).toBe(severity);
  });

  test.each<[NotificationType, 'queued' | 'escalated', string]>([
    ['opened', 'queued', 'alert'],
    ['escalated', 'escalated', 'page'],
    ['reminder', 'escalated', 'page'],
    ['reminder', 'queued', 'alert'],
    ['news', 'escalated', 'alert'],
  ])('%s while the incident is %s is %s', (part, state, severity) => {
    expect(aboutOf(effect({ part, story: story({ state }) }), settings).severity).toBe(severity);
  });

  test('and what it is about come from the deciding evidence', () => {
    const counts = { critical: 5, error: 0, warning: 0, restart: 0 };
    const deciding = {
      counts,
      containers: [{ container: 'docker:vps2:api', counts }],
      groups: [],
      isLess: true,
    };
    const found = aboutOf(effect({ story: story({ deciding }) }), settings);
    expect(found).toMatchObject({ containers: ['docker:vps2:api'], hosts: ['vps2'] });
  });
});

describe('routes, at work', () => {
  test('a page goes to whom pages go, the rest elsewhere, and the end to everybody who was told', async () => {
    const config = alertsOf({
      channels: URLS,
      routes: [
        { match: { severity: 'page' }, to: ['a'] },
        { match: { container: 'quantum_*' }, to: ['b'] },
      ],
    });
    const world = routedWorld(config, '2026-11-26T12:00:00Z');
    for (const part of ['opened', 'escalated', 'resolved'] as const) await world.tell(part);
    await world.tell('opened', 'i2', { containers: {} });
    expect(partsOf(world.receiver('a').arrived)).toEqual(['escalated', 'resolved', 'opened']);
    expect(partsOf(world.receiver('b').arrived)).toEqual(['opened', 'resolved', 'opened']);
    expect(partsOf(world.receiver('c').arrived)).toEqual(['opened']);
  });

  test('a message that a route tells nobody is owed to nobody, and its outcome says which route it was', async () => {
    const world = routedWorld(alertsOf({ channels: URLS, routes: [{ to: [] }] }), '2026-11-26T12:00:00Z');
    const { id } = await world.tell('opened');
    await world.pass(1);
    expect(world.outbox.unsent()).toEqual([]);
    expect(world.outcomes).toMatchObject([
      { effect: id, detail: 'told to nobody: alerts.routes[0] fits, and names no channel' },
    ]);
  });

  test('an opening waits for what follows, and one message tells both', async () => {
    const world = routedWorld(
      alertsOf({ channels: [A], routes: [{ to: ['a'], groupWait: '2m' }] }),
      '2026-11-26T12:00:00Z',
    );
    await world.tell('opened');
    await world.pass(MINUTE);
    await world.tell('heal');
    expect(world.receiver('a').arrived).toEqual([]);
    await world.restart();
    await world.pass(MINUTE);
    const [one, ...more] = world.receiver('a').arrived;
    expect([one?.effect.part, more]).toEqual(['heal', []]);
    expect(one?.body).toContain('Before that:');
    await world.tell('resolved');
    expect(partsOf(world.receiver('a').arrived)).toEqual(['heal', 'resolved']);
  });

  test('what nobody acknowledges is sent again, over a restart, until somebody does', async () => {
    const world = routedWorld(
      alertsOf({ channels: [A], routes: [{ to: ['a'], repeat: '30m' }] }),
      '2026-11-26T12:00:00Z',
    );
    world.standing.set('i1', 'open');
    await world.tell('escalated');
    await world.pass(29 * MINUTE);
    await world.restart();
    const { arrived } = world.receiver('a');
    expect(arrived).toHaveLength(1);
    await world.pass(MINUTE);
    await world.pass(30 * MINUTE);
    expect(arrived.map(({ id }) => id)).toEqual(['i1:escalated', 'i1:escalated~1', 'i1:escalated~2']);
    expect(arrived.at(-1)?.footer).toContain('sent again: nobody has acknowledged it');
    world.standing.delete('i1');
    await world.pass(5 * HOUR);
    expect(arrived).toHaveLength(3);
  });
});

describe('an alert that nobody acknowledges', () => {
  const config = alertsOf({
    channels: [A, B],
    routes: [{ match: { severity: 'page' }, to: ['b'] }, { to: ['a'] }],
  });

  test('becomes a page after a quarter of an hour, once, over a restart', async () => {
    const world = routedWorld(config, '2026-11-26T12:00:00Z');
    world.standing.set('i1', 'unattended');
    await world.tell('opened');
    await world.pass(15 * MINUTE - 1);
    await world.restart();
    expect(world.receiver('b').arrived).toEqual([]);
    await world.pass(1);
    await world.restart();
    await world.pass(5 * HOUR);
    expect(world.receiver('b').arrived.map(({ id }) => id)).toEqual(['i1:opened:page']);
    expect(world.receiver('b').arrived[0]?.title).toContain('Still waiting for a person');
    expect(partsOf(world.receiver('a').arrived)).toEqual(['opened']);
  });

  test.each(['none', 'open'] as const)('does not while its incident is %s', async (standing) => {
    const world = routedWorld(config, '2026-11-26T12:00:00Z');
    world.standing.set('i1', standing);
    await world.tell('opened');
    await world.pass(5 * HOUR);
    expect(world.receiver('b').arrived).toEqual([]);
  });

  test('is one message where nothing tells pages from alerts', async () => {
    const world = routedWorld(alertsOf({ channels: [A] }), '2026-11-26T12:00:00Z');
    world.standing.set('i1', 'unattended');
    await world.tell('opened');
    await world.pass(5 * HOUR);
    expect(partsOf(world.receiver('a').arrived)).toEqual(['opened']);
  });

  test('waits while the only channel is quiet: nobody has been told', async () => {
    const quiet = { hours: ['22:00-07:00'], zone: 'UTC' };
    const world = routedWorld(alertsOf({ channels: [{ ...A, quiet }] }), '2026-11-26T23:00:00Z');
    world.standing.set('i1', 'unattended');
    await world.tell('opened');
    await world.pass(8 * HOUR);
    expect(partsOf(world.receiver('a').arrived)).toEqual(['opened']);
    await world.pass(15 * MINUTE);
    expect(partsOf(world.receiver('a').arrived)).toEqual(['opened', 'reminder']);
  });
});

describe('quiet hours', () => {
  const night = { hours: ['22:00-07:00'], zone: 'UTC' };

  test('hold back notes and alerts, over a restart, and tell them as one message at their end', async () => {
    const world = routedWorld(alertsOf({ channels: [{ ...A, quiet: night }, B] }), '2026-11-26T23:00:00Z');
    await world.tell('opened');
    await world.tell('heal');
    await world.tell('opened', 'i2');
    await world.restart();
    await world.pass(8 * HOUR - 1);
    expect(world.receiver('a').arrived).toEqual([]);
    expect(partsOf(world.receiver('b').arrived)).toEqual(['opened', 'heal', 'opened']);
    await world.pass(1);
    const [one, ...more] = world.receiver('a').arrived;
    expect(more).toEqual([]);
    expect(one?.title).toContain('3 messages held back');
    expect(one?.head).toContain('Quiet hours are over');
    await world.tell('resolved');
    expect(partsOf(world.receiver('a').arrived)).toHaveLength(2);
  });

  test('say of a single message since when it was held', async () => {
    const world = routedWorld(alertsOf({ channels: [{ ...A, quiet: night }] }), '2026-11-26T23:10:00Z');
    await world.tell('opened');
    await world.pass(8 * HOUR);
    expect(world.receiver('a').arrived.at(-1)?.footer).toContain('held back by quiet hours since 23:10');
  });

  test('never hold a page: it takes in what was held about the same incident, and the end follows at once', async () => {
    const world = routedWorld(alertsOf({ channels: [{ ...A, quiet: night }] }), '2026-11-26T23:00:00Z');
    await world.tell('opened');
    await world.tell('opened', 'i2');
    await world.pass(MINUTE);
    await world.tell('escalated');
    const { arrived } = world.receiver('a');
    expect(partsOf(arrived)).toEqual(['escalated']);
    expect(arrived[0]?.body).toContain('Before that:');
    await world.tell('resolved');
    expect(partsOf(arrived)).toEqual(['escalated', 'resolved']);
    await world.pass(9 * HOUR);
    expect(arrived.map(({ effect: { story: of } }) => of.incident)).toEqual(['i1', 'i1', 'i2']);
  });

  test('tell a receiver that keys by incident each message by itself, and a page in the night alone', async () => {
    const config = alertsOf({ channels: [{ ...A, quiet: night }] });
    const world = routedWorld(config, '2026-11-26T23:00:00Z', false);
    await world.tell('opened');
    await world.tell('opened', 'i2');
    await world.tell('heal', 'i2');
    await world.tell('escalated');
    expect(partsOf(world.receiver('a').arrived)).toEqual(['escalated']);
    await world.pass(9 * HOUR);
    expect(partsOf(world.receiver('a').arrived)).toEqual(['escalated', 'opened', 'heal']);
  });

  test('take nothing from the time in which a message must be delivered', async () => {
    const weekend = { hours: ['fri-sun 00:00-24:00'], zone: 'UTC' };
    const world = routedWorld(
      alertsOf({ channels: [{ ...A, quiet: weekend }], deadline: '1h' }),
      '2026-11-27T01:00:00Z',
    );
    world.receiver('a').is = 'down';
    await world.tell('opened');
    await world.pass(71 * HOUR + 30 * MINUTE);
    world.receiver('a').is = 'up';
    await world.pass(HOUR);
    expect(partsOf(world.receiver('a').arrived)).toEqual(['opened']);
  });
});

describe('a fallback', () => {
  const channels = [{ ...A, fallback: 'b' }, B];
  const routed = { channels, routes: [{ to: ['a'] }] };

  test('gets what a channel has not taken for five minutes, says so, and the channel catches up', async () => {
    const world = routedWorld(alertsOf(routed), '2026-11-26T12:00:00Z');
    world.receiver('a').is = 'down';
    await world.tell('opened');
    await world.pass(5 * MINUTE - 1);
    expect(world.receiver('b').arrived).toEqual([]);
    await world.pass(1);
    const { arrived } = world.receiver('b');
    expect(partsOf(arrived)).toEqual(['opened']);
    expect(arrived[0]?.footer).toContain('sent here because a has not taken it');
    world.receiver('a').is = 'up';
    await world.pass(HOUR);
    expect(partsOf(world.receiver('a').arrived)).toEqual(['opened']);
    await world.tell('resolved');
    expect(partsOf(arrived)).toEqual(['opened', 'resolved']);
  });

  test.each([
    ['a page at the first failure', 'down', 'escalated'],
    ['at once what a disabled channel was to get', 'wrong', 'opened'],
    ['at once what is refused for good', 'refuses', 'opened'],
  ] as const)('gets %s', async (_, is, part) => {
    const world = routedWorld(alertsOf(routed), '2026-11-26T12:00:00Z');
    world.receiver('a').is = is;
    await world.tell(part);
    await world.pass(1);
    expect(partsOf(world.receiver('b').arrived)).toEqual([part]);
  });

  test('has a fallback of its own', async () => {
    const chain = {
      channels: [{ ...A, fallback: 'b' }, { ...B, fallback: 'c' }, C],
      routes: [{ to: ['a'] }],
    };
    const world = routedWorld(alertsOf(chain), '2026-11-26T12:00:00Z');
    for (const name of ['a', 'b']) world.receiver(name).is = 'down';
    await world.tell('escalated');
    await world.pass(1);
    expect(partsOf(world.receiver('c').arrived)).toEqual(['escalated']);
  });

  test('is not used for what it gets anyway, nor for what quiet hours hold back', async () => {
    const quiet = { hours: ['22:00-07:00'], zone: 'UTC' };
    const world = routedWorld(
      alertsOf({
        channels: [{ ...A, fallback: 'b', quiet }, B],
        routes: [
          { match: { rule: 'x' }, to: [] },
          { match: { kind: 'error' }, to: ['a'] },
        ],
      }),
      '2026-11-26T21:58:00Z',
    );
    world.receiver('a').is = 'down';
    await world.tell('opened');
    await world.pass(8 * HOUR);
    expect(world.receiver('b').arrived).toEqual([]);
    const both = routedWorld(alertsOf({ channels }), '2026-11-26T12:00:00Z');
    both.receiver('a').is = 'wrong';
    await both.tell('opened');
    await both.pass(HOUR);
    expect(partsOf(both.receiver('b').arrived)).toEqual(['opened']);
  });
});

describe('settings of routes', () => {
  const refused = (alerts: object): string[] => {
    try {
      alertsOf(alerts);
      return [];
    } catch (error) {
      const issues: unknown = error instanceof Error && 'issues' in error ? error.issues : [];
      return Array.isArray(issues)
        ? issues.map(
            ({ path, message }: { path: string[]; message: string }) => `${path.join('.')}: ${message}`,
          )
        : [];
    }
  };
  test.each([
    [
      'a channel that is not there',
      { channels: URLS, routes: [{ to: ['a', 'nobody'] }] },
      ['alerts.routes.0.to.1: expected the name of a channel (there is a, b, c)'],
    ],
    [
      'a fallback that is not there',
      { channels: [{ ...A, fallback: 'x' }] },
      ['alerts.channels.0.fallback: expected the name of a channel (there is a)'],
    ],
    [
      'fallbacks in a circle',
      {
        channels: [
          { ...A, fallback: 'b' },
          { ...B, fallback: 'a' },
          { ...C, fallback: 'a' },
        ],
      },
      [
        'alerts.channels.0.fallback: expected a channel whose own fallbacks do not lead back to this one',
        'alerts.channels.1.fallback: expected a channel whose own fallbacks do not lead back to this one',
      ],
    ],
    [
      'hours that are none',
      { channels: [{ ...A, quiet: { hours: ['night'] } }] },
      ['alerts.channels.0.quiet.hours: expected hours such as 22:00-07:00, or sat-sun 00:00-24:00'],
    ],
    [
      'a zone that is none',
      { channels: [{ ...A, quiet: { hours: ['22:00-07:00'], zone: 'Oslo' } }] },
      ['alerts.channels.0.quiet.zone: expected a time zone such as Europe/Oslo'],
    ],
  ])('with %s are refused', (_, alerts, problems) => {
    expect(refused(alerts)).toEqual(problems);
  });
});

type Step =
  | { readonly do: 'tell'; readonly incident: number; readonly rule: string }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'weather'; readonly channel: number; readonly is: 'up' | 'down' | 'wrong' }
  | { readonly do: 'restart' };

const PARTS: readonly NotificationType[] = ['opened', 'heal', 'escalated', 'resolved'];
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('tell' as const),
      incident: fc.integer({ min: 1, max: 3 }),
      rule: fc.constantFrom('critical', 'quiet', 'muted', 'engine'),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      ms: fc.constantFrom(1, 3_000, MINUTE, 10 * MINUTE, 3 * HOUR, 9 * HOUR),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('weather' as const),
      channel: fc.integer({ min: 0, max: 2 }),
      is: fc.constantFrom('up' as const, 'down' as const, 'wrong' as const),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ do: 'restart' as const }) },
);

test('whatever happens, everybody who is to be told is told, no channel is woken but by pages, and no page waits', async () => {
  const config = alertsOf({
    channels: [
      { ...A, quiet: { hours: ['22:00-07:00'], zone: 'Europe/Oslo' }, fallback: 'b' },
      { ...B, quiet: { hours: ['sat-sun 00:00-24:00'], zone: 'UTC' } },
      C,
    ],
    routes: [
      { match: { rule: 'muted', severity: ['alert', 'note'] }, to: [] },
      { match: { severity: 'page' }, to: ['a', 'c'], continue: true },
      { match: { rule: 'quiet' }, to: ['b'], groupWait: '2m' },
      { match: { severity: 'alert' }, to: ['a'] },
    ],
    deadline: '10000h',
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      const world = routedWorld(config, '2026-10-23T12:00:00Z');
      const told = new Map<number, number>();
      const troubled = new Set<string>();
      for (const action of steps) {
        if (action.do === 'wait') await world.pass(action.ms);
        else if (action.do === 'restart') await world.restart();
        else if (action.do === 'weather') {
          const receiver = world.receivers[action.channel];
          if (receiver === undefined) continue;
          receiver.is = action.is;
          if (action.is !== 'up') troubled.add(receiver.name);
        } else {
          const part = PARTS[told.get(action.incident) ?? 0];
          if (part === undefined) continue;
          told.set(action.incident, (told.get(action.incident) ?? 0) + 1);
          const breach: Breach = { rule: action.rule, kinds: ['critical'], count: 5, limit: 5 };
          const incident = `i${action.incident}`;
          const one = await world.tell(part, incident, { breaches: [breach] });
          const recipients = world.routing.recipients(one);
          if (recipients.length === 0 && part !== 'resolved')
            expect(world.outbox.unsent().some(({ effect: { id } }) => id === one.id)).toBe(false);
          if (part === 'escalated') {
            expect(recipients).toEqual(expect.arrayContaining(['a', 'c']));
            for (const name of ['a', 'c'].filter((channel) => !troubled.has(channel)))
              expect(world.receiver(name).arrived.at(-1)?.effect.id).toBe(one.id);
          }
        }
      }
      for (const receiver of world.receivers) receiver.is = 'up';
      await world.pass(5 * 24 * HOUR);

      expect(world.outbox.unsent()).toEqual([]);
      for (const { name, arrived } of world.receivers)
        for (const { effect: one, at } of arrived) {
          const isPage =
            world.routing.severity(one) === 'page' ||
            (one.part === 'resolved' &&
              world.outbox
                .of(one.story.incident, name)
                .some((row) => world.routing.severity(row.effect) === 'page'));
          const until = world.routing.quietUntil(name, at);
          expect(until === undefined || isPage, `${one.id} woke ${name}`).toBe(true);
        }
      for (const [incident, count] of told)
        for (const part of PARTS.slice(0, count)) {
          const rows = world.receivers.flatMap(({ name }) =>
            world.outbox
              .of(`i${incident}`, name)
              .filter(({ effect: { id } }) => id === `i${incident}:${part}`),
          );
          for (const { effect: one, channel, state } of rows) {
            expect(state).toBe('sent');
            const { arrived } = world.receiver(channel);
            const isTold = arrived.some(
              ({ id, title, body, footer, at }) =>
                id === one.id ||
                (id.includes('+') && at >= one.at && `${title}${body}${footer}`.includes(`i${incident}`)),
            );
            expect(isTold, `${one.id} never arrived at ${channel}`).toBe(true);
          }
        }
    }),
    { numRuns: 120 },
  );
});
