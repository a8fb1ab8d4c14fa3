import { Command } from 'commander';
import { afterEach, describe, expect, test } from 'vitest';
import { testAlertCommand } from '../src/commands/test-alert.ts';
import { sendTest } from '../src/commands/test-alert/send-test.ts';
import { configSchema, type Config } from '../src/config/config.ts';
import { cli } from './support/cli.ts';
import { containing } from './support/matchers.ts';
import { startWebhookReceiver } from './support/webhook-receiver.ts';

afterEach(() => {
  process.exitCode = undefined;
});

async function print(config: Config): Promise<{ readonly ok: boolean; readonly lines: readonly string[] }> {
  const lines: string[] = [];
  const ok = await sendTest(config, (line) => lines.push(line));
  return { ok, lines };
}

describe('test-alert', () => {
  test('sends a marked message through every channel, and one that fails does not hide the others', async () => {
    await using good = await startWebhookReceiver();
    await using bad = await startWebhookReceiver();
    bad.answerAlways({ status: 404, body: '{"message": "Unknown Webhook"}' });
    const config = configSchema.parse({
      name: 'Quantum Trader',
      alerts: {
        webhook: good.discordUrl,
        channels: [
          { url: bad.discordUrl, name: 'night shift' },
          { url: `${good.origin}/hook`, type: 'generic' },
        ],
      },
    });
    const { ok, lines } = await print(config);
    expect(ok).toBe(false);
    expect(lines).toEqual([
      'discord: ok (HTTP 200)',
      'night shift: failed: HTTP 404: {"message": "Unknown Webhook"}',
      'generic: ok (HTTP 204)',
    ]);
    const [message] = good.requests.filter(({ path }) => path.includes('webhooks'));
    expect(message?.json).toMatchObject({ content: containing('Quantum Trader - Test message') });
    expect(message?.body).not.toContain('Auto-Heal Triggered');
    expect(lines.join()).not.toContain('Tok3n');
  });

  test('may be like an escalation, to see whether one rings', async () => {
    await using receiver = await startWebhookReceiver();
    const config = configSchema.parse({
      alerts: { channels: [{ url: `${receiver.origin}/topic`, type: 'ntfy' }] },
    });
    await sendTest(config, () => undefined);
    await sendTest(config, () => undefined, 'escalated');
    expect(receiver.requests.map(({ json }) => json)).toMatchObject([
      { priority: 2 },
      { priority: 5, title: containing('Test message (as escalated)') },
    ]);
  });

  test('the built program sends it, and says what became of it', async () => {
    await using receiver = await startWebhookReceiver();
    const { stdout, stderr, exitCode } = await cli(['test-alert'], {
      env: { QT_ALERT_WEBHOOK: receiver.discordUrl },
    });
    expect([stdout, stderr, exitCode]).toEqual(['discord: ok (HTTP 200)', '', 0]);
    expect(receiver.requests).toHaveLength(1);
  });

  test('without a channel it says which setting to make', async () => {
    const { ok, lines } = await print(configSchema.parse({}));
    expect(ok).toBe(false);
    expect(lines).toEqual([containing('QT_ALERT_WEBHOOK')]);
  });

  test('ends with exit code 1 if any channel failed, and with 0 if none did', async () => {
    await using receiver = await startWebhookReceiver();
    const asked: unknown[] = [];
    const program = new Command().exitOverride();
    testAlertCommand(program, (options) => {
      asked.push(options['config']);
      return Promise.resolve(configSchema.parse({ alerts: { webhook: receiver.discordUrl } }));
    });
    await program.parseAsync(['node', 'x', 'test-alert', '--config', 'some.yaml']);
    expect([process.exitCode, asked]).toEqual([undefined, ['some.yaml']]);
    receiver.answerAlways(500);
    await program.parseAsync(['node', 'x', 'test-alert']);
    expect(process.exitCode).toBe(1);
  });
});
