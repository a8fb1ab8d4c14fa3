import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { pageServer, type PageServer } from '../src/page/page-server.ts';

const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; form-action 'self'; " +
  "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

/** What shows something of the host. */
const SHOWING = [
  '/v1/view',
  '/v1/changes',
  '/v1/session',
  '/v1/what-if',
  '/v1/incidents/20251217T161807Z-host-1',
];

describe('the page, asked by raw requests', () => {
  let server: PageServer;
  let codes: string[];
  let asked: string[];
  let now = 0;
  beforeEach(async () => {
    codes = [];
    asked = [];
    now = 1_000_000;
    server = await pageServer({
      listen: '127.0.0.1',
      port: 0,
      names: ['monitor.internal'],
      assets: new Map([['/', { type: 'text/html', body: '<!doctype html>' }]]),
      follow: (listener) => {
        listener({ name: 'view', data: '{}' });
        return () => undefined;
      },
      ask: (path) => {
        asked.push(path);
        return Promise.resolve({ status: 200, body: '{}' });
      },
      onCode: (code) => codes.push(code),
      now: () => now,
    });
  });
  afterEach(() => server.close());

  const host = (): string => new URL(server.address).host.replace('monitor.internal', '127.0.0.1');
  async function ask(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>> = {},
    body = '',
  ) {
    const sent = request({
      host: '127.0.0.1',
      port: new URL(server.address).port,
      method,
      path,
      agent: false,
      headers: { host: host(), ...headers },
    });
    sent.end(body);
    const { promise, resolve, reject } = Promise.withResolvers<{
      status: number;
      headers: NodeJS.Dict<string | string[]>;
      body: string;
    }>();
    sent.on('error', reject).on('response', (answer) => {
      const done = (received: string): void =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: received });
      if (answer.headers['content-type'] === 'text/event-stream') {
        answer.once('data', (piece: Buffer) => {
          done(piece.toString());
          answer.destroy();
        });
      } else text(answer).then(done, reject);
    });
    return promise;
  }
  const own = { 'sec-fetch-site': 'same-origin' };
  async function session(): Promise<string> {
    const { headers } = await ask('POST', '/enter', own, codes.at(-1));
    return String(headers['set-cookie']).split(';')[0] ?? '';
  }

  test.each(SHOWING)('%s shows nothing without a session, and answers with one', async (path) => {
    expect(await ask('GET', path, own)).toMatchObject({ status: 401 });
    expect(
      await ask('GET', path, { ...own, cookie: `qt_page_${new URL(server.address).port}=guessed` }),
    ).toMatchObject({ status: 401 });
    expect(asked).toEqual([]);
    expect(await ask('GET', path, { ...own, cookie: await session() })).toMatchObject({ status: 200 });
  });

  test('a code lets one browser in, for twelve hours, with a cookie that no script and no other site can use', async () => {
    const [code = ''] = codes;
    const answer = await ask('POST', '/enter', own, code);
    const [cookie = '', ...rest] = String(answer.headers['set-cookie']).split('; ');
    expect(rest).toEqual(['HttpOnly', 'SameSite=Strict', 'Path=/', 'Max-Age=43200']);
    expect(cookie).toMatch(/^qt_page_\d+=[\w-]{43}$/);
    expect(await ask('POST', '/enter', own, code)).toMatchObject({ status: 403 });
    expect(codes).toHaveLength(2);
    now += 43_200_001;
    expect(await ask('GET', '/v1/session', { ...own, cookie })).toMatchObject({ status: 401 });
  });

  test('after ten wrong codes within a minute not even the right one is looked at until it is over', async () => {
    for (let wrong = 0; wrong < 10; wrong++)
      expect(await ask('POST', '/enter', own, `wrong${wrong}`)).toMatchObject({ status: 403 });
    expect(await ask('POST', '/enter', own, codes[0])).toMatchObject({ status: 429 });
    now += 60_001;
    expect(await ask('POST', '/enter', own, codes[0])).toMatchObject({ status: 200 });
  });

  test('a code in the address is not looked at', async () => {
    expect(await ask('POST', `/enter?code=${codes[0]}`, own)).toMatchObject({ status: 403 });
    expect(await ask('GET', `/v1/view?code=${codes[0]}`, own)).toMatchObject({ status: 401 });
  });

  test('a name that somebody has made resolve to this machine is refused, whatever else it says', async () => {
    const port = new URL(server.address).port;
    const cookie = await session();
    for (const name of [
      `evil.example:${port}`,
      '127.0.0.1',
      `127.0.0.1:${port}.evil.example`,
      `localhost.:${port}`,
    ])
      expect(
        await ask('GET', '/v1/view', { cookie, host: name, origin: `http://${name}`, ...own }),
        name,
      ).toMatchObject({ status: 421 });
    for (const name of [`localhost:${port}`, `[::1]:${port}`, `MONITOR.internal:${port}`])
      expect(await ask('GET', '/v1/view', { cookie, host: name, ...own }), name).toMatchObject({
        status: 200,
      });
  });

  test('a request from another site is refused even with the cookie, but a link from there may be followed', async () => {
    const cookie = await session();
    for (const site of ['cross-site', 'same-site']) {
      for (const path of [...SHOWING, '/page.js', '/'])
        expect(await ask('GET', path, { cookie, 'sec-fetch-site': site }), path).toMatchObject({
          status: 403,
        });
      const visit = { 'sec-fetch-site': site, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
      expect(await ask('GET', '/incidents/20251217T161807Z-host-1', visit)).toMatchObject({ status: 200 });
      expect(await ask('GET', '/', { ...visit, 'sec-fetch-dest': 'iframe' })).toMatchObject({ status: 403 });
      expect(await ask('GET', '/v1/view', { ...visit, cookie })).toMatchObject({ status: 403 });
      expect(
        await ask('POST', '/enter', { ...visit, origin: `http://${host()}` }, codes.at(-1)),
      ).toMatchObject({ status: 403 });
    }
    expect(await ask('GET', '/v1/view', { cookie, origin: 'http://evil.example' })).toMatchObject({
      status: 403,
    });
    expect(await ask('GET', '/v1/view', { cookie, origin: 'null' })).toMatchObject({ status: 403 });
  });

  test('what is sent has to say that it comes from this page', async () => {
    expect(await ask('POST', '/enter', {}, codes[0])).toMatchObject({ status: 403 });
    expect(await ask('POST', '/enter', { 'sec-fetch-site': 'none' }, codes[0])).toMatchObject({
      status: 403,
    });
    expect(await ask('POST', '/enter', { origin: `http://${host()}` }, codes[0])).toMatchObject({
      status: 200,
    });
  });

  test('whatever is no route is denied: first for want of a session, then because it is not there', async () => {
    const cookie = await session();
    const paths = [
      '/v1/',
      '/v1/incidents/',
      '/v1/status',
      '/../etc/passwd',
      '/incidents/a/b',
      '//',
      '/v1/view/',
      '/page.js/x',
    ];
    for (const path of paths) {
      expect(await ask('GET', path, own), path).toMatchObject({ status: 401 });
      expect(await ask('GET', path, { ...own, cookie }), path).toMatchObject({ status: 404 });
    }
    for (const method of ['POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS'])
      expect(await ask(method, '/v1/view', { ...own, cookie }), method).toMatchObject({ status: 404 });
    expect(asked).toEqual([]);
  });

  test('every answer, a refusal too, bears the policy that lets nothing foreign in', async () => {
    const cookie = await session();
    for (const path of ['/', '/page.js', '/nothing', ...SHOWING])
      expect((await ask('GET', path, { ...own, cookie })).headers, path).toMatchObject({
        'content-security-policy': CSP,
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
      });
  });

  test('twenty browsers may follow, the next is told that there are too many', async () => {
    const cookie = await session();
    const port = Number(new URL(server.address).port);
    const open = Array.from({ length: 20 }, () =>
      request({
        host: '127.0.0.1',
        port,
        path: '/v1/changes',
        agent: false,
        headers: { host: host(), cookie, ...own },
      }),
    );
    await Promise.all(
      open.map(
        (sent) =>
          new Promise((resolve) =>
            sent
              .on('response', resolve)
              .on('error', () => undefined)
              .end(),
          ),
      ),
    );
    expect(await ask('GET', '/v1/changes', { ...own, cookie })).toMatchObject({ status: 503 });
    for (const sent of open) sent.destroy();
  });

  test('a body that is longer than any code is not kept', async () => {
    expect(
      await ask('POST', '/enter', own, 'x'.repeat(100_000)).catch(() => ({ status: 403 })),
    ).toMatchObject({ status: 403 });
  });
});
