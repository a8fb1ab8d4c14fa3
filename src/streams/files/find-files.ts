import type { Stats } from 'node:fs';
import { basename, join } from 'node:path';
import picomatch from 'picomatch';
import { reasonOf } from '../saved/saved-lines.ts';
import { type FileStats, type FileSystem, isAbsent } from './file-system.ts';

/** A regular file, by one of its names. */
export interface FoundFile {
  readonly path: string;
  readonly stats: FileStats;
}

/** What the paths of a group lead to at one moment. */
export interface Found {
  readonly files: readonly FoundFile[];
  /** Folders that paths begin at and that do not exist. */
  readonly absent: readonly string[];
  /** At least one folder could be looked into. */
  readonly visible: boolean;
  /** Some folder could not be looked into: there may be files in it. */
  readonly hidden: boolean;
  /** What is there and cannot be looked at, with the reason. */
  readonly unreadable: ReadonlyMap<string, string>;
  /** What matches and is nothing that can be followed, with what it is. */
  readonly refused: ReadonlyMap<string, string>;
  /** Names that were looked at: what finding costs. */
  readonly looked: number;
}

/** A path of the settings, in its parts. */
export interface PathPattern {
  readonly text: string;
  /** The folder that it begins at: all before the first glob. */
  readonly base: string;
  readonly parts: readonly PathPart[];
}

/** A name, a test of names, or any number of folders. */
type PathPart = string | ((name: string) => boolean) | typeof ANY_DEPTH;

const ANY_DEPTH = Symbol('**');

/** An absolute path or glob. Throws a message for people for what cannot be one. */
export function pathPattern(text: string): PathPattern {
  if (!text.startsWith('/')) throw new Error(`expected an absolute path, found ${JSON.stringify(text)}`);
  const names = text.split('/').filter((name) => name !== '' && name !== '.');
  if (names.length === 0 || text.endsWith('/'))
    throw new Error(`expected the path of files, found ${JSON.stringify(text)}`);
  if (names.some((name) => unbalanced(name)))
    throw new Error(`expected no / within braces or brackets, found ${JSON.stringify(text)}`);
  const parts = names.map(partOf);
  const fixed = parts.findIndex((part) => typeof part !== 'string');
  const base = fixed < 0 ? names.slice(0, -1) : names.slice(0, fixed);
  return { text, base: `/${base.join('/')}`, parts };
}

/** All files that these patterns lead to and `excluded` does not name, each path once. Links are followed. */
export async function findFiles(
  patterns: readonly PathPattern[],
  excluded: (path: string) => boolean,
  disk: FileSystem,
): Promise<Found> {
  const files = new Map<string, FoundFile>();
  const absent: string[] = [];
  const unreadable = new Map<string, string>();
  const refused = new Map<string, string>();
  let visible = false;
  let hidden = false;
  let looked = 0;
  for (const { base, parts } of patterns) {
    const depth = base === '/' ? 0 : base.split('/').length - 1;
    if (await isThere(base)) await visit(base, depth, parts);
    else absent.push(base);
  }
  return { files: [...files.values()], absent, visible, hidden, unreadable, refused, looked };

  async function isThere(base: string): Promise<boolean> {
    try {
      return (await disk.stat(base)).isDirectory();
    } catch (error) {
      if (isAbsent(error)) return false;
      unreadable.set(base, reasonOf(error));
      hidden = true;
      return true;
    }
  }

  async function visit(folder: string, depth: number, parts: readonly PathPart[]): Promise<void> {
    const part = parts[depth];
    if (part === undefined || unreadable.has(folder)) return;
    if (typeof part === 'string') {
      await step(join(folder, part), depth, parts);
      return;
    }
    const names = await namesIn(folder);
    looked += names.length;
    if (part === ANY_DEPTH) {
      await visit(folder, depth + 1, parts);
      for (const name of names) if (!name.startsWith('.')) await descend(join(folder, name), depth, parts);
    } else for (const name of names) if (part(name)) await step(join(folder, name), depth, parts);
  }

  /** Into a folder on the way to more of them; a link to a folder is not one, or there might be no end. */
  async function descend(path: string, depth: number, parts: readonly PathPart[]): Promise<void> {
    const stats = await look(path);
    if (stats?.isDirectory() === true && !(await disk.isLink(path))) await visit(path, depth, parts);
  }

  async function step(path: string, depth: number, parts: readonly PathPart[]): Promise<void> {
    looked++;
    if (depth < parts.length - 1) {
      const stats = await look(path);
      if (stats?.isDirectory() === true) await visit(path, depth + 1, parts);
      return;
    }
    if (files.has(path) || excluded(path)) return;
    const stats = await look(path);
    if (stats === undefined) return;
    if (stats.isFile()) files.set(path, { path, stats });
    else refused.set(path, kindOf(stats));
  }

  async function namesIn(folder: string): Promise<readonly string[]> {
    try {
      const names = await disk.list(folder);
      visible = true;
      return names;
    } catch (error) {
      if (isAbsent(error)) return [];
      unreadable.set(folder, reasonOf(error));
      hidden = true;
      return [];
    }
  }

  async function look(path: string): Promise<Stats | undefined> {
    try {
      const stats = await disk.stat(path);
      visible = true;
      return stats;
    } catch (error) {
      if (isAbsent(error)) visible = true;
      else unreadable.set(path, reasonOf(error));
      return undefined;
    }
  }
}

/** Globs as those of the settings: of whole paths where they hold a slash, else of names in any folder. */
export function pathMatcher(globs: readonly string[]): (path: string) => boolean {
  const tests = globs.map((glob) => {
    const matches = picomatch(glob, { dot: true });
    return glob.includes('/') ? matches : (path: string) => matches(basename(path));
  });
  return (path) => tests.some((matches) => matches(path));
}

function partOf(name: string): PathPart {
  if (name === '**') return ANY_DEPTH;
  return picomatch.scan(name).isGlob || name.includes('\\') ? picomatch(name) : name;
}

function unbalanced(name: string): boolean {
  const count = (letters: RegExp): number => name.match(letters)?.length ?? 0;
  return count(/\{/g) !== count(/\}/g) || count(/\[/g) !== count(/\]/g) || count(/\(/g) !== count(/\)/g);
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a folder';
  if (stats.isFIFO()) return 'a named pipe';
  if (stats.isSocket()) return 'a socket';
  return 'a device';
}
