import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { redact } from '../src/text/redact.ts';
import { runFinder } from '../src/text/secrets/run-finder.ts';
import { leaksOf, lookAlikes, secretLines } from './support/secret-table.ts';

describe('whatever the name', () => {
  test('a value behind a telling word with any words around it is masked', () => {
    fc.assert(
      fc.property(names, notations, values, (name, notation, value) => {
        const text = notation(name, value);
        expect(leaksOf({ text, secrets: [value] }, redact(text)), text).toEqual([]);
      }),
      { numRuns: 5_000 },
    );
  });

  test('a value behind a name as long as a key is masked', () => {
    expect(redact('backendBackendProdClientSecretEu1Backend=hunter')).toBe(
      'backendBackendProdClientSecretEu1Backend=***',
    );
    expect(redact('"backendBackendProdClientSecretEu1Backend": "hunter"')).not.toContain('hunter');
  });

  test('a value behind a name that tells nothing stays', () => {
    fc.assert(
      fc.property(dullNames, notations, dullValues, (name, notation, value) => {
        const text = notation(name, value);
        expect(redact(text)).toBe(text);
      }),
      { numRuns: 5_000 },
    );
  });

  test('how many there are of a secret, how long it lives and where it lies stays', () => {
    fc.assert(
      fc.property(
        styles,
        telling,
        fc.constantFrom('count', 'length', 'ttl', 'file', 'path', 'expires in'),
        (style, word, about) => {
          const text = `${style([...word.split(' '), ...about.split(' ')])}=12`;
          expect(redact(text)).toBe(text);
        },
      ),
    );
  });
});

describe('a private key that comes line by line', () => {
  test('is masked in every line of full width, and in the last one if it is padded', () => {
    const body = fc.uint8Array({ minLength: 48, maxLength: 400 }).filter((bytes) => bytes.length % 3 !== 0);
    fc.assert(
      fc.property(body, fc.constantFrom(64, 70, 76), (bytes, width) => {
        const lines =
          Buffer.from(bytes)
            .toString('base64')
            .match(new RegExp(`.{1,${width}}`, 'g')) ?? [];
        for (const line of lines.filter((one) => one.length >= 16 && isMixed(one)))
          expect(redact(`app | ${line}`)).toBe('app | ***');
      }),
    );
  });
});

describe('a run of characters', () => {
  const classes = fc.constantFrom(/[a-z"', ]/, /[\d,\s]/, /[A-Za-z0-9+/]/);
  const texts = fc.string({
    unit: fc.constantFrom('a', '7', 'Z', ',', ' ', '/', '\u00a0', '|', '\t'),
    maxLength: 60,
  });

  test('is found exactly where an expression finds one', () => {
    fc.assert(
      fc.property(classes, fc.integer({ min: 1, max: 12 }), texts, (character, length, text) => {
        const expected = new RegExp(`${character.source}{${length}}`).test(text);
        expect(runFinder(character, length)(text)).toBe(expected);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('whatever the text', () => {
  test('a second time changes nothing, and it grows to no more than twice its length', () => {
    fc.assert(
      fc.property(messy, (text) => {
        const once = redact(text);
        expect(redact(once)).toBe(once);
        expect(once.length).toBeLessThanOrEqual(text.length * 2 + 32);
      }),
      { numRuns: 5_000 },
    );
  });

  // Four times the text may take four times as long; a quadratic rule takes sixteen times.
  test.each(pathological())('time grows as the text does: %j', (piece) => {
    const [one, four] = [20_000, 80_000].map((length) =>
      cpu(piece.repeat(Math.ceil(length / piece.length))),
    ) as [number, number];
    expect(four).toBeLessThan(Math.max(one * 9, 0.02));
  });
});

/** A line without a letter of either case or a digit is one in thousands; it cannot be told from a word. */
function isMixed(line: string): boolean {
  return /[a-z]/.test(line) && /[A-Z]/.test(line) && /\d/.test(line);
}

/** Seconds of CPU, the least of several runs. */
function cpu(text: string): number {
  const runs = Array.from({ length: 4 }, () => {
    const before = process.cpuUsage();
    redact(text);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e6;
  });
  return Math.min(...runs);
}

const chars = (all: string): fc.Arbitrary<string> => fc.constantFrom(...all.split(''));
const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
const styles = fc.constantFrom(
  (words: readonly string[]) => words.map((word, at) => (at === 0 ? word : capital(word))).join(''),
  (words: readonly string[]) => words.map(capital).join(''),
  (words: readonly string[]) => words.join('_'),
  (words: readonly string[]) => words.join('_').toUpperCase(),
  (words: readonly string[]) => words.join('-'),
  (words: readonly string[]) => words.map(capital).join('-'),
  (words: readonly string[]) => words.join('.'),
);
const telling = fc.constantFrom(
  ...[
    'password',
    'passwd',
    'passphrase',
    'secret',
    'token',
    'credential',
    'signature',
    'api key',
    'private key',
  ],
  ...['access key', 'secret key', 'signing key', 'client secret', 'auth token', 'session id', 'hmac'],
);
const around = (max: number): fc.Arbitrary<readonly string[]> =>
  fc.array(
    fc.constantFrom('db', 'prod', 'my', 'v2', 'new', 'aws', 'app', 'main', 'old', 'x', 'eu1', 'backend'),
    { maxLength: max },
  );
const names = fc
  .tuple(styles, around(3), telling, around(2))
  .map(([style, before, word, after]) => style([...before, ...word.split(' '), ...after]));
const dullNames = fc
  .tuple(
    styles,
    fc.array(
      fc.constantFrom(
        'order',
        'user',
        'retry',
        'host',
        'design',
        'author',
        'monkey',
        'spin',
        'compass',
        'opinion',
        'assign',
        'tokenizer',
        'secretary',
        'cache',
        'symbol',
      ),
      { minLength: 1, maxLength: 3 },
    ),
  )
  .map(([style, words]) => style(words));

const notations = fc.constantFrom(
  (name: string, value: string) => `${name}=${value}`,
  (name: string, value: string) => `${name}: ${value}`,
  (name: string, value: string) => `dial failed ${name}=${value} host=db`,
  (name: string, value: string) => `{"${name}":"${value}","n":1}`,
  (name: string, value: string) => `{\\"${name}\\":\\"${value}\\",\\"n\\":1}`,
  (name: string, value: string) => `'${name}' => '${value}'`,
  (name: string, value: string) => `app --${name} ${value} --n 1`,
  (name: string, value: string) => `app --${name}="${value}"`,
  (name: string, value: string) => `GET /x?${name}=${value}&n=1`,
  (name: string, value: string) => `<${name}>${value}</${name}>`,
  (name: string, value: string) => `Config { n: 1, ${name}: Some("${value}") }`,
  (name: string, value: string) => `{"name":"${name}","value":"${value}"}`,
  (name: string, value: string) => `export ${name}='${value}'`,
  (name: string, value: string) => `${name}\t= ${value}`,
);

const values = fc
  .tuple(
    chars('abcXYZ059!#%^~'),
    fc.string({ unit: chars('abcdefgXYZ0123456789!#%+:@_~^.-'), minLength: 5, maxLength: 60 }),
    chars('abcXYZ059'),
  )
  .map((parts) => parts.join(''));
const dullValues = fc.string({ unit: chars('abcdefghij'), minLength: 1, maxLength: 10 });

function pathological(): readonly string[] {
  return [
    ...[
      '"token":"',
      'token = ',
      'a://b:',
      'a://b:c@',
      '\\"',
      'eyJa.',
      'sk-a',
      'A1a/',
      '-----BEGIN PRIVATE KEY-----',
      '-----END PRIVATE KEY-----',
    ],
    ...[
      'token 1',
      'pass: ',
      '"token","',
      'mysql -',
      'mysql -p',
      'http://slack',
      '-u a:',
      'mnemonic is ',
      'digest a="',
      'key ',
      'a key ',
      '@tcp(',
    ],
    ...[
      'abandon ',
      'abandon","',
      'password for a ',
      'form-data; name="password"',
      '[1,',
      '0123456789abcdef',
      'password,',
      'password;a',
      'token{"a":"b",',
    ],
    ...[
      'Private-Lines: 1\n',
      'QUJD\n',
      '<password>',
      '<key>password</key>',
      'echo a |',
      'value "a" for ',
      'password=\n ',
      'AUTH a ',
      '/ws/a',
      'a:1234:',
      '(a) values (',
      "'",
      '"',
      '\\',
      ' ',
      '*',
      'x',
      '://',
      '@',
      '$1$',
    ],
    ...secretLines()
      .filter((_, at) => at % 12 === 0)
      .map(({ text }) => `${text} `),
  ];
}

const messy = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.constantFrom(
        'token=',
        '"password":"',
        '\\"',
        'Bearer ',
        '\r\n',
        '\n  ',
        '://a:',
        '@',
        '***',
        "'",
        '"',
        '[',
        '{',
        '(',
        'Some("',
        '<password>',
        ' is ',
        '--token ',
        'AUTH ',
        '|',
        '-----BEGIN PRIVATE KEY-----',
        '-----END PRIVATE KEY-----',
        'name="',
        ',"value":"',
        'c8db56825ae71d6d',
        '0x',
        'pin ',
        '4829 ',
        'cookie: ',
        'Digest a="',
        'abandon ability able about above absent ',
        '?key=',
      ),
      fc.constantFrom(...secretLines().map(({ text }) => text), ...lookAlikes()),
      fc
        .constantFrom(...secretLines().map(({ text }) => text))
        .chain((text) => fc.nat(text.length).map((at) => text.slice(at))),
      fc
        .constantFrom(...secretLines().map(({ text }) => text))
        .chain((text) => fc.nat(text.length).map((at) => text.slice(0, at))),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''));
