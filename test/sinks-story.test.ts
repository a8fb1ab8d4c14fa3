import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asyncScheduler, filter, firstValueFrom } from 'rxjs';
import { Agent } from 'undici';
import { expect, test } from 'vitest';
import { configSchema } from '../src/config/config.ts';
import type { Effect } from '../src/model.ts';
import { alertChannels } from '../src/sinks/alert/alert-channels.ts';
import { commandHeal } from '../src/sinks/heal/actions/command.ts';
import { memoryQueue } from '../src/sinks/memory-queue.ts';
import { markdownReport } from '../src/sinks/report/report-sink.ts';
import { effect, OPENED, story } from './support/effects.ts';
import { containing } from './support/matchers.ts';
import { startWebhookReceiver } from './support/webhook-receiver.ts';

test('one incident with everything real: a rate limit, a heal that overwrites the report, three messages, one edited', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'story-'));
  await using receiver = await startWebhookReceiver();
  receiver.answer({ status: 429, body: '{"message": "You are being rate limited.", "retry_after": 0.376}' });
  const dispatcher = new Agent();
  const config = configSchema.parse({
    name: 'Quantum Trader',
    alerts: { webhook: receiver.discordUrl },
    heal: {
      command: [
        'sh',
        '-c',
        `echo healing; for report in ${dir}/WEEKLY_*; do echo '# Weekly' > "$report"; done`,
      ],
      nice: 0,
    },
  });
  const logged: string[] = [];
  const note = (fields: object, text: string): void => void logged.push(`${text} ${JSON.stringify(fields)}`);
  const performer = memoryQueue({
    alert: {
      channels: alertChannels(config.alerts, dispatcher),
      name: config.name,
      deadline: config.alerts.deadline,
    },
    report: markdownReport({ dir, title: config.report.title }),
    heal: commandHeal({
      config: config.heal,
      clock: asyncScheduler,
      env: process.env,
      secrets: [],
      contextDir: dir,
    }),
    clock: asyncScheduler,
    log: { info: note, warn: note, error: note },
  });
  const after = (id: string) =>
    firstValueFrom(performer.outcomes$.pipe(filter((outcome) => outcome.effect === id)));
  const part = (name: string, given = {}): readonly Effect[] => {
    const told = { part: name.split(':')[0] as Effect['part'], story: story(given) };
    const id = `${told.story.incident}:${name}`;
    return [effect({ ...told, id }), effect({ ...told, id: `${id}:report`, kind: 'report' })];
  };

  const opened = after('20251217T161807-host-1:opened');
  const healed = after('run');
  for (const one of [...part('opened'), effect({ kind: 'heal', id: 'run' })]) performer.submit(one);
  expect(await healed).toMatchObject({ ok: true, result: 'ok', exitCode: 0, output: 'healing\n' });
  expect(await opened).toMatchObject({ ok: true });
  const heals = [
    { attempt: 1, id: 'run', started: OPENED, ended: OPENED + 30_000, result: 'ok', exitCode: 0 },
  ];
  const resolved = after('20251217T161807-host-1:resolved:1:report');
  for (const one of part('heal:1', { state: 'settling', heals })) performer.submit(one);
  for (const one of part('resolved:1', { state: 'resolved', heals })) performer.submit(one);
  await resolved;
  await performer.idle();
  await performer.stop(1_000);
  await dispatcher.close();

  expect(
    receiver.requests.map(({ method, json }) => [
      method,
      (json as { content?: string }).content?.split('\n')[0],
    ]),
  ).toEqual([
    ['POST', '🚨 **Quantum Trader - Auto-Heal Triggered**'],
    ['POST', '🚨 **Quantum Trader - Auto-Heal Triggered**'],
    ['POST', '✅ Auto-heal completed successfully'],
    ['PATCH', undefined],
    ['POST', '✅ **Quantum Trader - Resolved**'],
    ['PATCH', undefined],
  ]);
  expect(logged).toContainEqual(containing('it will be tried again'));
  expect(logged.join('\n')).not.toContain('Tok3n');
  const report = readFileSync(
    join(dir, readdirSync(dir).find((name) => name.startsWith('WEEKLY_')) ?? ''),
    'utf8',
  );
  expect(report).toMatch(/^# Weekly\n/);
  const markers = [...report.matchAll(/<!-- incident:20251217T161807-host-1:(.*) -->/g)].map(
    ([, name]) => name,
  );
  expect(markers).toEqual(['heal:1', 'opened', 'resolved:1']);
  rmSync(dir, { recursive: true });
});
