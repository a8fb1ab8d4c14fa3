import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { promisify } from 'node:util';
import { describe, test } from 'vitest';

const run = promisify(execFile);
const WRITER = '/usr/lib/systemd/systemd-journal-remote';

/** Why no journal can be made here; undefined if one can. */
export const noJournal: string | undefined = existsSync(WRITER)
  ? undefined
  : 'needs systemd-journal-remote (apt-get install systemd-journal-remote)';

/** Tests that need a journal of their own: skipped by name with the reason where there can be none, failing if required. */
export function describeJournal(name: string, tests: () => void): void {
  if (noJournal === undefined) describe(name, tests);
  else if (process.env['REQUIRE_ENGINE'] === '1')
    test(name, () => {
      throw new Error(noJournal);
    });
  else describe.skip(`${name} (${noJournal})`, tests);
}

/** The fields of an entry; bytes are written as they are. */
export type Fields = Readonly<Record<string, string | Buffer>>;

/** A real journal in a folder, written by systemd's own code, without a systemd that runs. */
export interface JournalWorld {
  readonly folder: string;
  /** What chooses this journal among the arguments of `journalctl`. */
  readonly source: readonly string[];
  /** Appends entries. Resolves when they can be read. */
  write(entries: readonly Fields[]): Promise<void>;
  /** Renames the folder, and back. */
  hide(): Promise<void>;
  show(): Promise<void>;
  /** Removes everything that is stored: a new journal begins. */
  drop(): Promise<void>;
  close(): Promise<void>;
}

/** Makes one. Entries that name no time, boot or unit get those of now, of one boot and of `unit`. */
export async function journalWorld(unit = 'api.service'): Promise<JournalWorld> {
  const root = await mkdtemp(join(tmpdir(), 'qt-journal-'));
  const folder = join(root, 'journal');
  const away = join(root, 'away');
  await mkdir(folder);
  let writer: ChildProcessByStdio<Writable, null, Readable> | undefined;
  let files = 0;
  let written = 0;
  let last = 0n;
  return {
    folder,
    source: [`--directory=${folder}`],
    async write(entries) {
      if (entries.length === 0) return;
      writer ??= startWriter();
      const place = existsSync(folder) ? folder : away;
      for (const entry of entries) {
        written++;
        const now = BigInt(Date.now()) * 1_000n;
        last = now > last ? now : last + 1n;
        writer.stdin.write(
          exported({
            __REALTIME_TIMESTAMP: String(last),
            __MONOTONIC_TIMESTAMP: String(last % 1_000_000_000_000n),
            _BOOT_ID: 'b'.repeat(32),
            _TRANSPORT: 'stdout',
            PRIORITY: '6',
            _PID: '4711',
            _UID: '1000',
            _SYSTEMD_UNIT: unit,
            ...entry,
            WRITTEN: String(written),
          }),
        );
      }
      const find = [`--directory=${place}`, '--lines=1', '--output=cat', '--output-fields=WRITTEN'];
      while ((await run('journalctl', find)).stdout.trim() !== String(written));
    },
    hide: () => rename(folder, away),
    show: () => rename(away, folder),
    async drop() {
      await stopWriter();
      for (let file = 1; file <= files; file++) await rm(join(folder, `${file}.journal`), { force: true });
    },
    async close() {
      await stopWriter();
      await rm(root, { recursive: true, force: true });
    },
  };

  function startWriter(): ChildProcessByStdio<Writable, null, Readable> {
    files++;
    return spawn(WRITER, [`--output=${join(folder, `${files}.journal`)}`, '-'], {
      stdio: ['pipe', 'ignore', 'pipe'],
    });
  }

  async function stopWriter(): Promise<void> {
    if (writer === undefined) return;
    const gone = once(writer, 'exit');
    writer.stdin.end();
    writer.stderr.resume();
    await gone;
    writer = undefined;
  }
}

/** An entry in the journal's export format. */
function exported(fields: Fields): Buffer {
  const parts = Object.entries(fields).map(([name, value]) => {
    const bytes = Buffer.from(value);
    if (typeof value === 'string' && !value.includes('\n')) return Buffer.from(`${name}=${value}\n`);
    const size = Buffer.alloc(8);
    size.writeBigUInt64LE(BigInt(bytes.length));
    return Buffer.concat([Buffer.from(`${name}\n`), size, bytes, Buffer.from('\n')]);
  });
  return Buffer.concat([...parts, Buffer.from('\n')]);
}
