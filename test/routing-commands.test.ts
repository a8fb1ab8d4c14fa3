import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { explainAlerts } from '../src/commands/alerts/explain.ts';
import { exampleStory } from '../src/commands/alerts/example-story.ts';
import { explanationText } from '../src/commands/alerts/print.ts';
import { oneContainer } from '../src/commands/check-config/one-container.ts';
import { whoIsTold } from '../src/commands/check-config/who-is-told.ts';
import { localDateTime } from '../src/text/plain.ts';
import { unheard } from '../src/sinks/alert/routing/shown.ts';
import { openStore } from '../src/state/store.ts';
import { cli } from './support/cli.ts';
import { OPENED, story } from './support/effects.ts';
import { alertsOf } from './support/routed-world.ts';

const folder = mkdtempSync(join(tmpdir(), 'routing-'));
afterAll(() => rmSync(folder, { recursive: true }));

const ALERTS = {
  channels: [
    { name: 'oncall', url: 'https://hooks.test/1', fallback: 'mail' },
    { name: 'team', url: 'https://hooks.test/2', quiet: { hours: ['22:00-07:00'], zone: 'UTC' } },
    { name: 'mail', url: 'https://hooks.test/3' },
  ],
  routes: [
    { match: { severity: 'page' }, to: ['oncall', 'team'], repeat: '30m' },
    { match: { container: 'quantum_ai_*' }, to: ['mail'] },
    { match: { rule: 'restarts' }, to: [] },
    { to: ['team'], groupWait: '2m' },
  ],
};
const NIGHT = Date.parse('2026-11-26T23:00:00Z');

describe('check-config', () => {
  test('prints who gets what: rules that are told alike in a line, a column for each channel', () => {
    expect(whoIsTold(alertsOf(ALERTS))).toEqual([
      'MESSAGES ABOUT                                              SEVERITY  oncall  team  mail',
      'critical, errors, silence, down, unhealthy, storage, clock  alert     -       some  some',
      'restarts                                                    alert     -       -     some',
      'engine                                                      page      yes     yes   -',
      'escalations of critical, errors, restarts                   page      yes     yes   -',
      'oncall: what it has not taken for 5 min goes to mail as well, a page at once',
      'team: notes and alerts wait while it is 22:00-07:00 (UTC); pages do not',
    ]);
  });

  test('prints nothing of it without a channel, and everybody where there are no routes', () => {
    expect(whoIsTold(alertsOf({}))).toEqual([]);
    expect(whoIsTold(alertsOf({ channels: ALERTS.channels.slice(2) }))[1]).toMatch(/ alert +yes$/);
  });
});

describe('check-config --container', () => {
  const config = alertsOf(ALERTS, {
    heal: { command: ['/bin/true'] },
    rules: [
      { name: 'noise', kinds: ['warning'], limit: 9, containers: ['other*'] },
      {
        name: 'slow',
        kinds: ['warning'],
        limit: 7,
        scope: 'container',
        labels: { tier: 'db' },
        effects: ['report'],
      },
    ],
    maintenance: [
      { hours: ['02:00-04:00'], match: { container: 'quantum_*' }, why: 'backup' },
      { hours: ['02:00-04:00'], match: { container: 'web' }, why: 'deploy' },
    ],
  });
  const listed = {
    ...{
      id: '1',
      name: 'quantum_ai_engine',
      container: 'quantum_ai_engine',
      image: 'ai:2',
      running: true,
      old: false,
    },
    labels: { 'quantum-realtime.limits.errors': '200', tier: 'db' },
  };

  test('says what holds for one container, and from where', () => {
    expect(oneContainer(config, 'quantum_ai_engine', listed)).toEqual([
      'Container quantum_ai_engine of the image ai:2',
      'Followed.',
      'Label quantum-realtime.limits.errors=200',
      'RULE       LIMIT           FROM                                  TOLD    BY                     HEALED',
      'critical   5, of the host  limits.critical                       mail    alerts.routes[1]       heal.command',
      'errors     200, its own    label quantum-realtime.limits.errors  mail    alerts.routes[1]       heal.command',
      'restarts   2, of the host  limits.restarts                       mail    alerts.routes[1]       heal.command',
      'slow       7, its own      rules                                 nobody  effects without alert  no',
      'down                       states.down                           mail    alerts.routes[1]       no',
      'unhealthy                  states.unhealthy                      mail    alerts.routes[1]       no',
      'Silenced at times by maintenance[0] (backup)',
    ]);
  });

  test('of one that no engine has says so, and counts on no label', () => {
    const [, followed, , critical, errors] = oneContainer(config, 'db', undefined);
    expect(followed).toContain('No engine that answers has it');
    expect(critical).toMatch(/^critical +5, of the host +limits\.critical +team +alerts\.routes\[3\]/);
    expect(errors).toMatch(/^errors +50, of the host +limits\.errors /);
  });

  test('says so of one that is not followed', () => {
    const apart = alertsOf({}, { containers: { exclude: ['quantum_*'] } });
    expect(oneContainer(apart, 'quantum_ai_engine', listed)[1]).toContain('NOT FOLLOWED');
    const labelled = { ...listed, labels: { 'quantum-realtime.enable': 'false' } };
    expect(oneContainer(alertsOf({}), 'quantum_ai_engine', labelled)[1]).toContain('NOT FOLLOWED');
  });
});

describe('alerts explain', () => {
  test('says for every channel whether it gets a message, when, and why', () => {
    const until = localDateTime(Date.parse('2026-11-27T07:00:00Z'));
    expect(explanationText(explainAlerts(alertsOf(ALERTS), exampleStory(NIGHT), NIGHT)).split('\n')).toEqual([
      'Incident example-host-1: 5 critical events (threshold: 5)',
      '',
      'The message that opens it (alert)',
      '  oncall: no, alerts.routes[0] names it, but its severity is not page; alerts.routes[3] fits, and names team',
      `  team: yes, alerts.routes[3] names it; it is quiet there until ${until}; it waits 2m for what follows`,
      '  mail: no, alerts.routes[1] names it, but its container is not quantum_ai_*; alerts.routes[3] fits, and names team',
      '',
      'A call for a person (page)',
      '  oncall: yes, alerts.routes[0] names it; sent again every 30m until somebody acknowledges',
      '  team: yes, alerts.routes[0] names it; sent again every 30m until somebody acknowledges',
      '  mail: no, alerts.routes[0] fits, and names oncall, team; it gets what oncall has not taken',
      '',
      'Whoever was told of an incident is told of its end.',
      '',
    ]);
  });

  test('says so where nobody is told, and status says it of the open incident', () => {
    const config = alertsOf({ ...ALERTS, routes: [{ match: { severity: 'alert' }, to: [] }] });
    expect(explanationText(explainAlerts(config, exampleStory(NIGHT), NIGHT))).toContain(
      '  NOBODY IS TOLD OF IT.\n\nA call for a person (page)\n  oncall: yes, no route fits, so that every channel gets it',
    );
    const { breaches } = exampleStory(NIGHT);
    const open = { breaches, subjects: ['quantum_postgres'] };
    expect(unheard({ ...open, state: 'queued' }, config)).toBe('alerts.routes[0] fits, and names no channel');
    expect(unheard({ ...open, state: 'escalated' }, config)).toBeUndefined();
  });

  test('reads an incident from the state by the beginning of its id, and the settings from the file', async () => {
    const store = openStore(folder, {
      now: () => OPENED,
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    });
    const { incident } = story();
    store.commit({ incidents: [{ id: incident, openedAt: OPENED, story: story() }] });
    store.close();
    const file = join(folder, 'config.yaml');
    writeFileSync(file, JSON.stringify({ alerts: ALERTS }));
    const explain = (...args: string[]) =>
      cli(['alerts', 'explain', '--config', file, '--state', folder, ...args]);
    const found = await explain('--incident', incident.slice(0, -3), '--json');
    expect(JSON.parse(found.stdout)).toMatchObject({
      incident,
      messages: [
        { part: 'opened', severity: 'alert' },
        { part: 'escalated', severity: 'page' },
      ],
    });
    expect((await explain('--incident', 'none')).stderr).toContain('There is no incident none');
    expect((await explain()).exitCode).toBe(2);
    const checked = await cli(['check-config', '--config', file]);
    expect(checked.stdout).toContain('\nescalations of critical, errors, restarts                   page ');
    expect(checked.stdout).toContain('alerts.routes.0.repeat = 30m  (');
  });
});
