import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Agent } from 'undici';
import { afterAll, describe, expect, test } from 'vitest';
import type { ChannelOptions, SendResult } from '../src/sinks/alert/alert-channel.ts';
import { apprise } from '../src/sinks/alert/channels/apprise.ts';
import { exec } from '../src/sinks/alert/channels/exec.ts';
import { message, optionsOf } from './support/channel-contract.ts';
import { effect, story } from './support/effects.ts';
import { containing, matching } from './support/matchers.ts';
import { scratchDir } from './support/state.ts';
import { startWebhookReceiver } from './support/webhook-receiver.ts';

const dispatcher = new Agent();
afterAll(() => dispatcher.close());

const SECRET = 'the-s3cret-of-the-channel';

function run(command: readonly string[], more: Partial<ChannelOptions> = {}): Promise<SendResult> {
  return exec
    .create({ ...optionsOf(exec, 'none:', dispatcher), command, secret: '', ...more })
    .send(message(effect({ part: 'escalated', n: 1 })));
}

describe('exec', () => {
  test('gives the message as JSON on standard input, and nothing of it among arguments or in the environment', async () => {
    const dir = scratchDir();
    const script = join(dir, 'tell');
    writeFileSync(
      script,
      `#!/bin/sh\ncat > ${dir}/input; env > ${dir}/env; tr '\\0' ' ' < /proc/$$/cmdline > ${dir}/argv\n`,
    );
    chmodSync(script, 0o755);
    process.env['QT_ALERT_WEBHOOK'] = 'https://discord.com/api/webhooks/1/abc';
    process.env['TELL_KEY'] = SECRET;
    try {
      expect(await run([script, 'oncall'], { secret: SECRET })).toMatchObject({
        verdict: 'sent',
        detail: 'exit code 0',
      });
    } finally {
      delete process.env['QT_ALERT_WEBHOOK'];
      delete process.env['TELL_KEY'];
    }
    const [input, env, argv] = ['input', 'env', 'argv'].map((name) => readFileSync(join(dir, name), 'utf8'));
    expect(JSON.parse(input ?? '')).toMatchObject({
      type: 'incident.escalated',
      data: { incident: '20251217T161807-host-1', text: containing('A person is needed') },
    });
    for (const place of [env, argv])
      for (const part of ['postgres', 'discord', SECRET]) expect(place).not.toContain(part);
    expect(argv?.trim()).toBe(`/bin/sh ${script} oncall`);
  });

  test.each([
    [['sh', '-c', 'exit 0'], 'sent', /^exit code 0$/],
    [['sh', '-c', 'echo no route to the modem >&2; exit 1'], 'retry', /^exit code 1: no route to the modem$/],
    [['sh', '-c', 'exit 75'], 'retry', /75/],
    [['sh', '-c', 'exit 78'], 'disable', /wrong configuration/],
    [['/does/not/exist'], 'disable', /ENOENT/],
    [['sh', '-c', 'echo PGPASSWORD=hunter22; exit 1'], 'retry', /^(?!.*hunter22)/],
  ])('%j means %s', async (command, verdict, detail) => {
    expect(await run(command)).toMatchObject({ verdict, detail: matching(detail) });
  });

  test('a program that reads nothing has taken it, and one that never ends is ended', async () => {
    expect(await run(['true'])).toMatchObject({ verdict: 'sent' });
    expect(await run(['sleep', '60'], { timeout: 100 })).toMatchObject({ verdict: 'retry', uncertain: true });
  });

  test('doctor is told whether it can be run, and does not run it', async () => {
    const dir = scratchDir();
    const script = join(dir, 'tell');
    writeFileSync(script, `#!/bin/sh\ntouch ${dir}/ran\n`, { mode: 0o644 });
    const options = { ...optionsOf(exec, 'none:', dispatcher), command: [script] };
    expect(await exec.probe(options)).toMatchObject({ verdict: 'refuses' });
    chmodSync(script, 0o755);
    expect(await exec.probe(options)).toMatchObject({ verdict: 'unknown' });
    expect(() => readFileSync(join(dir, 'ran'))).toThrow('ENOENT');
  });
});

describe('apprise, its command', () => {
  test('is given the file of addresses and the message, of which nothing stands among its arguments', async () => {
    await using receiver = await startWebhookReceiver();
    receiver.answerAlways(200);
    const { port } = new URL(receiver.origin);
    const file = join(scratchDir(), 'apprise.txt');
    writeFileSync(file, `oncall=json://127.0.0.1:${port}/Tok3n-of-mine\n`, { mode: 0o600 });
    const told = message(effect({ story: story({ reason: 'a reason' }) }));
    const channel = apprise.create({ ...optionsOf(apprise, `file://${file}`, dispatcher), to: ['oncall'] });
    expect(await channel.send(told)).toMatchObject({ verdict: 'sent' });
    expect(receiver.requests).toHaveLength(1);
    expect(receiver.requests[0]?.body).toContain('Auto-Heal Triggered');

    const none = apprise.create({ ...optionsOf(apprise, `file://${file}`, dispatcher), to: ['nobody'] });
    expect(await none.send(told)).toMatchObject({
      verdict: 'disable',
      detail: containing('no address of the file has the tag'),
    });
    receiver.answerAlways(500);
    const failed = await channel.send(told);
    expect(failed).toMatchObject({ verdict: 'retry' });
    expect(failed.detail).not.toContain('Tok3n');
  }, 60_000);

  test('a file that others may write to is not used', async () => {
    const file = join(scratchDir(), 'apprise.txt');
    writeFileSync(file, 'json://127.0.0.1:1\n');
    chmodSync(file, 0o622);
    const options = { ...optionsOf(apprise, `file://${file}`, dispatcher), to: [] };
    expect(await apprise.create(options).send(message())).toMatchObject({
      verdict: 'disable',
      detail: containing('others may write'),
    });
    expect(await apprise.probe(options)).toMatchObject({ verdict: 'refuses' });
  });
});
