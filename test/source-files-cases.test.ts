import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { configSchema } from '../src/config/config.ts';
import { checkGroups } from '../src/streams/files/check-groups.ts';
import type { Position } from '../src/streams/source.ts';
import { type FilesReader, hasty, LogFolder, readFiles } from './support/files-world.ts';

const LIMIT = { timeout: 60_000, interval: 5 };

let folder: LogFolder;
let readers: FilesReader[];

beforeEach(() => {
  folder = new LogFolder();
  readers = [];
});

afterEach(() => {
  for (const reader of readers) reader.crash();
  folder.remove();
});

describe('where reading begins', () => {
  test('a first start begins at the end, with the line that has not ended yet', async () => {
    folder.raw('app.log', 'old 1\nold 2\nhalf of ');
    const reader = await started();
    folder.raw('app.log', 'a line\nnew\n');
    await reads(reader, ['half of a line', 'new']);
  });

  test('a file that appears later is read from its beginning, also in a folder that was not there', async () => {
    const reader = read(undefined, ['later/*/*.log']);
    await vi.waitFor(() => expect(reader.source.status().containers[0]?.phase).toBe('unreadable'), LIMIT);
    mkdirSync(folder.path('later/one'), { recursive: true });
    folder.append('later/one/app.log', 'first', 'second');
    await reads(reader, ['first', 'second']);
    expect(reader.source.status().containers[0]).toMatchObject({ phase: 'following', driver: 'file' });
  });

  test('a log by the same beginning is not taken for the old one when its number is used again', async () => {
    const reader = await started({ 'app.log': ['a'] });
    folder.append('app.log', ...lines(1, 40));
    await reads(reader, lines(1, 40));
    const position = reader.stop();
    const { ino } = statSync(folder.path('app.log'));
    rmSync(folder.path('app.log'));
    folder.append('app.log', ...lines(1, 10), 'another');
    // As a file system does that gives the lowest number that is free.
    const renumbered = JSON.parse(
      JSON.stringify(position).replaceAll(String(ino), String(statSync(folder.path('app.log')).ino)),
    ) as Position;
    const next = read(renumbered);
    await reads(next, [...lines(1, 10), 'another']);
    await vi.waitFor(() => expect(next.gaps).toHaveLength(1), LIMIT);
    expect(next.gaps[0]?.reason).toContain('truncated or replaced');
  });

  test('files keep their places when all numbers have changed, as after a new mount', async () => {
    const reader = await started({ 'app.log': [] });
    folder.append('app.log', ...lines(1, 5));
    await reads(reader, lines(1, 5));
    const moved = JSON.parse(JSON.stringify(reader.stop()).replaceAll(/"dev":\d+/g, '"dev":1')) as Position;
    folder.append('app.log', ...lines(6, 5));
    await reads(read(moved), lines(6, 5));
  });
});

describe('rotation', () => {
  test('what is written to a file after it was renamed is read, as is the new one', async () => {
    const reader = await started({ 'app.log': ['old'] });
    folder.append('app.log', ...lines(1, 5));
    folder.rotate('app.log', 3, 'rename');
    folder.append('app.log.1', ...lines(6, 5));
    folder.append('app.log', ...lines(11, 5));
    await vi.waitFor(() => expect(reader.texts().toSorted(byNumber)).toEqual(lines(1, 15)), LIMIT);
    expect(reader.gaps).toEqual([]);
  });

  test.each(['app.log', 'app.log*'])(
    'a log that is copied and truncated is read once, with %s',
    async (path) => {
      const reader = await started({ 'app.log': ['old'] }, [path]);
      folder.append('app.log', ...lines(1, 60));
      await reads(reader, lines(1, 60));
      folder.append('app.log', ...lines(61, 5));
      folder.rotate('app.log', 3, 'copytruncate');
      folder.append('app.log', ...lines(66, 5));
      await vi.waitFor(() => expect(reader.texts().toSorted(byNumber)).toEqual(lines(1, 70)), LIMIT);
      folder.append('app.log', 'the end');
      await vi.waitFor(() => expect(reader.texts()).toHaveLength(71), LIMIT);
      expect(reader.gaps).toEqual([]);
    },
  );

  test.each([
    ['gzip', 2],
    ['zstd', 2],
    ['gzip', 400],
  ] as const)(
    'the rest of what was compressed meanwhile (%s, %i lines read) is read from it',
    async (how, count) => {
      const reader = await started({ 'app.log': ['old'] });
      folder.append('app.log', ...lines(1, count));
      await reads(reader, lines(1, count));
      const position = reader.stop();
      folder.append('app.log', ...lines(count + 1, 50));
      folder.rotate('app.log', 3, 'rename');
      folder.compress('app.log.1', how);
      folder.append('app.log', 'new');
      const next = read(position);
      await vi.waitFor(
        () => expect(next.texts().toSorted(byNumber)).toEqual(['new', ...lines(count + 1, 50)]),
        LIMIT,
      );
      expect(next.gaps).toEqual([]);
    },
  );

  test('of several rotations while nobody reads none is left out', async () => {
    const reader = await started({ 'app.log': ['old'] });
    const position = reader.stop();
    for (let n = 0; n < 4; n++) {
      folder.append('app.log', ...lines(10 * n + 1, 10));
      folder.rotate('app.log', 9, n % 2 === 0 ? 'rename' : 'copytruncate');
      if (n === 2) folder.compress('app.log.1', 'gzip');
    }
    const next = read(position);
    await vi.waitFor(() => expect(next.texts().toSorted(byNumber)).toEqual(lines(1, 40)), LIMIT);
    expect(next.gaps).toEqual([]);
  });

  test('a damaged compressed file is read up to there, and the rest is a gap', async () => {
    const reader = await started({ 'app.log': ['old'] });
    folder.append('app.log', ...lines(1, 100));
    await reads(reader, lines(1, 100));
    const position = reader.stop();
    folder.append('app.log', ...lines(101, 20_000));
    const packed = execFileSync('gzip', ['-c', folder.path('app.log')], { maxBuffer: 1e9 });
    rmSync(folder.path('app.log'));
    writeFileSync(folder.path('app.log.1.gz'), packed.subarray(0, packed.length / 2));
    const next = read(position);
    await vi.waitFor(() => expect(next.gaps).toHaveLength(1), LIMIT);
    expect(next.gaps[0]?.reason).toMatch(/app\.log.*damaged/);
    expect(next.texts().length).toBeGreaterThan(100);
    const whole = next.texts().slice(0, -1);
    expect(whole).toEqual(lines(101, whole.length));
  });

  test('a file that is removed while it is read is read to its end; one removed unseen is a gap', async () => {
    const reader = await started({ 'app.log': ['old'] });
    folder.append('app.log', 'last words');
    rmSync(folder.path('app.log'));
    await reads(reader, ['last words']);
    folder.append('app.log', 'another');
    await reads(reader, ['last words', 'another']);
    const position = reader.stop();
    folder.append('app.log', 'unseen');
    rmSync(folder.path('app.log'));
    const next = read(position);
    await vi.waitFor(() => expect(next.gaps.length).toBeGreaterThan(0), LIMIT);
    expect(next.gaps[0]).toMatchObject({ source: 'files', container: 'files:app' });
    expect(next.gaps[0]?.reason).toContain('removed before it was read to its end');
  });

  test('what is lost in one folder is told although another one is not there', async () => {
    const paths = ['app.log', 'never/there.log'];
    const reader = await started({ 'app.log': ['old'] }, paths);
    folder.append('app.log', 'one');
    await reads(reader, ['one']);
    const position = reader.stop();
    rmSync(folder.path('app.log'));
    const next = read(position, paths);
    await vi.waitFor(() => expect(next.gaps).toHaveLength(1), LIMIT);
    expect(next.source.position().parts).toEqual({});
  });

  test('a rotation is seen although the clock was set back by a day', async () => {
    const clock = hasty(1);
    const reader = await started({ 'app.log': ['old'] }, ['app.log'], clock);
    clock.set(-86_400_000);
    folder.rotate('app.log', 3, 'rename');
    folder.append('app.log', 'after');
    await reads(reader, ['after']);
  });

  test('a log that begins with as much text as the one before it is read', async () => {
    const banner = Array.from({ length: 60 }, (_, index) => `=== ${'banner'.repeat(index % 5)} ===`);
    const reader = await started({ 'app.log': banner });
    folder.append('app.log', ...lines(1, 50));
    await reads(reader, lines(1, 50));
    folder.rotate('app.log', 3, 'rename');
    folder.append('app.log', ...banner);
    await vi.waitFor(() => expect(reader.source.status().containers[0]?.phase).toBe('following'), LIMIT);
    folder.append('app.log', ...lines(51, 5));
    await reads(reader, [...lines(1, 50), ...banner, ...lines(51, 5)]);
    const position = reader.stop();
    folder.append('app.log', 'more');
    folder.rotate('app.log', 3, 'rename');
    folder.append('app.log', ...banner, 'the end');
    folder.compress('app.log.1', 'gzip');
    const next = read(position);
    const rest = ['more', ...banner, 'the end'];
    await vi.waitFor(() => expect(next.texts().toSorted()).toEqual(rest.toSorted()), LIMIT);
  });

  test('a copy that somebody makes is not read, and a log that only begins alike is', async () => {
    const clock = hasty(20);
    const reader = await started({ 'app.log': ['old'] }, ['app*.log'], clock);
    folder.append('app.log', ...lines(1, 100));
    await reads(reader, lines(1, 100));
    execFileSync('cp', [folder.path('app.log'), folder.path('app-copy.log')]);
    folder.append('app-2.log', ...lines(1, 5), 'another log');
    await reads(reader, [...lines(1, 100), ...lines(1, 5), 'another log']);
    // Longer than a file is waited for that may turn out to be a copy.
    const later = clock.now() + 10_000;
    await vi.waitFor(() => expect(clock.now()).toBeGreaterThan(later), LIMIT);
    folder.append('app.log', 'the end');
    await reads(reader, [...lines(1, 100), ...lines(1, 5), 'another log', 'the end']);
  });
});

describe('lines', () => {
  test('a line without an end is emitted after a while, and what comes later is a line of its own', async () => {
    const reader = await started({ 'app.log': [] });
    folder.raw('app.log', 'Segmentation fault');
    await reads(reader, ['Segmentation fault']);
    const position = reader.stop();
    folder.raw('app.log', ' (core dumped)\nnext\nlast words');
    const next = read(position);
    await reads(next, [' (core dumped)', 'next', 'last words']);
    folder.raw('app.log', '\nmore\n');
    await reads(next, [' (core dumped)', 'next', 'last words', 'more']);
  });

  test('a line over 1 MiB is emitted in its first part, once, over any number of starts', async () => {
    let reader = await started({ 'app.log': [] });
    const seen: string[] = [];
    for (let part = 0; part < 6; part++) {
      folder.raw('app.log', 'x'.repeat(400_000));
      const expected = part < 2 ? 0 : 1;
      await vi.waitFor(() => expect(offsetOf(reader)).toBe(part < 2 ? 0 : 400_000 * (part + 1)), LIMIT);
      expect(seen.length + reader.lines.length).toBe(expected);
      seen.push(...reader.texts());
      reader = read(reader.stop(), ['app.log'], hasty(1));
      await vi.waitFor(() => expect(reader.source.status().containers[0]?.phase).toBe('following'), LIMIT);
    }
    folder.raw('app.log', 'the end of it\nshort\n');
    await reads(reader, ['short']);
    expect(seen.map(({ length }) => length)).toEqual([1024 * 1024]);
  });

  test('marks, returns and holes are no part of a line', async () => {
    const reader = await started({});
    folder.raw('app.log', '\uFEFFone\r\ntwo\r\n\nthree\n');
    await reads(reader, ['one', 'two', '', 'three']);
    // As a writer leaves it that does not append, when the file is truncated.
    folder.truncate('app.log');
    folder.truncate('app.log', 200_000);
    folder.append('app.log', 'four');
    await reads(reader, ['one', 'two', '', 'three', 'four']);
  });

  test('of two files the small one does not wait for the end of a large one', async () => {
    const reader = await started({ 'large.log': [], 'small.log': [] }, ['*.log']);
    const many = 400_000;
    folder.raw('large.log', `${lines(1, many).join('\n')}\n`);
    folder.append('small.log', 'of the small one');
    await vi.waitFor(() => expect(reader.lines).toHaveLength(many + 1), LIMIT);
    expect(reader.texts().indexOf('of the small one')).toBeLessThan(many / 10);
  });
});

describe('what is read', () => {
  test('a file with several names is read once, whatever leads to it', async () => {
    const reader = await started({}, ['*.log', 'pods/*/0.log']);
    mkdirSync(folder.path('pods/a'), { recursive: true });
    folder.append('pods/a/0.log', 'once');
    symlinkSync(folder.path('pods/a/0.log'), folder.path('link.log'));
    linkSync(folder.path('pods/a/0.log'), folder.path('hard.log'));
    await reads(reader, ['once']);
    folder.append('link.log', 'again');
    await reads(reader, ['once', 'again']);
  });

  test('a file that two groups name is read in one, and the other says so', async () => {
    const config = configSchema.parse({
      report: { dir: folder.root },
      sources: {
        files: [
          { name: 'one', paths: [folder.path('*.log')] },
          { name: 'two', paths: [folder.path('a*')] },
        ],
      },
    });
    const reader = readFiles(config, undefined, hasty(20));
    readers.push(reader);
    await vi.waitFor(() => expect(reader.coverage).toHaveLength(1), LIMIT);
    folder.append('app.log', 'once');
    await reads(reader, ['once']);
    const container = reader.lines[0]?.origin.container;
    await vi.waitFor(() => {
      const other = reader.source.status().containers.find((status) => status.container !== container);
      expect(other?.warnings).toContainEqual(
        `${folder.path('app.log')} is not read: it is read as part of ${container}`,
      );
    }, LIMIT);
  });

  test('our own log and reports are not read, by whatever name', async () => {
    const config = configSchema.parse({
      report: { dir: folder.folder },
      sources: { files: [{ name: 'all', paths: [folder.path('*')] }] },
    });
    const reader = readFiles(config, undefined, hasty(20));
    readers.push(reader);
    await vi.waitFor(() => expect(reader.coverage).toHaveLength(1), LIMIT);
    const own = [
      'REALTIME_MONITOR.log',
      'REALTIME_MONITOR.log.1',
      'WEEKLY_HEALTH_REPORT_2025-12-17.md',
      'incidents.jsonl',
    ];
    for (const name of own) folder.append(name, `of ${name}`);
    symlinkSync(folder.path('REALTIME_MONITOR.log'), folder.path('other.log'));
    folder.append('app.log', 'of the trader');
    await reads(reader, ['of the trader']);
    const { warnings } = reader.source.status().containers[0] ?? { warnings: [] };
    expect(warnings).toHaveLength(own.length);
    for (const warning of warnings)
      expect(warning).toContain('is not read: it is written by this program itself');
  });

  test('what is no text and what is no file is refused with a word', async () => {
    const reader = await started({}, ['*'], hasty(20), { exclude: ['*.tmp', folder.path('excluded/*')] });
    writeFileSync(folder.path('a.gz'), gzipSync('some text\n'));
    writeFileSync(folder.path('b.log'), Buffer.from('\uFEFFin UTF-16\n', 'utf16le'));
    writeFileSync(folder.path('c.db'), Buffer.from(Array.from({ length: 500 }, (_, index) => index % 7)));
    execFileSync('mkfifo', [folder.path('d.pipe')]);
    mkdirSync(folder.path('e'));
    folder.append('f.tmp', 'not this');
    const server = createServer().listen(folder.path('g.sock'));
    folder.append('h.log', 'but this');
    await reads(reader, ['but this']);
    server.close();
    const { warnings } = reader.source.status().containers[0] ?? { warnings: [] };
    expect(warnings.toSorted()).toEqual([
      `${folder.path('a.gz')} is not read: compressed with gzip`,
      `${folder.path('b.log')} is not read: in no known format: text in UTF-16; convert it to UTF-8`,
      `${folder.path('c.db')} is not read: in no known format: binary data`,
      `${folder.path('d.pipe')} is not read: a named pipe`,
      `${folder.path('e')} is not read: a folder`,
      `${folder.path('g.sock')} is not read: a socket`,
    ]);
    const [check] = await checkGroups(folder.config(['*', 'nothing*'], { exclude: ['*.tmp'] }));
    expect(check?.readable).toEqual([folder.path('h.log')]);
    expect([...(check?.refused.keys() ?? [])]).toHaveLength(5);
    expect(check?.unmatched).toEqual([folder.path('nothing*')]);
  });

  test('lines have the time that they bear, or that of reading', async () => {
    const reader = await started({ 'app.log': [] }, ['app.log'], hasty(1));
    const at = Date.now() - 2_000;
    const iso = new Date(at).toISOString();
    folder.append('app.log', `${iso} ERROR failed`, '  at frame', `{"time":"${iso}","level":"error"}`);
    folder.append('app.log', `${new Date(at - 5 * 86_400_000).toISOString()} of last week`);
    await vi.waitFor(() => expect(reader.lines).toHaveLength(4), LIMIT);
    expect(reader.lines.slice(0, 3).map((line) => line.at)).toEqual([at, at, at]);
    // It cannot have been written then: the file had been read to its end later.
    expect(reader.lines[3]?.at).toBe(at);
  });
});

describe('coverage', () => {
  test('a group that cannot be read is named; without any the source is blind', async () => {
    mkdirSync(folder.path('a'));
    const groups = ['a', 'b'].map((name) => ({ name, paths: [folder.path(`${name}/*.log`)] }));
    const config = configSchema.parse({ report: { dir: folder.root }, sources: { files: groups } });
    const reader = readFiles(config, undefined, hasty(50));
    readers.push(reader);
    const last = () => reader.coverage.at(-1);
    await vi.waitFor(() => expect(last()).toMatchObject({ blind: false, unread: ['files:b'] }), LIMIT);
    expect(last()?.reason).toBe(`files:b: ${folder.path('b')} does not exist`);
    rmSync(folder.path('a'), { recursive: true });
    await vi.waitFor(
      () => expect(last()).toMatchObject({ blind: true, unread: ['files:a', 'files:b'] }),
      LIMIT,
    );
    expect(reader.source.status().connection.state).toBe('down');
    mkdirSync(folder.path('a'));
    mkdirSync(folder.path('b'));
    await vi.waitFor(() => expect(last()).toMatchObject({ blind: false, unread: [], reason: '' }), LIMIT);
    const told = reader.coverage.map(({ blind, reason }) => `${blind} ${reason}`);
    expect(told.filter((text, index) => text === told[index - 1])).toEqual([]);
  });

  test('a file that cannot be read makes its group unread, and the others are read', async () => {
    const reader = await started({}, ['*.log']);
    symlinkSync(folder.path('loop.log'), folder.path('loop.log'));
    folder.append('app.log', 'can be read');
    await reads(reader, ['can be read']);
    await vi.waitFor(() => expect(reader.coverage.at(-1)?.unread).toEqual(['files:app']), LIMIT);
    expect(reader.coverage.at(-1)?.reason).toContain('loop.log cannot be read: a link that leads to itself');
    rmSync(folder.path('loop.log'));
    await vi.waitFor(() => expect(reader.coverage.at(-1)?.unread).toEqual([]), LIMIT);
  });

  test.skipIf(process.geteuid?.() !== 0)(
    'a file that may not be read is told, and read once it may',
    async () => {
      const reader = await started({}, ['*.log']);
      execFileSync('chmod', ['755', folder.root, folder.folder]);
      process.seteuid?.(65_534);
      try {
        process.seteuid?.(0);
        folder.append('secret.log', 'not for everybody');
        execFileSync('chmod', ['600', folder.path('secret.log')]);
        process.seteuid?.(65_534);
        await vi.waitFor(() => expect(reader.coverage.at(-1)?.reason).toContain('permission denied'), LIMIT);
        expect(reader.lines).toEqual([]);
      } finally {
        process.seteuid?.(0);
      }
      execFileSync('chmod', ['644', folder.path('secret.log')]);
      await reads(reader, ['not for everybody']);
    },
  );

  test('a pattern that cannot be one is refused with a word', () => {
    for (const path of ['log/*.log', '/var/log/', '/var/{a/b,c}.log'])
      expect(() =>
        readFiles(configSchema.parse({ sources: { files: [{ name: 'a', paths: [path] }] } })),
      ).toThrow(/expected .*found/);
  });
});

async function started(
  files: Readonly<Record<string, readonly string[]>> = {},
  paths: readonly string[] = ['app.log'],
  clock = hasty(20),
  more: object = {},
): Promise<FilesReader> {
  for (const [name, content] of Object.entries(files))
    writeFileSync(folder.path(name), content.map((line) => `${line}\n`).join(''));
  const reader = readFiles(folder.config(paths, more), undefined, clock);
  readers.push(reader);
  await vi.waitFor(() => expect(reader.coverage).toHaveLength(1), LIMIT);
  return reader;
}

function read(position?: Position, paths: readonly string[] = ['app.log'], clock = hasty(20)): FilesReader {
  const reader = readFiles(folder.config(paths), position, clock);
  readers.push(reader);
  return reader;
}

function reads(reader: FilesReader, texts: readonly string[]): Promise<void> {
  return vi.waitFor(() => expect(reader.texts()).toEqual(texts), LIMIT);
}

function offsetOf(reader: FilesReader): unknown {
  const [part] = Object.values(reader.position().parts);
  return (part as { offset?: number } | undefined)?.offset;
}

function lines(from: number, count: number): readonly string[] {
  return Array.from(
    { length: count },
    (_, index) => `line ${from + index} ${'x'.repeat((from + index) % 30)}`,
  );
}

function byNumber(a: string, b: string): number {
  return (Number(a.split(' ')[1]) || 0) - (Number(b.split(' ')[1]) || 0);
}
