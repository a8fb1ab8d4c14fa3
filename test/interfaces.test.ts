import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Agent } from 'undici';
import { describe, expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import { loadConfig } from '../src/config/load-config.ts';
import type { HealRecord, Gap } from '../src/model.ts';
import { channelTo, message, SECRET_PART } from './support/channel-contract.ts';
import { effect, OPENED, story } from './support/effects.ts';
import { generic } from '../src/sinks/alert/channels/generic.ts';
import { healFacts } from '../src/sinks/heal/heal-context.ts';
import { journalLine } from '../src/sinks/report/journal-line.ts';
import { scratchDir } from './support/state.ts';
import { startWebhookReceiver } from './support/webhook-receiver.ts';

const DOCS = join(import.meta.dirname, '..', 'docs');
const INTERFACES = readFileSync(join(DOCS, 'interfaces.md'), 'utf8');

/** The code blocks of a page in one language. */
function blocks(page: string, language: string): readonly string[] {
  const block = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm');
  return [...page.matchAll(block)].map(([, text = '']) => text);
}

function schema(name: string): z.ZodType {
  const text = readFileSync(join(DOCS, 'schemas', `${name}.schema.json`), 'utf8');
  return z.fromJSONSchema(JSON.parse(text) as Parameters<typeof z.fromJSONSchema>[0]);
}

/** Everything that an event may hold. */
function fullEvent() {
  const heal: HealRecord = {
    attempt: 1,
    id: 'i:heal:1:run',
    started: OPENED,
    ended: OPENED + 3_000,
    result: 'failed',
    exitCode: 7,
    output: 'no such container',
  };
  const gap: Gap = {
    type: 'gap',
    at: OPENED,
    source: 'docker',
    container: 'a',
    from: OPENED,
    to: OPENED,
    reason: 'x',
  };
  const base = story();
  const breaches = base.breaches.map((one) => ({
    ...one,
    container: 'a',
    since: OPENED,
    from: [{ container: 'a', count: 2 }],
  }));
  const timeline = [{ at: OPENED, from: 'healthy', to: 'open', reason: 'limit reached' }] as const;
  return effect({ story: { ...base, breaches, heals: [heal], gaps: [gap], timeline, ask: 'Look.' } });
}

describe('what is given to programs is what their schemas say, with nothing beside it', () => {
  test('variables of a heal command', () => {
    const variables = healFacts(fullEvent(), '/run/heal.json');
    expect(schema('heal-variables').parse(variables)).toEqual(variables);
    for (const name of Object.keys(variables)) expect(INTERFACES).toContain(`\`${name}\``);
  });

  test('a line of incidents.jsonl, which is also the context file', () => {
    for (const event of [fullEvent(), effect()]) {
      const line: unknown = JSON.parse(journalLine(event));
      expect(schema('incident-event').parse(line)).toEqual(line);
    }
  });

  test('the body of a webhook, full and plain', async () => {
    await using receiver = await startWebhookReceiver();
    const dispatcher = new Agent();
    onTestFinished(() => dispatcher.close());
    receiver.answer({ status: 413, body: '' }, 204);
    await channelTo(generic, `${receiver.origin}/${SECRET_PART}`, dispatcher).send(message(fullEvent()));
    expect(receiver.requests).toHaveLength(2);
    for (const { json } of receiver.requests) expect(schema('webhook').parse(json)).toEqual(json);
  });

  test('a schema refuses what is not in it', () => {
    const line = { ...(JSON.parse(journalLine(fullEvent())) as object), more: 1 };
    expect(schema('incident-event').safeParse(line).success).toBe(false);
  });
});

describe('the examples of the documentation', () => {
  // One shows settings of what a reader might add, the other a file of rule tests.
  const others = ['extending.md', 'replay.md'];
  const pages = readdirSync(DOCS).filter((name) => name.endsWith('.md') && !others.includes(name));

  test.each(pages.flatMap((page) => blocks(readFileSync(join(DOCS, page), 'utf8'), 'yaml').map((text) => [page, text])))(
    'are settings that are accepted (%s)', async (_, text) => {
      const file = join(scratchDir(), 'settings.yaml');
      writeFileSync(file, text);
      await expect(loadConfig({ file })).resolves.toBeDefined();
    },
  ); // prettier-ignore

  test('are JSON that its schema takes', () => {
    const bodies = blocks(INTERFACES, 'json');
    expect(bodies).toHaveLength(1);
    for (const body of bodies) expect(schema('webhook').safeParse(JSON.parse(body)).error).toBeUndefined();
  });

  test('are a heal that restarts what is to blame, and says so where nothing is', () => {
    const script = join(scratchDir(), 'heal.sh');
    writeFileSync(script, blocks(INTERFACES, 'sh')[0] ?? '', { mode: 0o755 });
    const run = (given: object): string =>
      execFileSync(script, {
        env: { PATH: process.env['PATH'], DOCKER: 'echo docker', ...given },
        encoding: 'utf8',
      });
    const variables = healFacts(fullEvent(), '/run/heal.json');
    expect(run({ ...variables, QT_CONTAINERS_TO_BLAME: 'shop_db,shop_api' })).toBe(
      `attempt 1 of 20251217T161807-host-1: ${variables['QT_REASONS'] ?? ''}\ndocker restart shop_db\ndocker restart shop_api\n`,
    );
    expect(() => run({ ...variables, QT_CONTAINERS_TO_BLAME: '' })).toThrow();
  });

  test('find what was escalated in incidents.jsonl', () => {
    const dir = scratchDir();
    const lines = [effect(), effect({ part: 'escalated', n: 1 })].map(journalLine);
    writeFileSync(join(dir, 'incidents.jsonl'), `${lines.join('\n')}\n`);
    const found = execFileSync('sh', ['-c', blocks(INTERFACES, 'sh')[1] ?? ''], {
      cwd: dir,
      encoding: 'utf8',
    });
    expect(found).toBe(`${lines[1] ?? ''}\n`);
  });
});
