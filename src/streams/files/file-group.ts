import { dirname } from 'node:path';
import { identityOf } from '../../model.ts';
import { changeHints } from './change-hints.ts';
import type { FollowedStatus } from '../source.ts';
import type { FilePosition } from './file-position.ts';
import { type FileSystem, fileSystemOf, localDisk, remoteDisk } from './file-system.ts';
import { findFiles, type Found, type PathPattern } from './find-files.ts';
import { FILES, type FileSet } from './file-set.ts';
import type { FollowedFile, Look } from './followed-file.ts';
import { FollowedFiles, type FollowedFilesParts } from './followed-files.ts';
import { pause } from './pause.ts';

/** How often it is looked for what is new, in milliseconds; and how soon again after there was something. */
const LOOK_EVERY = 1_000;
const LOOK_AGAIN = 100;

/** How often it is looked where a change would be heard of, in milliseconds. */
const LOOK_ANYWAY = 10_000;

/** Looking for files must not cost more than it finds: so long is waited for every name that was looked at, milliseconds. */
const PER_NAME = 2;

/** A look that takes longer than this, in milliseconds, waits for a server that is away. */
const NO_ANSWER = 10_000;

export interface FileGroupParts extends Omit<FollowedFilesParts, 'form' | 'scratch'> {
  readonly patterns: readonly PathPattern[];
  readonly excluded: (path: string) => boolean;
}

/** One group of files, which is a container to everything else. */
export interface FileGroup {
  readonly name: string;
  /** Its identity. */
  readonly container: string;
  /** Its files have been looked for: those found later are new. */
  readonly begun: boolean;
  /** Whether a file is one of its own, by device and inode. */
  has(key: string): boolean;
  positions(): ReturnType<FileSet['positions']>;
  /** Whether it is known how it stands. */
  looked(): boolean;
  /** Why something of it is not being read; undefined while all is, and before the first look. */
  trouble(): GroupTrouble | undefined;
  status(): FollowedStatus;
  /** Resolves when all is closed, after the signal was aborted. */
  readonly done: Promise<void>;
}

export interface GroupTrouble {
  /** Epoch milliseconds. */
  readonly since: number;
  readonly reason: string;
  /** Not even which files there are can be seen. */
  readonly blind: boolean;
}

export function fileGroup(
  parts: FileGroupParts,
  saved: Iterable<readonly [id: string, position: FilePosition]>,
  wasBegun: boolean,
): FileGroup {
  const { group, patterns, excluded, clock, signal } = parts;
  const container = identityOf(FILES, group);
  const scratch = { bytes: Buffer.alloc(0) };
  const files = new FollowedFiles(
    { ...parts, form: { stamp: undefined, ahead: undefined }, scratch },
    saved,
    wasBegun,
  );
  const sleep = pause(clock);
  let found: Found | undefined;
  let trouble: GroupTrouble | undefined;
  let last: Look = 'idle';
  /** Folders in which changes are heard of. */
  let watched: ReadonlySet<string> = new Set();
  /** Something has changed there since the last look. */
  let hinted = false;
  const hints = changeHints(() => {
    hinted = true;
    sleep.end();
  });
  /** Since when a look has been under way. */
  let lookingSince: number | undefined;
  signal.addEventListener('abort', () => sleep.end(), { once: true });
  const done = run();
  return {
    name: group,
    container,
    looked: () => found !== undefined || troubleNow() !== undefined,
    get begun() {
      return files.begun;
    },
    has: (key) => files.set.has(key),
    positions: () => files.set.positions(),
    trouble: troubleNow,
    status,
    done,
  };

  async function run(): Promise<void> {
    let foundAt = -Infinity;
    let isCalm = false;
    try {
      while (!signal.aborted) {
        const now = clock.now();
        lookingSince = now;
        // Before the look: nothing must happen unseen between the two.
        const isHeard = isCalm && hints.arm(watched) && files.isSettled;
        const interval = Math.max(isCalm ? LOOK_EVERY : LOOK_AGAIN, (found?.looked ?? 0) * PER_NAME);
        // Whichever way the clock has been set meanwhile.
        if (Math.abs(now - foundAt) >= interval) {
          foundAt = now;
          await find();
        }
        last = await files.read();
        files.tick(clock.now());
        noteTrouble();
        lookingSince = undefined;
        if (last !== 'more')
          await sleep.wait(last !== 'idle' || !isCalm ? LOOK_AGAIN : isHeard ? LOOK_ANYWAY : LOOK_EVERY);
        isCalm = last === 'idle' && !hinted;
        hinted = false;
        if (isCalm) scratch.bytes = Buffer.alloc(0);
      }
    } finally {
      hints.close();
      files.set.close();
    }
  }

  async function find(): Promise<void> {
    const disk = await diskOf(patterns);
    found = await findFiles(patterns, excluded, disk);
    const folders = [...patterns.map(({ base }) => base), ...found.files.map(({ path }) => dirname(path))];
    watched = disk === localDisk ? new Set(folders) : new Set();
    await files.update(found, disk);
  }

  function noteTrouble(): void {
    const reason = found === undefined ? undefined : reasonFor(found, files.unreadable);
    if (reason === undefined) trouble = undefined;
    else trouble = { since: trouble?.since ?? clock.now(), reason, blind: found?.visible === false };
  }

  function troubleNow(): GroupTrouble | undefined {
    if (lookingSince === undefined || clock.now() - lookingSince < NO_ANSWER) return trouble;
    return { since: lookingSince, reason: 'the file system does not answer', blind: true };
  }

  function status(): FollowedStatus {
    const all = [...files.set.files.values()];
    const last = all.reduce<FollowedFile | undefined>(
      (newest, file) => ((file.lastLineAt ?? 0) >= (newest?.lastLineAt ?? 0) ? file : newest),
      undefined,
    );
    const now = troubleNow();
    return {
      id: container,
      name: group,
      container,
      image: '',
      driver: 'file',
      phase: phase(all.length, now),
      lines: files.set.lines,
      lag: last?.lag ?? 0,
      warnings: warnings(),
      ...(now === undefined ? {} : { reason: now.reason, downSince: now.since }),
      ...(last?.lastLineAt === undefined ? {} : { lastLineAt: last.lastLineAt }),
    };
  }

  function phase(count: number, now: GroupTrouble | undefined): FollowedStatus['phase'] {
    if (now !== undefined && count === 0) return 'unreadable';
    if (last === 'more') return 'catching up';
    return count === 0 ? 'waiting' : 'following';
  }

  function warnings(): readonly string[] {
    if (found === undefined) return [];
    const none = found.files.length === 0 && found.visible ? ['no file matches'] : [];
    return [...none, ...[...files.refused].map(([path, reason]) => `${path} is not read: ${reason}`)];
  }
}

/** Why not everything of a group can be read; undefined if it can. */
function reasonFor(found: Found, unreadable: ReadonlyMap<string, string>): string | undefined {
  const named = [...unreadable].slice(0, 3).map(([path, reason]) => `${path} ${reason}`);
  const more = unreadable.size - named.length;
  if (named.length > 0) return named.join('; ') + (more > 0 ? ` and ${more} more` : '');
  if (found.visible || found.absent.length === 0) return undefined;
  return `${found.absent.join(', ')} does not exist`;
}

async function diskOf(patterns: readonly PathPattern[]): Promise<FileSystem> {
  for (const base of new Set(patterns.map((pattern) => pattern.base)))
    if ((await fileSystemOf(base)) === remoteDisk) return remoteDisk;
  return localDisk;
}
