import { readdirSync, readlinkSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Observation } from '../../src/model.ts';
import { detectFormat } from '../../src/streams/saved/detect-format.ts';
import { mergeByTime } from '../../src/streams/saved/merge.ts';
import { openSaved } from '../../src/streams/saved/open-saved.ts';
import type { SavedFormat } from '../../src/streams/saved/saved-format.ts';
import { origins } from '../../src/streams/saved/saved-lines.ts';
import { sessionNotes } from '../../src/streams/saved/session-notes.ts';
import { TextFile } from '../../src/streams/saved/text-file.ts';

/** A file in one format, and what is in it. */
export interface SavedFormatExample {
  readonly file: string;
  /** In order of time, two of them at the same moment. */
  readonly lines: readonly string[];
  /** The first moment in it; undefined where it has none, or gives the session no start. */
  readonly first: string | undefined;
  /** What is read from it, as `shownOf` shows it. */
  readonly read: readonly string[];
  /** A line as a crash or a full disk leaves it, and how its loss is noted; without a note it is a line like others. */
  readonly damaged: { readonly line: string; readonly noted?: string };
  /** First lines of the same format in a version or form that cannot be read, and the reason that is given. */
  readonly refused?: { readonly lines: readonly string[]; readonly because: RegExp };
}

/** Lines a second for what has no times: two in a millisecond. */
const RATE = 2_000;

/** What every saved format must do, whatever its lines look like. */
export function savedFormatContract(format: SavedFormat, example: SavedFormatExample): void {
  describe(`the saved format ${format.name}, as every format`, () => {
    let folder: string;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'saved-format-'));
    });
    afterAll(() => rm(folder, { recursive: true }));

    test.each([
      ['as it is', (text: string) => text],
      ['with Windows line endings', (text: string) => text.replaceAll('\n', '\r\n')],
      ['gzipped', gzipSync],
      ['compressed with zstd', zstdCompressSync],
    ])('is told by content, with its first moment: %s', async (_, pack) => {
      const path = await write(pack(textOf(example.lines)));
      const file = await TextFile.open(path);
      const detected = await detectFormat(file, { named: true }, parts());
      await file.close();
      const first = detected?.first === undefined ? undefined : new Date(detected.first).toISOString();
      expect([detected?.format, first]).toEqual([format.name, example.first]);
    });

    test('every line is read, with its time, container and stream', async () => {
      expect(await read(textOf(example.lines))).toEqual({ shown: example.read, skipped: [] });
    });

    test('the order is that of time, and at the same moment that of the file, every time', async () => {
      const moments = example.read.map((line) => line.slice(0, 24));
      expect(moments).toEqual(moments.toSorted());
      expect(new Set(moments).size).toBeLessThan(moments.length);
      const path = await write(textOf(example.lines));
      expect(await readFile(path)).toEqual(await readFile(path));
    });

    test('a damaged line is noted or read as it stands, and all others are read', async () => {
      const { line, noted } = example.damaged;
      const { shown, skipped } = await read(textOf([...example.lines, line]));
      expect(skipped).toEqual(noted === undefined ? [] : [noted]);
      expect(shown.slice(0, example.read.length)).toEqual(example.read);
      expect(shown).toHaveLength(example.read.length + (noted === undefined ? 1 : 0));
    });

    test('a file that is cut off in the middle of its last line is read up to there', async () => {
      const last = example.lines.at(-1) ?? '';
      const { shown } = await read(textOf(example.lines).slice(0, -Math.ceil(last.length / 2)));
      const sure = example.read.filter(
        (line) => line.slice(0, 24) < (example.read.at(-1) ?? '').slice(0, 24),
      );
      expect(shown.slice(0, sure.length)).toEqual(sure);
    });

    test('a session that is ended in the middle of reading leaves no file open', async () => {
      const path = await write(textOf(example.lines));
      const { streams } = await openSaved({ paths: [path], restarts, notes: sessionNotes(), rate: RATE });
      await streams[0]?.read();
      await Promise.all(streams.map((stream) => stream.close()));
      expect(openFiles()).not.toContain(path);
    });

    test('any other text is looked at without harm', () => {
      const candidate = { path: '/x', named: false, changed: 0 };
      fc.assert(
        fc.property(fc.array(fc.string(), { minLength: 1 }), (lines) => {
          expect(typeof format.looksLike(lines, candidate)).toBe('boolean');
          expect(format.firstStamp(lines, candidate) ?? 0).not.toBeNaN();
        }),
      );
    });

    const { refused } = example;
    if (refused !== undefined)
      test('a later version, or another form, is refused with the reason', async () => {
        await expect(read(textOf(refused.lines))).rejects.toThrow(refused.because);
      });

    async function write(content: string | Uint8Array): Promise<string> {
      const path = join(await mkdtemp(join(folder, 'one-')), example.file);
      await writeFile(path, content);
      return path;
    }

    async function read(text: string) {
      return readFile(await write(text));
    }
  });
}

const restarts = { count: ['crash' as const] };

function parts() {
  const skim = (): boolean => false;
  return { origins: origins(), notes: sessionNotes(), restarts, recorded: [], rate: RATE, skim };
}

/** All that is in a file, and why some of it was left out. */
async function readFile(path: string) {
  const notes = sessionNotes();
  const { streams } = await openSaved({ paths: [path], restarts, notes, rate: RATE });
  const shown: string[] = [];
  for await (const batch of mergeByTime(streams)) shown.push(...batch.map(shownOf));
  await Promise.all(streams.map((stream) => stream.close()));
  return { shown, skipped: notes.skipped.map(({ reason }) => reason) };
}

/** One observation in a line: its moment first, then where it comes from and what it says. */
export function shownOf(item: Observation): string {
  const at = new Date(item.at).toISOString();
  switch (item.type) {
    case 'line':
      return `${at} ${item.origin.container} ${item.origin.stream}: ${item.text}`;
    case 'quiet':
      return `${at} ${item.origin.container}: ${item.lines} harmless lines`;
    case 'signal':
      return `${at} ${item.container} ${item.kind}: ${item.text}`;
    case 'container':
      return `${at} ${item.container} is ${item.state}`;
    case 'coverage':
      return `${at} ${item.source} ${item.blind ? 'is not read' : 'is read'}`;
    case 'setup':
      return `${at} ${item.container} is made from ${item.parts['image'] ?? ''}`;
    case 'gap':
      return `${at} ${item.container} has a gap: ${item.reason}`;
  }
}

function textOf(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}

function openFiles(): readonly string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return [];
    }
  });
}
