import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quoteLine } from '../src/sinks/text/quote.ts';
import { redact, redactKnowing } from '../src/sinks/text/redact.ts';

const APIKEY = 'vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A';
const HEX = 'c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71';

describe('what is masked', () => {
  test.each([
    ['postgres://quantum:hunter2@db:5432/q', 'postgres://quantum:***@db:5432/q'],
    ['redis://:s3cret@redis:6379/0', 'redis://:***@redis:6379/0'],
    ['PGPASSWORD=hunter2 psql', 'PGPASSWORD=*** psql'],
    ['password: "two words", user: x', 'password: "***", user: x'],
    ['{"password":"a \\"b c","x":1}', '{"password":"***","x":1}'],
    ['{"msg":"{\\"api_key\\":\\"zzz yyy\\"}"}', '{"msg":"{\\"api_key\\":\\"***\\"}"}'],
    ['accessToken=abc&user=1', 'accessToken=***&user=1'],
    ['Authorization: Bearer abcdefghijklmnop', 'Authorization: ***'],
    ['Cookie: sid=abc; theme=dark', 'Cookie: ***'],
    ['mysql --password hunter2 -u x', 'mysql --password *** -u x'],
    [`X-MBX-APIKEY: ${APIKEY}`, 'X-MBX-APIKEY: ***'],
    [`using key ${APIKEY} now`, 'using key *** now'],
    [
      `GET /api/v3/order?symbol=BTCUSDT&signature=${HEX} 400`,
      'GET /api/v3/order?symbol=BTCUSDT&signature=*** 400',
    ],
    ['OK-ACCESS-SIGN: Zm9vYmFy', 'OK-ACCESS-SIGN: ***'],
    [
      'POST https://discord.com/api/webhooks/123/abcDEF failed',
      'POST https://discord.com/api/webhooks/*** failed',
    ],
    ['https://hooks.slack.com/services/T0/B0/xyz', 'https://hooks.slack.com/services/***'],
    ['jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-_1 end', 'jwt *** end'],
    ['ghp_abcdefghijklmnop1234', '***'],
    ['AKIAIOSFODNN7EXAMPLE', '***'],
    ['postgres://quantum:p@ss@db:5432/q', 'postgres://quantum:***@db:5432/q'],
    ['https://0123456789abcdef0123@github.com/x', 'https://***@github.com/x'],
    ['API_SECRET => "x"', 'API_SECRET => "***"'],
    ["'api_key'=>'zzz'", "'api_key'=>'***'"],
    ['api key: zzz', 'api key: ***'],
    ['password%3Dhunter2', 'password%3D***'],
    ['DB_PASS=hunter2', 'DB_PASS=***'],
    ['"password":["hunter2"]', '"password":["***"]'],
    ['AWS_ACCESS_KEY_ID=zzz', 'AWS_ACCESS_KEY_ID=***'],
    ['X-Hub-Signature-256: sha256=zzz', 'X-Hub-Signature-256: ***'],
    ["('X-MBX-APIKEY', 'abcd1234efgh')", "('X-MBX-APIKEY', '***')"],
    ['X-MBX-APIKEY\tabcd1234efgh', 'X-MBX-APIKEY\t***'],
    ['with password "hunter"', 'with password "***"'],
    ['with token 8f3a99c0d1', 'with token ***'],
    ['listenKey=pqia91ma19', 'listenKey=***'],
    ['GET /v1?key=zzz&x=1', 'GET /v1?key=***&x=1'],
    ['{"auths":{"r":{"auth":"dXNlcjpw"}}}', '{"auths":{"r":{"auth":"***"}}}'],
    ['mnemonic: abandon ability able', 'mnemonic: ***'],
    ['authorization: Digest username="x", response="abc"', 'authorization: *** ***'],
    ['curl -u bob:hunter2 https://x', 'curl -u bob:*** https://x'],
    ['mysqldump -h db -phunter2 q', 'mysqldump -h db -p*** q'],
    ['bot123456789:AAFabcdefghijklmnopqrstuvwxyz12345', 'bot***'],
    [
      '-----BEGIN PGP PRIVATE KEY BLOCK-----\nlQ\n-----END PGP PRIVATE KEY BLOCK-----',
      '-----PRIVATE KEY ***-----',
    ],
    ['-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----', '-----PRIVATE KEY ***-----'],
  ])('%s', (text, masked) => expect(redact(text)).toBe(masked));
});

describe('what stays readable', () => {
  test.each([
    'password authentication failed for user "quantum"',
    'token expired',
    'max_tokens=512',
    'design=flat, assign=1',
    '"secret": null',
    'token=null',
    'secret sauce, token bucket empty',
    'pass: 12 fail: 3, passed=4',
    'GET http://gateway/services/orders/12 502',
    'docker run -u 1000:1000 image',
    'signing key rotated, session key of bob expired',
    'api key is missing',
    `sha256:${HEX}`,
    'container 3f4e9c1d2b5a6978 restarted by policy',
    'at com.example.trading.orders.execution.OrderExecutionServiceImplementation.run',
    '/usr/lib/python3.12/site-packages/sqlalchemy/engine/default.py',
    'GET /api/v3/order?symbol=BTCUSDT 200',
  ])('%s', (text) => expect(redact(text)).toBe(text));
});

describe('masking', () => {
  test('what is known by heart is masked wherever it stands, with its telling parts', () => {
    const mask = redactKnowing(['http://127.0.0.1:3000/hook/Tok3nSecret?key=anotherSecret', 'short']);
    expect(mask('to Tok3nSecret, /hook/Tok3nSecret?key=anotherSecret and anotherSecret')).toBe(
      'to ***, *** and ***',
    );
    expect(mask('a short word')).toBe('a short word');
  });

  test('a second time changes nothing', () => {
    fc.assert(
      fc.property(messy, (text) => {
        expect(redact(redact(text))).toBe(redact(text));
      }),
      { numRuns: 2_000 },
    );
  });

  test('takes time in proportion to the text, whatever the text is', () => {
    const seconds = (text: string): number => {
      const before = process.cpuUsage();
      redact(text);
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1e6;
    };
    for (const piece of [
      '"token":"',
      'token = ',
      'a://b:',
      '\\"',
      'eyJa.',
      'sk-a',
      'A1a/',
      '-----BEGIN PRIVATE KEY-----',
      'token 1',
      'pass: ',
      '"token","',
      'mysql -',
      'http://slack',
      '-u a:',
      'mnemonic is ',
      'a://abcdefghijklmnop',
      'digest a="',
    ]) {
      expect(seconds(piece.repeat(400_000 / piece.length)), piece).toBeLessThan(2);
    }
  });
});

describe('a quoted line', () => {
  test('has nothing in it that steers a terminal, hides text or turns its direction', () => {
    fc.assert(
      fc.property(messy, (text) => {
        const quoted = quoteLine(text);
        expect(quoted).not.toMatch(
          /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069\u3164\u{e0000}-\u{e007f}]/u,
        );
        expect(quoted.isWellFormed()).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  test('is cut by characters and says how much was cut, however long it is', () => {
    const quoted = quoteLine('🚨'.repeat(1_000_000), 100);
    expect(quoted).toBe(`${'🚨'.repeat(100)}… (${2_000_000 - 100 - 1_024} more characters)`);
  });

  test('does not hide a secret behind characters that are taken out', () =>
    expect(quoteLine('pass\u200bword\u0000=hunter2')).toBe('password =***'));

  test('loses its colours', () =>
    expect(quoteLine('\u001b[1;31mERROR\u001b[0m: x\tbad')).toBe('ERROR: x bad'));
});

const messy = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.constantFrom(
        'token=',
        '"password":"',
        '\\"',
        'Bearer ',
        '\u202e',
        '\u3164',
        '\u{e0041}',
        '\u001b[31m',
        '\r\n',
        '```',
        '\ud800',
        '://a:',
        '@',
        APIKEY,
      ),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));
