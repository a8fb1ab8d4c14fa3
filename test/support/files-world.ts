import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asyncScheduler, type SchedulerAction, type SchedulerLike, type Subscription } from 'rxjs';
import { type Config, configSchema } from '../../src/config/config.ts';
import type { Coverage, Gap, Line } from '../../src/model.ts';
import { filesSources } from '../../src/streams/files/files-source.ts';
import type { Position, Source } from '../../src/streams/source.ts';

/** A folder with log files, and the names that a test gives them. */
export class LogFolder {
  readonly root = mkdtempSync(join(tmpdir(), 'source-files-'));
  readonly folder = join(this.root, 'log');

  constructor() {
    mkdirSync(this.folder);
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  append(name: string, ...lines: readonly string[]): void {
    appendFileSync(this.path(name), lines.map((line) => `${line}\n`).join(''));
  }

  raw(name: string, bytes: string | Uint8Array): void {
    appendFileSync(this.path(name), bytes);
  }

  rename(from: string, to: string): void {
    renameSync(this.path(from), this.path(to));
  }

  truncate(name: string, length = 0): void {
    truncateSync(this.path(name), length);
  }

  /** As `logrotate` does with `create`: those there are move on by one number, the last is removed. */
  rotate(name: string, keep: number, how: 'rename' | 'copytruncate'): void {
    this.#untilTimeMoves();
    rmSync(this.path(`${name}.${keep}`), { force: true });
    for (let n = keep - 1; n >= 1; n--)
      for (const ending of ['', '.gz', '.zst'])
        if (existsSync(this.path(`${name}.${n}${ending}`)))
          this.rename(`${name}.${n}${ending}`, `${name}.${n + 1}${ending}`);
    if (how === 'rename') {
      this.rename(name, `${name}.1`);
      writeFileSync(this.path(name), '');
    } else {
      copyFileSync(this.path(name), this.path(`${name}.1`));
      truncateSync(this.path(name));
    }
  }

  /** File systems tell times in steps of some milliseconds; two rotations within one cannot be told apart. */
  #untilTimeMoves(): void {
    const probe = join(this.root, 'probe');
    const time = (): number => {
      writeFileSync(probe, 'x');
      return statSync(probe).mtimeMs;
    };
    const before = time();
    while (time() === before);
  }

  compress(name: string, how: 'gzip' | 'zstd'): void {
    if (how === 'gzip') execFileSync('gzip', [this.path(name)]);
    else execFileSync('zstd', ['-q', '--rm', this.path(name)]);
  }

  names(): readonly string[] {
    return readdirSync(this.folder);
  }

  config(paths: readonly string[] = ['*.log'], more: object = {}): Config {
    return configSchema.parse({
      report: { dir: this.root },
      sources: {
        files: [{ name: 'app', paths: paths.map((path) => this.path(path)), ...more }],
      },
    });
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** Somebody who reads the files of a configuration, and remembers everything. */
export interface FilesReader {
  readonly source: Source;
  readonly lines: Line[];
  readonly gaps: Gap[];
  readonly coverage: Coverage[];
  readonly warnings: string[];
  texts(): string[];
  /** Where it is, through JSON. */
  position(): Position;
  /** Leaves in order, and says where. */
  stop(): Position;
  /** Leaves as a crash does: what has been gathered is lost. Returns the position stored with the last batch. */
  crash(): Position;
}

export function readFiles(
  config: Config,
  position?: Position,
  clock: SchedulerLike = asyncScheduler,
): FilesReader {
  const warnings: string[] = [];
  const log = {
    error: () => undefined,
    warn: (facts: object, message: string) => void warnings.push(`${message} ${JSON.stringify(facts)}`),
    info: () => undefined,
  };
  const [configured] = filesSources.configured(config);
  if (configured === undefined) throw new Error('expected a source');
  const source = configured.open({ config, clock, log }, position);
  let stored = position ?? source.position();
  const reader: FilesReader = {
    source,
    lines: [],
    gaps: [],
    coverage: [],
    warnings,
    texts: () => reader.lines.map(({ text }) => text),
    position: () => {
      source.flush();
      return throughJson(source.position());
    },
    stop: () => {
      const left = reader.position();
      subscription.unsubscribe();
      return left;
    },
    crash: () => {
      subscription.unsubscribe();
      return stored;
    },
  };
  const subscription = source.coverage$.subscribe((coverage) => {
    reader.coverage.push(coverage);
    stored = throughJson(source.position());
  });
  subscription.add(
    source.batches$.subscribe((batch) => {
      for (const observation of batch)
        if (observation.type === 'line') reader.lines.push(observation);
        else if (observation.type === 'gap') reader.gaps.push(observation);
      stored = throughJson(source.position());
    }),
  );
  return reader;
}

/** A clock that goes so much faster, and can be set. */
export function hasty(factor: number): SchedulerLike & { set(by: number): void } {
  const began = Date.now();
  let offset = 0;
  return {
    set: (by) => void (offset += by),
    now: () => began + offset + factor * (Date.now() - began),
    schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T): Subscription {
      return asyncScheduler.schedule(work, delay / factor, state);
    },
  };
}

function throughJson(position: Position): Position {
  return JSON.parse(JSON.stringify(position)) as Position;
}
