import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { effectiveSettings } from '../src/config/effective-settings.ts';
import { ConfigError } from '../src/config/config-error.ts';
import { loadConfig } from '../src/config/load-config.ts';

const RULES_OF_ONE_NAME =
  'rules: [{ name: a, kinds: [error], limit: 1 }, { name: a, kinds: [warning], limit: 1 }]';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'config-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function file(text: string): Promise<string> {
  const path = join(folder, 'quantum-realtime.yaml');
  await writeFile(path, text);
  return path;
}

async function problemsOf(loading: Promise<unknown>): Promise<readonly string[]> {
  const error: unknown = await loading.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ConfigError);
  return error instanceof ConfigError ? error.problems : [];
}

test('with nothing configured the limits are 5 critical, 50 errors and 2 restarts in 60 minutes', async () => {
  const { config } = await loadConfig({});
  expect(config.limits).toEqual({ critical: 5, errors: 50, restarts: 2 });
  expect(config.window).toBe(3_600_000);
});

test('the environment beats the file, and a flag beats both', async () => {
  const path = await file('limits: { critical: 7, errors: 70, restarts: 7 }\n');
  const env = { QT_LIMITS_ERRORS: '100', QT_LIMITS_RESTARTS: '8', HOME: '/root' };
  const { config, sources } = await loadConfig({
    file: path,
    env,
    flags: { 'limits.restarts': 9, 'state.dir': undefined },
  });
  expect(config.limits).toEqual({ critical: 7, errors: 100, restarts: 9 });
  expect(sources.get('limits.critical')).toBe(path);
  expect(sources.get('limits.errors')).toBe('QT_LIMITS_ERRORS');
});

test('durations are written as people write them, lists parted by commas', async () => {
  const env = { QT_WINDOW: '1h30m', QT_HEAL_COMMAND: '/opt/heal.sh, --now', QT_INCIDENT_GROUPWAIT: '250ms' };
  const { config } = await loadConfig({ env });
  expect(config.window).toBe(5_400_000);
  expect(config.heal.command).toEqual(['/opt/heal.sh', '--now']);
  expect(config.incident.groupWait).toBe(250);
});

test('every wrong value is named at once, with its path, what was expected, what was found and who set it', async () => {
  const path = await file(
    'limits: { errors: lots, criticl: 3 }\nwindow: 5 minutes\nrules: [{ name: x, kinds: [fatal], limit: 0 }]\n',
  );
  const problems = await problemsOf(
    loadConfig({ file: path, env: { QT_LIMITS_CRITICAL: '-3', QT_NONSENSE: '1' } }),
  );
  expect(problems).toEqual([
    'QT_NONSENSE: no such setting (from the environment)',
    `window: expected a duration such as 3s, 10m or 1h30m, found "5 minutes" (from ${path})`,
    'limits.critical: expected more than 0, found "-3" (from QT_LIMITS_CRITICAL)',
    `limits.errors: expected number, found "lots" (from ${path})`,
    `limits.criticl: no such setting, did you mean critical? (from ${path})`,
    `rules.0.kinds.0: expected one of critical, error, warning, restart, found "fatal" (from ${path})`,
    `rules.0.limit: expected more than 0, found 0 (from ${path})`,
  ]);
});

test('quiet that has to last longer than is watched for it is refused', async () => {
  const env = { QT_INCIDENT_VERIFY: '2h', QT_INCIDENT_VERIFY_MAX: '1h' };
  await expect(loadConfig({ env })).rejects.toThrow(/incident\.verify.*at most verifyMax/);
});

test('a pattern that cannot be compiled is refused at the start, with its place', async () => {
  const path = await file(
    'classify: { rules: [{ level: ignore, pattern: "fine" }, { level: error, pattern: "(" }] }\n' +
      'rules: [{ name: x, kinds: [error], limit: 1, pattern: "[a" }]\n',
  );
  const problems = await problemsOf(loadConfig({ file: path }));
  expect(problems).toHaveLength(2);
  expect(problems[0]).toContain('classify.rules[1].pattern');
  expect(problems[1]).toContain('rules[0].pattern');
});

test.each([
  ['a window of nothing', 'window: 0', 'window: expected a duration from 1s to 7d, found 0'],
  [
    'no time to verify',
    'incident: { verify: 0 }',
    'incident.verify: expected a duration from 1s to 24h, found 0',
  ],
  [
    'a group wait of days',
    'incident: { groupWait: 2d }',
    'incident.groupWait: expected a duration of at most 5m',
  ],
  [
    'a command in one text',
    'heal: { command: "rm -rf x" }',
    'heal.command: expected a list, program and arguments',
  ],
  ['two rules of one name', RULES_OF_ONE_NAME, 'rules.1.name: expected a name no other rule has, found "a"'],
  [
    'a key that is no name',
    'rules: [{ name: a, kinds: [error], limit: 1, key: "../x -->" }]',
    'rules.0.key: expected up to',
  ],
  [
    'an address that is not the web',
    'alerts: { webhook: "file:///etc/passwd" }',
    'alerts.webhook: expected a valid url',
  ],
  [
    'a pattern that could stall',
    "rules: [{ name: a, kinds: [error], limit: 1, pattern: 'x(?!y)(a+)+$' }]",
    'rules[0].pattern: lookaround is not supported',
  ],
])('%s is refused', async (_, text, expected) => {
  expect((await problemsOf(loadConfig({ file: await file(text) }))).join('\n')).toContain(expected);
});

test('a misspelt variable is told with the one that was meant; one like no other, without', async () => {
  expect(await problemsOf(loadConfig({ env: { QT_LIMIT_ERRORS: '5', QT_TEA: 'yes' } }))).toEqual([
    'QT_LIMIT_ERRORS: no such setting, did you mean QT_LIMITS_ERRORS? (from the environment)',
    'QT_TEA: no such setting (from the environment)',
  ]);
});

test('an address where channels should be a list is not quoted either', async () => {
  const path = await file('alerts: { channels: https://discord.com/api/webhooks/1/hunter2 }\n');
  const problems = (await problemsOf(loadConfig({ file: path }))).join('\n');
  expect(problems).toContain('alerts.channels: expected array, found something else (not shown');
  expect(problems).not.toContain('hunter2');
});

test('a wrong webhook is named, but never quoted', async () => {
  const problems = await problemsOf(loadConfig({ env: { QT_ALERT_WEBHOOK: 'hunter2' } }));
  expect(problems.join('\n')).toContain('alerts.webhook: expected');
  expect(problems.join('\n')).not.toContain('hunter2');
});

test('a file that is missing or is no YAML is named', async () => {
  expect((await problemsOf(loadConfig({ file: join(folder, 'absent.yaml') })))[0]).toContain(
    'absent.yaml: cannot be read',
  );
  expect((await problemsOf(loadConfig({ file: await file('limits: [1, 2') })))[0]).toContain(
    'quantum-realtime.yaml:',
  );
  expect((await problemsOf(loadConfig({ file: await file('- a\n- b') })))[0]).toContain('expected settings');
});

test('the effective settings tell durations as people write them, hide secrets and name who set what', async () => {
  const env = { QT_ALERT_WEBHOOK: 'https://discord.com/api/webhooks/1/abc', QT_WINDOW: '90m' };
  const settings = effectiveSettings(await loadConfig({ env }));
  const byPath = new Map(settings.map((setting) => [setting.path, setting]));
  expect(byPath.get('window')).toEqual({ path: 'window', value: '1h30m', source: 'QT_WINDOW' });
  expect(byPath.get('incident.settle')).toEqual({ path: 'incident.settle', value: '1m', source: 'default' });
  expect(JSON.stringify(settings)).not.toContain('abc');
  expect(byPath.get('alerts.webhook')?.source).toBe('QT_ALERT_WEBHOOK');
});
