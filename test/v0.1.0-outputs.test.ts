import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { Agent } from 'undici';
import { describe, expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../src/config/load-config.ts';
import { replaySession } from '../src/replay/replay-session.ts';
import { alertChannels } from '../src/sinks/alert/alert-channels.ts';
import { memoryQueue } from '../src/sinks/memory-queue.ts';
import { markdownReport } from '../src/sinks/report/report-sink.ts';
import { VirtualClock } from '../src/time/virtual-clock.ts';
import { cli } from './support/cli.ts';
import { bench, scratchDir } from './support/state.ts';
import { changesFile, changesSince, FIXTURES, golden, openSaved, stateDir } from './support/v0.1.0.ts';
import { startWebhookReceiver, type WebhookReceiver } from './support/webhook-receiver.ts';

const ROOT = join(import.meta.dirname, '..');

describe('what version 0.1.0 has told of its incidents', () => {
  const show = async (...args: readonly string[]) => {
    const dir = stateDir('escalated');
    const { stdout, stderr, exitCode } = await cli(['incidents', ...args, '--state', dir], {
      env: { TZ: 'UTC' },
    });
    expect(exitCode, stderr).toBe(0);
    return `${stdout}\n`;
  };

  test('incidents tells in the same words', async () => {
    expect(await show()).toBe(golden('escalated', 'incidents.txt'));
    expect(await show('--json')).toBe(golden('escalated', 'incidents.json'));
  });

  test('incidents show tells in the same words', async () => {
    const ids = JSON.parse(golden('escalated', 'incidents.json')) as readonly { readonly id: string }[];
    expect(ids).toHaveLength(4);
    for (const { id } of ids)
      await isChanged(['show', id], golden('escalated', `show-${id}.txt`), await show('show', id));
  });

  test('its stored effects, performed anew, make the same messages and the same report', async () => {
    const zone = process.env['TZ'];
    process.env['TZ'] = 'UTC';
    onTestFinished(() => {
      if (zone === undefined) delete process.env['TZ'];
      else process.env['TZ'] = zone;
    });
    await using oncall = await startWebhookReceiver();
    await using ops = await startWebhookReceiver();
    await using closed = await startWebhookReceiver();
    const refused = { status: 400, body: 'unknown field' };
    ops.answer(refused, refused);
    closed.answerAlways({ status: 404, body: 'no such hook' });
    const { config } = await loadConfig({ file: join(FIXTURES, 'settings', 'escalated.yaml') });
    const receivers = [oncall, ops, closed];
    const channels = config.alerts.channels.map((channel, index) => ({
      ...channel,
      url: `${receivers[index]?.origin ?? ''}${new URL(channel.url).pathname}`,
    }));
    const dir = scratchDir();
    const clock = new VirtualClock();
    const performer = memoryQueue({
      alert: {
        channels: alertChannels({ ...config.alerts, channels }, new Agent()),
        name: config.name,
        deadline: config.alerts.deadline,
        updateInterval: config.incident.updateInterval,
      },
      report: markdownReport({ dir, title: config.report.title }),
      heal: undefined,
      clock,
      log: bench().log,
      // The shortest pauses: with others a retry may come after what follows it, and be sent with that.
      random: () => 0,
    });
    const effects = new Map(
      [...openSaved('escalated').deliveries()].map(({ effect }) => [effect.id, effect]),
    );
    for (const effect of effects.values()) {
      clock.advanceTo(effect.at);
      performer.submit(effect);
      await performer.idle();
    }
    await performer.stop(0);

    const sent = JSON.parse(golden('escalated', 'requests.json')) as readonly Request[];
    const to = (path: string) => sent.filter((request) => request.path.startsWith(path)).map(withoutId);
    expect(to('/api/webhooks')).toHaveLength(20);
    expect(to('/ops')).toHaveLength(15);
    expect(to('/closed')).toHaveLength(1);
    const all = [
      ...[...to('/api/webhooks'), ...to('/ops'), ...to('/closed')],
      ...requestsOf(oncall),
      // A 400 and a 404 that are not the service's own words are tried again since.
      ...requestsOf(ops).toSpliced(2, 1),
      ...requestsOf(closed).slice(0, 1),
    ].map((request) => JSON.stringify(request, undefined, 1));
    expect(all).toHaveLength(2 * 36);
    await isChanged(['requests'], all.slice(0, 36).join('\n'), all.slice(36).join('\n'));
    const report = readFileSync(join(dir, 'WEEKLY_HEALTH_REPORT_2026-11-26.md'), 'utf8');
    await isChanged(['report'], golden('escalated', 'report.md'), report);
    const journal = readFileSync(join(dir, 'incidents.jsonl'), 'utf8');
    await isChanged(['journal'], golden('escalated', 'incidents.jsonl'), journal);
  });
});

describe('a session of format 1', () => {
  test.each([
    ['escalated', 2],
    ['healing', 1],
    ['blind', 1],
    ['rotated', 4],
  ])('says so in the head of each of its files (%s)', (name, count) => {
    const dir = join(FIXTURES, 'sessions', name);
    const heads = readdirSync(dir).map((file) => {
      const text = zstdDecompressSync(readFileSync(join(dir, file))).toString();
      return text.slice(0, text.indexOf('\n'));
    });
    expect(heads).toEqual(new Array(count).fill('{"quantum-realtime-session":1}'));
  });

  test.each([
    ['escalated', 236, { critical: 50, error: 37, warning: 1, restart: 2 }, 4, 1, 5],
    ['healing', 28, { critical: 7, error: 5, warning: 15, restart: 0 }, 1, 0, 0],
    ['blind', 15, { critical: 5, error: 2, warning: 7, restart: 0 }, 1, 0, 0],
    ['rotated', 59, { critical: 4, error: 8, warning: 0, restart: 2 }, 2, 0, 0],
  ])('replays as it did (%s)', async (name, lines, counts, incidents, gaps, heals) => {
    const { config } = await loadConfig({ file: join(FIXTURES, 'settings', `${name}.yaml`) });
    const result = await replaySession({ paths: [join(FIXTURES, 'sessions', name)], config });
    expect(result).toMatchObject({ lines, counts, skipped: [] });
    expect([result.incidents.length, result.gaps.length]).toEqual([incidents, gaps]);
    const recorded = result.assumptions.includes(`heals end as recorded (${heals} of them)`);
    expect(recorded).toBe(heals > 0);
    const now = `${JSON.stringify(result, undefined, 2)}\n`;
    await isChanged(['replay', name, 'json'], golden('replay', `${name}.json`), now);
  });

  test.each(['escalated', 'healing', 'blind', 'rotated'])('is told as it was (%s)', async (name) => {
    const settings = join(FIXTURES, 'settings', `${name}.yaml`);
    const { stdout } = await cli(['replay', '--config', settings, join(FIXTURES, 'sessions', name)], {
      env: { TZ: 'UTC' },
    });
    await isChanged(['replay', name, 'txt'], golden('replay', `${name}.txt`), `${stdout}\n`);
  });
});

test("the example's tests come out as they did", async () => {
  const file = join('examples', 'quantum-trader', 'tests.yaml');
  const run = (...flags: readonly string[]) => cli(['test', ...flags, join(ROOT, file)]);
  const told = (stdout: string) => `${stdout.replaceAll(join(ROOT, file), file)}\n`;
  const [text, json] = [await run(), await run('--json')];
  expect([text.exitCode, json.exitCode]).toEqual([0, 0]);
  expect(told(text.stdout)).toBe(golden('test.txt'));
  expect(told(json.stdout)).toBe(golden('test.jsonl'));
});

/**
 * The same as version 0.1.0 told, but for what is told otherwise on purpose since. In messages: a story is about the
 * evidence that decided (its containers, kinds and messages, the worst kind first), and no longer about all that the
 * window holds. In the report: nothing is given up yet, since refusals that are not the service's own are waited out.
 * `incidents show` also says who was told, and what heals said.
 */
async function isChanged(name: readonly string[], then: string, now: string): Promise<void> {
  await expect(changesSince(then, now)).toMatchFileSnapshot(changesFile(...name));
}

interface Request {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

function requestsOf({ requests }: WebhookReceiver): readonly Request[] {
  return requests.map(({ method, path, json }) => withoutId({ method, path, body: json }));
}

/** The receiver numbers its messages as they come. */
function withoutId({ path, ...rest }: Request): Request {
  return { ...rest, path: path.replace(/\/messages\/\d+$/, '/messages/ID') };
}
