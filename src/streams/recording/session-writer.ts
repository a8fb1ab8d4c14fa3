import { closeSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { makeFolder } from '../../make-folder.ts';
import type { Effect, Observation, Origin, Outcome } from '../../model.ts';
import { stampAt } from '../../time/timestamp.ts';
import { SESSION_VERSION } from './session-format.ts';

/** Where a session is recorded, and how much of it is kept. */
export interface SessionWriterOptions {
  /** Made if it is missing. */
  readonly dir: string;
  /** A file that has grown to so many bytes is followed by another. Default 64 MiB. */
  readonly maxBytes?: number;
  /** The oldest files beyond this number are removed. Default: all are kept. */
  readonly maxFiles?: number;
  /** Applied to every text that is written, such as `redact`. Default: texts are written as they are. */
  readonly mask?: (text: string) => string;
}

/** Records what a run sees. Throws the file system's error if it cannot write; what was flushed before stays whole. */
export interface SessionWriter {
  write(batch: readonly Observation[]): void;
  /** What became of an effect that was asked for. */
  outcome(outcome: Outcome, effect: Pick<Effect, 'at'>): void;
  /** Puts everything so far on the disk, for others to read. To be called about once a second. */
  flush(): void;
  close(): void;
}

/** So much text (UTF-16 units) is compressed together at most. */
const FRAME = 128 * 1024;
const NAME = /^session-(\d{6})\.jsonl\.zst$/;

/** Records into a new file of the folder, after those that are there. Logs hold what is not for everyone to read. */
export function openSessionWriter(options: SessionWriterOptions): SessionWriter {
  const { dir, maxBytes = 64 * 1024 * 1024, maxFiles = Infinity, mask = asItIs } = options;
  makeFolder(dir, 0o750);
  let number = filesIn(dir).at(-1) ?? 0;
  let file: number | undefined;
  let size = 0;
  let pending = '';
  let known = new Map<Origin, number>();
  return { write, outcome, flush, close };

  function write(batch: readonly Observation[]): void {
    for (const item of batch) {
      if (item.type === 'line')
        add(JSON.stringify([numberOf(item.origin), stampAt(item.ts, item.at), mask(item.text)]));
      else if (item.type === 'signal')
        add(JSON.stringify({ ...item, text: mask(item.text), fingerprint: mask(item.fingerprint) }));
      else add(JSON.stringify(item));
    }
  }

  function outcome(ended: Outcome, { at }: Pick<Effect, 'at'>): void {
    const { detail, output } = ended;
    const masked = {
      ...ended,
      detail: mask(detail),
      ...(output === undefined ? {} : { output: mask(output) }),
    };
    add(JSON.stringify({ ...masked, took: Math.max(0, ended.at - at) }));
  }

  function add(line: string): void {
    pending += `${line}\n`;
    if (pending.length >= FRAME) flush();
  }

  function flush(): void {
    if (pending === '') return;
    file ??= next();
    const frame = zstdCompressSync(pending);
    pending = '';
    for (let written = 0; written < frame.length;) written += writeSync(file, frame, written);
    size += frame.length;
    if (size < maxBytes) return;
    closeSync(file);
    file = undefined;
    known = new Map();
  }

  /** The origins of what waits are among it already; the head goes before them. */
  function next(): number {
    number += 1;
    size = 0;
    pending = `${JSON.stringify({ 'quantum-realtime-session': SESSION_VERSION })}\n${pending}`;
    const opened = openSync(join(dir, nameOf(number)), 'wx', 0o640);
    for (const old of filesIn(dir).slice(0, -maxFiles)) rmSync(join(dir, nameOf(old)), { force: true });
    return opened;
  }

  function numberOf(origin: Origin): number {
    const found = known.get(origin);
    if (found !== undefined) return found;
    const own = known.size;
    known.set(origin, own);
    pending += `${JSON.stringify({ origin: own, ...origin })}\n`;
    return own;
  }

  function close(): void {
    flush();
    if (file !== undefined) closeSync(file);
    file = undefined;
  }
}

function asItIs(text: string): string {
  return text;
}

/** The numbers of the files in a folder, oldest first. */
function filesIn(dir: string): readonly number[] {
  return readdirSync(dir)
    .flatMap((name) => NAME.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
}

function nameOf(number: number): string {
  return `session-${String(number).padStart(6, '0')}.jsonl.zst`;
}
