import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { cli, CLEAN_ENV, LAUNCHER } from './support/cli.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cli-'));
});
afterAll(() => rm(folder, { recursive: true }));

const SESSION = join(import.meta.dirname, '..', 'examples', 'quantum-trader', 'session');

test('--help names every command, and every command has a --help of its own', async () => {
  const { stdout, exitCode } = await cli(['--help']);
  expect(exitCode).toBe(0);
  expect(stdout).toContain('Exit codes: 0 fine, 1 fault, 2 wrong usage');
  const commands = [...stdout.matchAll(/^ {2}([a-z-]+)(?: \[| <| {2,}[a-z])/gm)].map(([, name = '']) => name);
  expect(commands).toHaveLength(28);
  for (const command of commands.filter((name) => name !== 'help')) {
    const help = await cli([command, '--help']);
    expect([command, help.exitCode]).toEqual([command, 0]);
    expect(help.stdout).toContain(`Usage: quantum-realtime ${command}`);
  }
});

test('--version is that of the package', async () => {
  expect((await cli(['--version'])).stdout).toBe(manifest.version);
});

test('an unknown command or option is wrong usage: exit code 2, and a hint', async () => {
  const command = await cli(['frobnicate']);
  expect([command.exitCode, command.stdout]).toEqual([2, '']);
  expect(command.stderr).toContain("unknown command 'frobnicate'");
  const option = await cli(['replay', '--sped', '3', SESSION]);
  expect(option.exitCode).toBe(2);
  expect(option.stderr).toContain('(Did you mean --speed?)');
});

test('a wrong configuration ends with 2 before anything is done, naming every problem', async () => {
  const config = join(folder, 'wrong.yaml');
  await writeFile(config, 'limits: { errors: many }\nheal: { timeout: soon }\n');
  const { exitCode, stderr } = await cli(['run', '--config', config]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain('limits.errors: expected a whole number from 1, or off, found "many"');
  expect(stderr).toContain('heal.timeout: expected a duration such as 3s, 10m or 1h30m, found "soon"');
});

test('without Docker, run --require-docker ends with 1 and says what to do', async () => {
  const env = {
    QT_DOCKER_HOST: `unix://${folder}/nowhere.sock`,
    QT_REPORT_DIR: folder,
    QT_STATE_DIR: folder,
  };
  const { exitCode, stderr } = await cli(['run', '--require-docker'], { env });
  expect(exitCode).toBe(1);
  expect(stderr).toContain(`${folder}/nowhere.sock`);
  expect(stderr).toContain('systemctl start docker');
});

test('replay prints a story for people, nothing but data with --json, and its speed on standard error', async () => {
  const story = await cli(['replay', SESSION]);
  expect(story.exitCode).toBe(0);
  expect(story.stdout).toContain('353 critical, 482 errors, 10 warnings, 1 restart in all');
  expect(story.stdout).toMatch(
    /^22499 lines, 22294 entries, 8 containers, 59m59s of events from 2025-12-17 16:06:14 UTC on\n/,
  );
  expect(story.stdout).toMatch(
    /\n {2}2025-12-17 16:18:07\.250 {2}healthy → open: .*\n {13}16:18:10\.250 {2}/,
  );
  const json = await cli(['replay', SESSION, '--json']);
  const result: unknown = JSON.parse(json.stdout);
  expect(result).toMatchObject({
    counts: { critical: 353, error: 482, warning: 10, restart: 1 },
    containers: 8,
  });
  expect(json.stderr).toMatch(/^\d+ lines in [\d.]+ s/);
});

test('replay --expect-no-incident ends with 3 when there was one', async () => {
  expect((await cli(['replay', SESSION, '--expect-no-incident'])).exitCode).toBe(3);
  const quiet = await cli(['replay', join(SESSION, 'quantum_redis.log'), '--expect-no-incident']);
  expect(quiet.exitCode).toBe(0);
});

test('check-config prints what is in force and who set it', async () => {
  const { stdout } = await cli(['check-config'], { env: { QT_LIMITS_ERRORS: '77' } });
  expect(stdout).toContain('limits.errors = 77  (QT_LIMITS_ERRORS)');
  expect(stdout).toContain('window = 1h  (default)');
  expect(stdout).toContain('states.down.after = 1m  (default)');
  expect(stdout).toContain('learning.window = 10m  (default)');
});

test("messages begin with the host's name, or with that of the monitor whose webhook variable is in use", async () => {
  const nameWith = async (env: Record<string, string>): Promise<string> =>
    (await cli(['check-config'], { env })).stdout.split('\n')[0] ?? '';
  const webhook = 'http://127.0.0.1:9/api/webhooks/1/Tok3n';
  expect(await nameWith({ QT_ALERT_WEBHOOK: webhook })).toBe(
    'name = "Quantum Trader"  (default where QT_ALERT_WEBHOOK is set)',
  );
  expect(await nameWith({ QT_ALERT_WEBHOOK: webhook, QT_NAME: 'shop' })).toBe('name = "shop"  (QT_NAME)');
});

test('check-config says for what the built-in restart does nothing', async () => {
  const file = join(folder, 'beyond.yaml');
  const check = async (text: string) => {
    await writeFile(file, text);
    const { stderr, exitCode } = await cli(['check-config', '--config', file]);
    expect(exitCode).toBe(0);
    return stderr;
  };
  const sources =
    'sources: { docker: false, files: [{ name: app, paths: [/var/log/app.log] }], journald: { units: [app] } }';
  expect(await check(`heal: { action: restart }\n${sources}\n`)).toContain(
    'nothing heals the groups of sources.files and the units of sources.journald',
  );
  expect(await check(`${sources}\n`)).not.toContain('nothing heals');
  expect(await check('heal: { action: restart }\n')).not.toContain('nothing heals');
});

test('a reader that has seen enough (| head) is no fault', async () => {
  const { stdout, stderr } = await execa(
    'sh',
    ['-c', '{ "$0" check-config; echo "ended with $?" >&2; } | head -n 1', LAUNCHER],
    { env: CLEAN_ENV, extendEnv: false },
  );
  expect(stdout).toBe(`name = "${hostname()}"  (default)`);
  expect(stderr).toMatch(/^ended with 0$/m);
  expect(stderr).not.toContain('EPIPE');
});

test('check-config says what is wrong with the file of alerts.ca', async () => {
  const check = (ca: string) => cli(['check-config'], { env: { QT_ALERTS_CA: ca } });
  const missing = await check('/nowhere/ca.pem');
  expect(missing.stderr).toContain('alerts.ca: /nowhere/ca.pem cannot be read: ENOENT; expected a PEM file');
  expect(missing.exitCode).toBe(1);
  const file = join(folder, 'ca.pem');
  await writeFile(file, 'not a certificate\n');
  expect((await check(file)).stderr).toContain(`alerts.ca: ${file} holds no certificate`);
});
