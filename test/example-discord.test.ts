import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type DiscordStandIn,
  type Received,
  startDiscordStandIn,
} from '../src/commands/demo/discord-stand-in.ts';

describe('the server that plays Discord', () => {
  let discord: DiscordStandIn;
  let told: Received[];
  const send = (method: string, path: string, body: string) =>
    fetch(`${discord.url}${path}`, { method, body, headers: { 'content-type': 'application/json' } });

  beforeEach(async () => {
    told = [];
    discord = await startDiscordStandIn((message) => told.push(message));
  });
  afterEach(() => discord.close());

  it('has an address of the form that tells a Discord webhook', () => {
    expect(new URL(discord.url).pathname).toMatch(/^\/api\/webhooks\/\d+\/[^/]+$/);
  });

  it('answers a message with its id when asked to wait, and with 204 otherwise', async () => {
    const waited = await send('POST', '?wait=true', '{"content":"one","embeds":[{"description":"more"}]}');
    expect(waited.status).toBe(200);
    expect(await waited.json()).toMatchObject({ id: told[0]?.id, content: 'one' });
    expect((await send('POST', '', '{"content":"two"}')).status).toBe(204);
    expect(told.map(({ content, body }) => [content, body])).toEqual([
      ['one', 'more'],
      ['two', ''],
    ]);
    expect(new Set(told.map(({ id }) => id)).size).toBe(2);
  });

  it('keeps the time that a message gives itself', async () => {
    const embed = { description: 'x', timestamp: '2025-12-17T16:18:10.250Z' };
    await send('POST', '', JSON.stringify({ content: 'one', embeds: [embed] }));
    expect(told[0]?.stamp).toBe('2025-12-17T16:18:10.250Z');
  });

  it('edits a message that is there, and keeps what the edit leaves out', async () => {
    await send('POST', '?wait=true', '{"content":"one"}');
    const edit = await send(
      'PATCH',
      `/messages/${told[0]?.id ?? ''}`,
      '{"embeds":[{"description":"later"}]}',
    );
    expect(edit.status).toBe(200);
    expect(told[1]).toEqual({ method: 'PATCH', id: told[0]?.id, stamp: '', content: 'one', body: 'later' });
  });

  it.each([
    ['POST', '', '{"content":""}', 400, 50_006],
    ['POST', '', 'not JSON', 400, 50_035],
    ['POST', '', JSON.stringify({ content: 'x'.repeat(2_001) }), 400, 50_035],
    ['PATCH', '/messages/7', '{"content":"x"}', 404, 10_008],
    ['PUT', '', '{"content":"x"}', 405, 0],
    ['POST', '-other', '{"content":"x"}', 404, 10_015],
  ])('refuses as Discord does: %s %s %.30s', async (method, path, body, status, code) => {
    const answer = await send(method, path, body);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ code });
    expect(told).toEqual([]);
  });
});
