import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { recordsOf } from '../src/streams/docker/log-record.ts';
import {
  type Framer,
  type FrameSink,
  LogReadError,
  multiplexedFrames,
  rawFrames,
} from '../src/streams/docker/frames.ts';
import { lineJoiner, type LineJoiner } from '../src/streams/docker/join-lines.ts';

const TS = '2025-12-17T16:06:14.123456789Z';
const LATER = '2025-12-17T16:06:15.000000001Z';

/** A frame as Docker writes it. */
function frame(type: number, payload: string | Buffer): Buffer {
  const body = Buffer.from(payload);
  const header = Buffer.alloc(8);
  header[0] = type;
  header.writeUInt32BE(body.length, 4);
  return Buffer.concat([header, body]);
}

/** What comes out for these chunks, as `stream text`. */
function framed(chunks: readonly Buffer[], make: (sink: FrameSink) => Framer = multiplexedFrames): string[] {
  const out: string[] = [];
  const framer = make((stream, bytes, start, end) =>
    out.push(`${stream} ${bytes.toString('utf8', start, end)}`),
  );
  for (const chunk of chunks) framer.push(chunk);
  framer.end();
  return out;
}

describe('frames', () => {
  const bytes = Buffer.concat([frame(1, `${TS} first\n`), frame(2, `${TS} é\n`), frame(1, `${TS} \n`)]);
  const expected = [`0 ${TS} first\n`, `1 ${TS} é\n`, `0 ${TS} \n`];

  test('come out whole at every position the bytes can be cut', () => {
    for (let cut = 0; cut <= bytes.length; cut++) {
      expect(framed([bytes.subarray(0, cut), bytes.subarray(cut)]), `cut at ${cut}`).toEqual(expected);
    }
    expect(framed([...bytes].map((byte) => Buffer.from([byte])))).toEqual(expected);
  });

  test('a hundred thousand tiny ones in one chunk are no trouble', () => {
    const many = Buffer.concat(Array<Buffer>(100_000).fill(frame(1, 'x\n')));
    expect(framed([many])).toHaveLength(100_000);
  });

  test('an error of the engine in the stream is an error, not a line', () => {
    const failing = Buffer.concat([
      frame(1, `${TS} fine\n`),
      frame(3, "Error grabbing logs: invalid character '\\x00'"),
    ]);
    expect(() => framed([failing])).toThrow(LogReadError);
    expect(() => framed([failing])).toThrow(/Error grabbing logs/);
  });

  test('bytes that are no frames are an error', () => {
    expect(() => framed([Buffer.from('HTTP/1.1 400 Bad Request')])).toThrow(LogReadError);
  });

  test("a terminal's lines lose the timestamps in their middle, wherever the bytes are cut", () => {
    const long = `${TS} ${'x'.repeat(16_384)}${TS} ${'y'.repeat(3_616)}\r\n`;
    const raw = Buffer.from(`${TS} a\r\n${long}${LATER} b\r\n`);
    const want = [
      `0 ${TS} a\r\n`,
      `0 ${TS} ${'x'.repeat(16_384)}${'y'.repeat(3_616)}\r\n`,
      `0 ${LATER} b\r\n`,
    ];
    for (const cut of [1, 33, 34, 40, 16_440, 16_460, 16_480, raw.length - 1]) {
      expect(framed([raw.subarray(0, cut), raw.subarray(cut)], rawFrames)).toEqual(want);
    }
  });
});

describe('entries', () => {
  test('carry the time in milliseconds, exactly, across minutes, days and years', () => {
    const moments = fc.date({
      min: new Date('2001-01-01'),
      max: new Date('2099-12-31'),
      noInvalidDate: true,
    });
    const found: number[] = [];
    const sink = recordsOf(({ at }) => found.push(at));
    fc.assert(
      fc.property(moments, (moment) => {
        const bytes = Buffer.from(`${moment.toISOString().slice(0, -1)}000042Z text\n`);
        sink(0, bytes, 0, bytes.length);
        expect(found.at(-1)).toBe(moment.getTime());
      }),
    );
  });

  test.each([
    '2026-13-23T21:58:10.000000042Z',
    '2026-11-23T99:58:10.000000042Z',
    'xxxx-11-23T21:58:10.000000042Z',
    '2026-13-23T21:58:10Z',
    '2026-11-32T21:58:10+01:00',
    'no time at all, but a long line',
  ])('without a moment in time are dropped, and told: %s', (ts) => {
    const found: string[] = [];
    let undated = 0;
    const sink = recordsOf(
      (record) => found.push(record.ts),
      () => (undated += 1),
    );
    for (const each of ['2026-11-23T21:58:10.000000042Z', ts, '2026-11-23T21:58:11.000000042Z']) {
      const bytes = Buffer.from(`${each} text\n`);
      sink(0, bytes, 0, bytes.length);
    }
    expect([found, undated]).toEqual([
      ['2026-11-23T21:58:10.000000042Z', '2026-11-23T21:58:11.000000042Z'],
      1,
    ]);
  });

  test('read timestamps of other engines: whole seconds, and an offset', () => {
    const found: string[] = [];
    const sink = recordsOf(({ ts, at }) => found.push(`${ts} ${at}`));
    for (const ts of ['2026-11-23T21:58:10Z', '2026-11-23T22:58:10.500000000+01:00']) {
      const bytes = Buffer.from(`${ts} text\n`);
      sink(0, bytes, 0, bytes.length);
    }
    expect(found).toEqual([
      `2026-11-23T21:58:10Z ${Date.parse('2026-11-23T21:58:10Z')}`,
      `2026-11-23T22:58:10.500000000+01:00 ${Date.parse('2026-11-23T21:58:10.5Z')}`,
    ]);
  });
});

describe('lines', () => {
  const PIECE = 16_384;
  const push = (joiner: LineJoiner, stream: 0 | 1, ts: string, content: string | Buffer, now = 0) => {
    const bytes = Buffer.from(content);
    joiner.push(stream, ts, 0, bytes, 0, bytes.length, now);
  };
  const collect = () => {
    const lines: string[] = [];
    return {
      lines,
      joiner: lineJoiner((stream, ts, _at, text) =>
        lines.push(`${stream} ${ts.slice(17, 19)} ${text.length > 20 ? text.length : text}`),
      ),
    };
  };

  test('of any length are joined from their pieces, without their ends', () => {
    const { lines, joiner } = collect();
    push(joiner, 0, TS, 'x'.repeat(PIECE));
    push(joiner, 0, TS, 'x'.repeat(PIECE));
    push(joiner, 0, TS, `${'x'.repeat(7_232)}\n`);
    push(joiner, 0, LATER, 'x'.repeat(PIECE));
    push(joiner, 0, LATER, '\n');
    push(joiner, 0, LATER, 'short\r\n');
    push(joiner, 0, LATER, '\n');
    expect(lines).toEqual(['0 14 40000', '0 15 16384', '0 15 short', '0 15 ']);
  });

  test('end with a full piece where the driver leaves out the newline', () => {
    const { lines, joiner } = collect();
    push(joiner, 0, TS, 'x'.repeat(PIECE));
    push(joiner, 0, LATER, 'next\n');
    expect(lines).toEqual(['0 14 16384', '0 15 next']);
  });

  test('without an end are not joined with the next run', () => {
    const { lines, joiner } = collect();
    push(joiner, 0, TS, 'z');
    expect(lines).toEqual(['0 14 z']);
    push(joiner, 0, LATER, 'first\n');
    expect(lines).toEqual(['0 14 z', '0 15 first']);
  });

  test('wait for their rest while the other stream goes on, and survive being saved', () => {
    const { lines, joiner } = collect();
    push(joiner, 0, TS, 'x'.repeat(PIECE));
    push(joiner, 1, LATER, 'err\n');
    const after: number[] = [];
    const resumed = lineJoiner(
      (_stream, _ts, _at, text) => after.push(text.length),
      structuredClone(joiner.snapshot()),
    );
    push(resumed, 0, TS, 'tail\n');
    expect(lines).toEqual(['1 15 err']);
    expect(after).toEqual([PIECE + 4]);
  });

  test('count after a second without their rest, which is not counted again when it comes', () => {
    const { lines, joiner } = collect();
    push(joiner, 0, TS, 'x'.repeat(PIECE), 0);
    joiner.idle(500);
    expect(lines).toEqual([]);
    joiner.idle(1_000);
    push(joiner, 0, TS, 'tail\n', 5_000);
    push(joiner, 0, LATER, 'next\n', 5_001);
    expect(lines).toEqual(['0 14 16384', '0 15 next']);
  });

  test('are decoded after they have been joined, so that no character is broken', () => {
    const texts: string[] = [];
    const joiner = lineJoiner((_stream, _ts, _at, text) => texts.push(text));
    push(joiner, 0, TS, Buffer.concat([Buffer.alloc(PIECE - 1, 'x'), Buffer.from([0xe2])]));
    push(joiner, 0, TS, Buffer.from([0x82, 0xac, 0x0a]));
    expect(texts[0]?.slice(PIECE - 1)).toBe('€');
  });

  test('longer than a mebibyte are one line all the same', () => {
    const { lines, joiner } = collect();
    for (let i = 0; i < 100; i++) push(joiner, 0, TS, 'x'.repeat(PIECE));
    push(joiner, 0, TS, 'end\n');
    expect(lines).toEqual([`0 14 ${1 << 20}`]);
  });
});

test('text in UTF-16 is read without the NUL characters in it, in either order of bytes, and that is told', () => {
  const written = 'ERROR: no connection\r\nplain\r\n';
  const little = Buffer.from(written, 'utf16le');
  for (const bytes of [little, Buffer.from(little).swap16()]) {
    const texts: string[] = [];
    let told = 0;
    const joiner = lineJoiner(
      (_stream, _ts, _at, text) => texts.push(text),
      undefined,
      () => (told += 1),
    );
    // The engine cuts at the byte of a newline, wherever that stands in a character.
    for (let start = 0, nth = 0; start < bytes.length; nth += 1) {
      const newline = bytes.indexOf(10, start);
      const end = newline < 0 ? bytes.length : newline + 1;
      joiner.push(0, `2025-12-17T16:06:1${nth}.000000001Z`, 0, bytes, start, end, 0);
      start = end;
    }
    expect(texts.filter((text) => text !== '')).toEqual(['ERROR: no connection', 'plain']);
    expect(told).toBeGreaterThan(0);
  }
});

test('a line without NUL characters is as it was, and nothing is told', () => {
  const texts: string[] = [];
  const joiner = lineJoiner(
    (_stream, _ts, _at, text) => texts.push(text),
    undefined,
    () => texts.push('told'),
  );
  const bytes = Buffer.from('ERROR: 10%\r20%\r\n');
  joiner.push(0, TS, 0, bytes, 0, bytes.length, 0);
  expect(texts).toEqual(['ERROR: 10%\r20%']);
});

test('a terminal that ends no line costs what it writes, and no more than a mebibyte of it is kept', () => {
  const sizes: number[] = [];
  const framer = rawFrames((_stream, bytes, start, end) => {
    sizes.push(end - start);
    expect(bytes.toString('utf8', start, start + TS.length)).toBe(TS);
  });
  const piece = Buffer.alloc(256, 'x');
  const begun = process.cpuUsage();
  framer.push(Buffer.from(`${TS} `));
  for (let nth = 0; nth < 8_192; nth += 1) framer.push(piece);
  const { user, system } = process.cpuUsage(begun);
  // Copying or searching all of it again at every piece took seconds.
  expect((user + system) / 1_000).toBeLessThan(500);
  framer.push(Buffer.from(`\n${TS} next\n`));
  framer.end();
  expect(sizes).toHaveLength(2);
  expect(sizes[0]).toBeLessThanOrEqual((1 << 20) + piece.length);
  expect(sizes[1]).toBe(TS.length + ' next\n'.length);
});
