import type { Config } from '../../config/config.ts';
import { reasonOf } from '../saved/saved-lines.ts';
import { HEAD, refusalOf } from './begin-file.ts';
import { bytesAt } from './file-mark.ts';
import { type FileSystem, fileSystemOf } from './file-system.ts';
import { findFiles, type FoundFile, pathMatcher, pathPattern } from './find-files.ts';
import { OWN, ownFiles } from './own-files.ts';

/** What one group of files comes to at one moment. */
export interface GroupCheck {
  readonly name: string;
  /** Files that can be read. */
  readonly readable: readonly string[];
  /** What is there and cannot be read, with the reason. */
  readonly unreadable: ReadonlyMap<string, string>;
  /** What matches and would not be followed, with the reason: compressed, not text, no file, our own. */
  readonly refused: ReadonlyMap<string, string>;
  /** Folders that paths begin at and that do not exist. */
  readonly absent: readonly string[];
  /** Paths that lead to nothing. */
  readonly unmatched: readonly string[];
}

/** Looks at every group of the settings as following would, and tries to read each file. Throws a message for people. */
export async function checkGroups(config: Config): Promise<readonly GroupCheck[]> {
  const checks: GroupCheck[] = [];
  for (const group of config.sources.files) checks.push(await checkGroup(group, ownFiles(config)));
  return checks;
}

async function checkGroup(
  { name, paths, exclude }: Config['sources']['files'][number],
  isOwn: (realPath: string) => boolean,
): Promise<GroupCheck> {
  const readable = new Set<string>();
  const unreadable = new Map<string, string>();
  const refused = new Map<string, string>();
  const absent = new Set<string>();
  const unmatched: string[] = [];
  for (const pattern of paths.map(pathPattern)) {
    const disk = await fileSystemOf(pattern.base);
    const found = await findFiles([pattern], pathMatcher(exclude), disk);
    for (const folder of found.absent) absent.add(folder);
    for (const [path, reason] of found.unreadable) unreadable.set(path, reason);
    for (const [path, reason] of found.refused) refused.set(path, reason);
    if (found.files.length + found.refused.size + found.unreadable.size === 0) unmatched.push(pattern.text);
    for (const file of found.files) {
      const { verdict, reason } = await tryFile(file, disk, isOwn);
      if (verdict === 'readable') readable.add(file.path);
      else (verdict === 'refused' ? refused : unreadable).set(file.path, reason);
    }
  }
  return { name, readable: [...readable], unreadable, refused, absent: [...absent], unmatched };
}

async function tryFile(
  { path, stats }: FoundFile,
  disk: FileSystem,
  isOwn: (realPath: string) => boolean,
): Promise<{ readonly verdict: 'readable' | 'refused' | 'unreadable'; readonly reason: string }> {
  try {
    if (isOwn(await disk.realpath(path))) return { verdict: 'refused', reason: OWN };
    const file = await disk.open(path);
    try {
      const reason = refusalOf((await bytesAt(file, 0, Math.min(HEAD, stats.size))) ?? Buffer.alloc(0));
      return reason === undefined ? { verdict: 'readable', reason: '' } : { verdict: 'refused', reason };
    } finally {
      file.close();
    }
  } catch (error) {
    return { verdict: 'unreadable', reason: reasonOf(error) };
  }
}
