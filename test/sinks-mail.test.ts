import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { Agent } from 'undici';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import type { AlertChannel, ChannelOptions } from '../src/sinks/alert/alert-channel.ts';
import { mail } from '../src/sinks/alert/channels/mail.ts';
import { message, optionsOf } from './support/channel-contract.ts';
import { effect } from './support/effects.ts';
import { hugeStory } from './support/huge-story.ts';
import { containing, matching } from './support/matchers.ts';
import { ownAuthority } from './support/own-authority.ts';

const dispatcher = new Agent();
afterAll(async () => {
  rmSync(dir, { recursive: true });
  await dispatcher.close();
});

const dir = mkdtempSync(join(tmpdir(), 'mail-test-'));
const OWN = ownAuthority(dir);
const PASSWORD = 'c0rrect-h0rse-battery';
const servers: SMTPServer[] = [];
afterEach(async () => {
  await Promise.all(
    servers.splice(0).map((server) => new Promise<void>((done) => server.close(() => done()))),
  );
});

/** A mail server of the loopback interface, and what it has taken. Whoever logs in must know the password. */
async function mailServer(options: SMTPServerOptions = {}) {
  const letters: string[] = [];
  const server = new SMTPServer({
    cert: OWN.cert,
    key: OWN.key,
    authOptional: true,
    onAuth: ({ password }, _session, done) =>
      password === PASSWORD ? done(null, { user: 'alice' }) : done(new Error('Invalid username or password')),
    onData(stream, _session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        if (stream.sizeExceeded) {
          done(Object.assign(new Error('Message is too large'), { responseCode: 552 }));
          return;
        }
        letters.push(Buffer.concat(chunks).toString());
        done();
      });
    },
    ...options,
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  return { letters, url: `smtp://127.0.0.1:${port}` };
}

function optionsFor(url: string, more: Partial<ChannelOptions> = {}): ChannelOptions {
  return {
    ...optionsOf(mail, url, dispatcher),
    to: ['ops@example.org'],
    from: 'monitor@example.org',
    ...more,
  };
}

const channelFor = (...args: Parameters<typeof optionsFor>): AlertChannel => mail.create(optionsFor(...args));

/** The header of a letter, unfolded. */
function header(letter: string, name: string): string | undefined {
  const head = letter.split('\r\n\r\n')[0]?.replaceAll(/\r\n\s+/g, ' ') ?? '';
  return new RegExp(`^${name}: (.*)$`, 'im').exec(head)?.[1];
}

describe('mail', () => {
  test('is one thread for an incident, in plain text and HTML, and says that a machine wrote it', async () => {
    const { letters, url } = await mailServer();
    const channel = channelFor(url);
    expect(await channel.send(message())).toMatchObject({ verdict: 'sent', detail: '250' });
    await channel.send(message(effect({ part: 'escalated', n: 1 })));
    await channel.send(message(effect({ part: 'resolved', n: 2 })));
    const [opened = '', escalated = '', resolved = ''] = letters;
    const first = header(opened, 'message-id');
    expect(first).toMatch(/^<20251217T161807-host-1\.opened@.*quantum-realtime>$/);
    expect(header(opened, 'references')).toBeUndefined();
    expect([header(escalated, 'references'), header(resolved, 'in-reply-to')]).toEqual([first, first]);
    expect(header(escalated, 'x-priority')).toContain('1');
    expect(header(opened, 'auto-submitted')).toBe('auto-generated');
    expect(header(opened, 'to')).toBe('ops@example.org');
    expect(opened).toContain('text/plain');
    expect(opened).toContain('text/html');
    expect(opened).toContain('Incident 20251217T161807-host-1');
  });

  test('no log line becomes markup or a header, however long it is', async () => {
    const { letters, url } = await mailServer();
    const told = { ...message(effect({ story: hugeStory() })), title: 'a\r\nBcc: everybody@example.org' };
    expect(await channelFor(url).send(told)).toMatchObject({ verdict: 'sent' });
    expect(header(letters[0] ?? '', 'bcc')).toBeUndefined();
    expect(letters[0]).not.toContain('<@everyone>');
    for (const line of (letters[0] ?? '').split('\r\n')) expect(line.length).toBeLessThanOrEqual(998);
  });

  test('a letter that is too large goes out short and plain', async () => {
    const { letters, url } = await mailServer({ size: 4_000 });
    const result = await channelFor(url).send(message(effect({ story: hugeStory() })));
    expect(result).toMatchObject({ verdict: 'sent', detail: containing('sent short and plain') });
    expect(letters[0]).toContain('20251217T161807-host-1');
  });

  test('a wrong password ends the channel, and stands in no result', async () => {
    const { ca } = OWN;
    const { url } = await mailServer();
    const own = url.replace('//127.0.0.1', '//alice:wr0ng-passw0rd@localhost');
    const result = await channelFor(own, { ca }).send(message());
    expect(result).toMatchObject({ verdict: 'disable', detail: matching(/^SMTP 535: /) });
    const probed = await mail.probe(optionsFor(own, { ca }));
    expect(probed).toMatchObject({ verdict: 'refuses', said: matching(/^SMTP 535/) });
    expect(JSON.stringify([result, probed])).not.toContain('wr0ng');
  });

  test('a certificate of an authority of our own is trusted by alerts.ca alone', async () => {
    const { ca } = OWN;
    const { letters, url } = await mailServer();
    const own = url.replace('//127.0.0.1', `//alice:${PASSWORD}@localhost`);
    expect(await channelFor(own).send(message())).toMatchObject({ verdict: 'retry' });
    expect(await channelFor(own, { ca }).send(message())).toMatchObject({ verdict: 'sent' });
    expect(await mail.probe(optionsFor(own, { ca }))).toMatchObject({ verdict: 'takes' });
    expect(letters).toHaveLength(1);
  });

  test('a password is never sent in the clear', async () => {
    const seen: string[] = [];
    const { letters, url } = await mailServer({
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      onAuth: ({ password }, _session, done) => {
        seen.push(String(password));
        done(null, { user: 'alice' });
      },
    });
    const result = await channelFor(url.replace('//', `//alice:${PASSWORD}@`)).send(message());
    expect(result).toMatchObject({ verdict: 'disable', detail: containing('no TLS') });
    expect([seen, letters]).toEqual([[], []]);
  });

  test.each([
    [450, 'retry'],
    [550, 'disable'],
    [554, 'refused'],
  ])('SMTP %i for the letter or its address means %s', async (responseCode, verdict) => {
    const fault = Object.assign(new Error('not today'), { responseCode });
    const { url } = await mailServer(
      responseCode === 554
        ? { onData: (stream, _session, done) => stream.resume().on('end', () => done(fault)) }
        : { onRcptTo: (_address, _session, done) => done(fault) },
    );
    expect(await channelFor(url).send(message())).toMatchObject({
      verdict,
      detail: matching(new RegExp(`^SMTP ${responseCode}: `)),
    });
  });

  test('an address that is refused among others is said, and named to nobody', async () => {
    const { letters, url } = await mailServer({
      onRcptTo: ({ address }, _session, done) =>
        address.startsWith('gone')
          ? done(Object.assign(new Error('no such user'), { responseCode: 550 }))
          : done(),
    });
    const result = await channelFor(url, { to: ['gone@example.org', 'ops@example.org'] }).send(message());
    expect(result).toMatchObject({ verdict: 'sent', detail: '250; 1 of 2 addresses were refused' });
    expect(letters).toHaveLength(1);
  });

  test('a server that is away, or says nothing, is tried again', async () => {
    const { url } = await mailServer({ onConnect: () => undefined });
    expect(await channelFor(url, { timeout: 200 }).send(message())).toMatchObject({
      verdict: 'retry',
      channelWide: true,
    });
    expect(await channelFor('smtp://127.0.0.1:1').send(message())).toMatchObject({
      verdict: 'retry',
      uncertain: false,
      detail: containing('ECONNREFUSED'),
    });
    expect(await mail.probe(optionsFor('smtp://127.0.0.1:1'))).toMatchObject({ verdict: 'silent' });
  });
});
