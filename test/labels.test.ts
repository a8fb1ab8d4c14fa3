import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isEnabled, labelProblems, labelSettings, limitByLabel } from '../src/config/labels.ts';
import { cli } from './support/cli.ts';
import { daemonHome, type DaemonHome } from './support/daemon.ts';
import { describeEngine } from './support/engine.ts';

describe('labels of a container', () => {
  test('set its own limits, and whether it is followed at all', () => {
    const labels = {
      'quantum-realtime.limits.errors': '100',
      'quantum-realtime.enable': 'false',
      other: 'x',
    };
    expect([limitByLabel('errors', labels), isEnabled(labels)]).toEqual([100, false]);
    expect(labelSettings(labels).map(({ path, value }) => `${path}=${value}`)).toEqual([
      'enable=false',
      'limits.errors=100',
    ]);
    expect(labelProblems(labels)).toEqual([]);
  });

  test.each([
    ['quantum-realtime.limits.errors', 'many', /expected a whole number from 1, found "many"/],
    ['quantum-realtime.limits.errors', '0', /expected a whole number from 1/],
    ['quantum-realtime.enable', 'no', /expected true or false, found "no"/],
    ['quantum-realtime.enabled', 'false', /no such setting \(there are enable, limits\.critical/],
    ['quantum-realtime.limits.warnings', '5', /no such setting/],
  ])('%s=%s is told, and is as good as none', (label, value, problem) => {
    const labels = { [label]: value };
    expect(labelProblems(labels)).toEqual([expect.stringMatching(problem)]);
    expect([labelSettings(labels), isEnabled(labels), limitByLabel('errors', labels)]).toEqual([
      [],
      true,
      undefined,
    ]);
  });
});

describeEngine('labels on a real engine', (engine) => {
  let home: DaemonHome;
  beforeEach(() => {
    home = daemonHome({ QT_DOCKER_HOST: engine().endpoint.text });
  });
  afterEach(() => home.remove());

  test('a container with a limit of its own opens an incident by it, one that is left out is not followed', async () => {
    const errors = 'for i in 1 2 3; do echo "ERROR job $i failed"; done; sleep 300';
    const label = 'quantum-realtime.limits.errors';
    await engine().run({ name: 'strict', script: errors, labels: { [label]: '3' } });
    await engine().run({ name: 'usual', script: errors });
    await engine().run({ name: 'typo', script: errors, labels: { [label]: '3 an hour' } });
    await engine().run({ name: 'hidden', script: errors, labels: { 'quantum-realtime.enable': 'false' } });
    const daemon = home.start();
    await daemon.logged('the breach', ({ to }) => to === 'open');
    expect(daemon.log.find(({ problem }) => problem !== undefined)).toMatchObject({
      container: 'typo',
      problem: `label ${label}: expected a whole number from 1, found "3 an hour"`,
    });
    const { stdout } = await cli(['status', '--state', home.stateDir]);
    expect(stdout).toMatch(/^ {11}3 errors in strict \(threshold: 3\)$/m);
    expect(stdout).toMatch(/^ {2}! typo: label quantum-realtime\.limits\.errors: expected/m);
    expect(stdout).not.toContain('hidden');
    await daemon.end('SIGTERM');

    const checked = await cli(['check-config'], { env: { QT_DOCKER_HOST: engine().endpoint.text } });
    expect(checked.stdout).toContain(`container strict: limits.errors = 3  (label ${label})`);
    expect(checked.stdout).toContain('container hidden: enable = false  (label quantum-realtime.enable)');
    expect(checked.stderr).toContain(`container typo: label ${label}: expected a whole number`);
    expect(checked.exitCode).toBe(1);
  });
});
