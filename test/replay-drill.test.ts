import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cli } from './support/cli.ts';
import { startWebhookReceiver } from './support/webhook-receiver.ts';

const EXAMPLE = join(import.meta.dirname, '..', 'examples', 'quantum-trader');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'replay-drill-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('with --effects alerts, report and heal are for real, and each of them says that it is a drill', async () => {
  await using receiver = await startWebhookReceiver();
  const heal = join(folder, 'heal.sh');
  await writeFile(
    heal,
    `#!/bin/sh\nprintf '%s|%s' "$QT_INCIDENT_ID" "$QUANTUM_REALTIME_DRILL" >> ${folder}/healed\n`,
  );
  const replay = await cli(
    [
      'replay',
      '--effects',
      '--json',
      '--config',
      join(EXAMPLE, 'quantum-realtime.yaml'),
      join(EXAMPLE, 'session'),
    ],
    {
      env: {
        QT_ALERT_WEBHOOK: receiver.discordUrl,
        QT_REPORT_DIR: folder,
        QT_HEAL_COMMAND: `/bin/sh,${heal}`,
      },
    },
  );
  expect(replay.exitCode, replay.stderr).toBe(0);
  expect(replay.stderr).toMatch(/^DRILL: effects are performed for real/);
  expect(replay.stderr.match(/^DRILL: (alert|report|heal) \(\w+\) done: ./gm)).toHaveLength(7);

  const posts = receiver.requests.filter(({ method }) => method === 'POST');
  expect(posts).toHaveLength(3);
  for (const { body } of receiver.requests) expect(body).toContain('DRILL - this is a replay of saved logs');

  expect(await readFile(join(folder, 'healed'), 'utf8')).toMatch(
    /^drill-\d{8}T\d{6}Z-20251217T161807Z-host-1\|1$/,
  );

  const reports = (await readdir(folder)).filter((name) => name.endsWith('.md'));
  expect(reports).toHaveLength(1);
  const report = await readFile(join(folder, reports[0] ?? ''), 'utf8');
  const sections = report.split('\n---\n').slice(1);
  expect(sections).toHaveLength(3);
  for (const section of sections) {
    expect(section).toContain('**Reason:** DRILL: ');
    expect(section).toMatch(/<!-- incident:drill-/);
  }
  for (const line of (await readFile(join(folder, 'incidents.jsonl'), 'utf8')).trim().split('\n'))
    expect(line).toContain('drill-');

  const { effects } = JSON.parse(replay.stdout) as { effects: { kind: string }[] };
  expect(effects.map(({ kind }) => kind)).toEqual([
    'alert',
    'report',
    'heal',
    'alert',
    'report',
    'alert',
    'report',
  ]);
});

test('what fails in a drill is told, and the exit code is 1', async () => {
  await using receiver = await startWebhookReceiver();
  const { exitCode, stderr } = await cli(
    ['replay', '--effects', '--config', join(EXAMPLE, 'quantum-realtime.yaml'), join(EXAMPLE, 'session')],
    {
      env: {
        QT_ALERT_WEBHOOK: receiver.discordUrl,
        QT_REPORT_DIR: folder,
        QT_HEAL_COMMAND: '/bin/false',
      },
    },
  );
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^DRILL: heal \(heal\) FAILED: .*exit code 1/m);
  expect(stderr).toMatch(/^1 effect of the drill failed$/m);
  expect(stderr).not.toContain(new URL(receiver.discordUrl).pathname);
});

test('without --effects nothing is sent, written or run', async () => {
  await using receiver = await startWebhookReceiver();
  const { exitCode } = await cli(['replay', '--json', join(EXAMPLE, 'session')], {
    env: {
      QT_ALERT_WEBHOOK: receiver.discordUrl,
      QT_REPORT_DIR: folder,
      QT_HEAL_COMMAND: `/bin/touch,${join(folder, 'healed')}`,
    },
  });
  expect(exitCode).toBe(0);
  expect(receiver.requests).toEqual([]);
  expect(await readdir(folder)).toEqual([]);
});
