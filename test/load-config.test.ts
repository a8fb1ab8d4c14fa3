import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { effectiveSettings } from '../src/config/effective-settings.ts';
import { ConfigError } from '../src/config/config-error.ts';
import { isOff, rulesOf } from '../src/incidents/rules.ts';
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
    loadConfig({ file: path, env: { QT_LIMITS_CRITICAL: '-3', QT_LIMITS_NONSENSE: '1' } }),
  );
  expect(problems).toEqual([
    'QT_LIMITS_NONSENSE: no such setting, did you mean QT_LIMITS_CRITICAL? (from the environment)',
    `window: expected a duration such as 3s, 10m or 1h30m, found "5 minutes" (from ${path})`,
    'limits.critical: expected a whole number from 1, or off, found "-3" (from QT_LIMITS_CRITICAL)',
    `limits.errors: expected a whole number from 1, or off, found "lots" (from ${path})`,
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
    'alerts.webhook: expected an address such as https://host/path, found something else',
  ],
  [
    'a pattern that could stall',
    "rules: [{ name: a, kinds: [error], limit: 1, pattern: 'x(?!y)(a+)+$' }]",
    'rules[0].pattern: lookaround is not supported',
  ],
])('%s is refused', async (_, text, expected) => {
  expect((await problemsOf(loadConfig({ file: await file(text) }))).join('\n')).toContain(expected);
});

test.each([
  ['"http://127.0.0.1/api"', '; it stands in quotes, which are to go)'],
  ["'http://127.0.0.1/api", '; it stands in quotes, which are to go)'],
  ['<http://127.0.0.1/api>', '; it stands in <…>, which are to go)'],
  ['127.0.0.1/api', 'not shown: it is a secret)'],
])(
  'of a secret that is not usable is said what stands around it, and nothing of it: %s',
  async (address, said) => {
    const [problem = ''] = await problemsOf(loadConfig({ env: { QT_ALERT_WEBHOOK: address } }));
    expect(problem).toContain(said);
    expect(problem).not.toContain('127.0.0.1');
  },
);

test('a misspelt variable is told with the one that was meant; one like no other, without', async () => {
  expect(
    await problemsOf(
      loadConfig({ env: { QT_LIMIT_ERRORS: '5', QT_ALERT_WEBHOOK_URL: 'https://x.invalid' } }),
    ),
  ).toEqual([
    'QT_LIMIT_ERRORS: no such setting, did you mean QT_LIMITS_ERRORS? (from the environment)',
    'QT_ALERT_WEBHOOK_URL: no such setting, did you mean QT_ALERT_WEBHOOK? (from the environment)',
  ]);
});

test('an address where channels should be a list is not quoted either', async () => {
  const path = await file('alerts: { channels: https://discord.com/api/webhooks/1/hunter2 }\n');
  const problems = (await problemsOf(loadConfig({ file: path }))).join('\n');
  expect(problems).toContain('alerts.channels: expected a list, found something else (not shown');
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

test('a number without its unit is said to be milliseconds', async () => {
  expect(await problemsOf(loadConfig({ env: { QT_WINDOW: '60' } }))).toEqual([
    'window: expected a duration with its unit, such as 3s, 10m or 1h30m, found "60" (60 milliseconds: without a unit; perhaps 60m or 60s) (from QT_WINDOW)',
  ]);
});

test('less than a second without a unit is refused where it would be allowed: seconds or minutes were meant', async () => {
  expect(await problemsOf(loadConfig({ env: { QT_HEAL_TIMEOUT: '300' } }))).toEqual([
    'heal.timeout: expected a duration with its unit, such as 3s, 10m or 1h30m, found "300" (300 milliseconds: without a unit; perhaps 300m or 300s) (from QT_HEAL_TIMEOUT)',
  ]);
  const fine = { QT_HEAL_TIMEOUT: '250ms', QT_INCIDENT_COOLDOWN: '0', QT_ALERTS_TIMEOUT: '5000' };
  const { config } = await loadConfig({ env: fine });
  expect([config.heal.timeout, config.incident.cooldown, config.alerts.timeout]).toEqual([250, 0, 5_000]);
});

test('a limit is switched off by off, and then counts nothing', async () => {
  const { config } = await loadConfig({ file: await file('limits: { errors: off, restarts: false }') });
  expect(config.limits).toEqual({ critical: 5, errors: 'off', restarts: 'off' });
  const inForce = rulesOf(config).filter(({ limit }) => !isOff(limit));
  expect(inForce.map(({ name }) => name)).toEqual(['critical', 'silence']);
  expect((await loadConfig({ env: { QT_LIMITS_CRITICAL: 'off' } })).config.limits.critical).toBe('off');
  expect(await problemsOf(loadConfig({ env: { QT_LIMITS_ERRORS: '0' } }))).toEqual([
    'limits.errors: expected a whole number from 1, or off, found "0" (from QT_LIMITS_ERRORS)',
  ]);
});

test('~ is the home directory in every path, and ~NAME is refused', async () => {
  const text = `
report: { dir: ~/reports }
state: { dir: "~" }
heal: { command: [~/heal.sh, ~/x], cwd: ~/here }
sources: { files: [{ name: a, paths: [~/logs/*.log], exclude: [~/logs/b.log] }] }`;
  const { config } = await loadConfig({ file: await file(text) });
  const home = homedir();
  expect(config.report.dir).toBe(join(home, 'reports'));
  expect(config.state.dir).toBe(home);
  expect(config.heal).toMatchObject({ command: [join(home, 'heal.sh'), '~/x'], cwd: join(home, 'here') });
  expect(config.sources.files).toMatchObject([
    { paths: [join(home, 'logs/*.log')], exclude: [join(home, 'logs/b.log')] },
  ]);
  expect((await problemsOf(loadConfig({ env: { QT_REPORT_DIR: '~qt/reports' } })))[0]).toMatch(
    /^report\.dir: expected a path such as .*~NAME is not supported/,
  );
});

test('what is wrong with a pattern quotes it as it was written', async () => {
  const problems = await problemsOf(
    loadConfig({ file: await file('rules: [{ name: a, kinds: [error], limit: 1, pattern: "fai(led" }]') }),
  );
  expect(problems).toEqual(['rules[0].pattern: Invalid regular expression: /fai(led/: Unterminated group']);
});

test('lists in the environment lose the quotes around all or a part of them', async () => {
  const exclude = async (text: string) =>
    (await loadConfig({ env: { QT_CONTAINERS_EXCLUDE: text } })).config.containers.exclude;
  expect(await exclude('"a-*,b-*"')).toEqual(['a-*', 'b-*']);
  expect(await exclude("'a-*', 'b-*'")).toEqual(['a-*', 'b-*']);
  expect(await exclude('"a-*","b-*"')).toEqual(['a-*', 'b-*']);
  expect(await exclude('a"b')).toEqual(['a"b']);
});

test.each([
  ['heal: rm', 'heal: expected settings (key: value), found "rm"'],
  ['heal: { dryRun: maybe }', 'heal.dryRun: expected true or false, found "maybe"'],
  [
    'sources: { docker: 5 }',
    'sources.docker: expected true or false or settings (key: value) or a list, found 5',
  ],
])('%s is told in the words of people', async (text, expected) => {
  expect((await problemsOf(loadConfig({ file: await file(text) })))[0]).toContain(expected);
});

test('variables of the Qt toolkit and of anybody else are left alone, and named', async () => {
  const toolkit = [
    ...['QT_ACCESSIBILITY', 'QT_IM_MODULE', 'QT_QPA_PLATFORM', 'QT_QPA_PLATFORMTHEME', 'QT_STYLE_OVERRIDE'],
    ...[
      'QT_SCALE_FACTOR',
      'QT_AUTO_SCREEN_SCALE_FACTOR',
      'QT_LOGGING_RULES',
      'QT_PLUGIN_PATH',
      'QT_X11_NO_MITSHM',
    ],
    ...[
      'QT_DEBUG_PLUGINS',
      'QT_FONT_DPI',
      'QT_XCB_GL_INTEGRATION',
      'QT_SELECT',
      'QT_LINUX_ACCESSIBILITY_ALWAYS_ON',
    ],
  ];
  const { ignored } = await loadConfig({ env: Object.fromEntries(toolkit.map((name) => [name, '1'])) });
  expect(ignored).toEqual(toolkit);
});
