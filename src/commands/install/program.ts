import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { isSea } from 'node:sea';
import { PLACES } from '../../systemd/places.ts';

/** This program as it lies on the disk: its folder, and the Node.js it runs on; one file may be both. */
export interface Program {
  readonly root: string;
  readonly node: string;
  /** It is one executable file, `node`; what it has inside is read under `root`. */
  readonly isOneFile?: boolean;
}

/** What the service needs of the folder. */
const PARTS = ['bin', 'dist', 'deploy', 'examples', 'config.schema.json', 'LICENSE'];

/** Where the launcher looks for the runtime. */
const RUNTIME = `node_modules/node-linux-${process.arch}/bin/node`;

/** The program that is running: one file, or the folder of its main module (`…/dist/main.js`) and its Node.js. */
export function thisProgram(): Program {
  const node = process.execPath;
  return isSea()
    ? { root: import.meta.dirname, node: realpathSync(node), isOneFile: true }
    : { root: dirname(dirname(realpathSync(process.argv[1] ?? ''))), node };
}

/** Whether the running program is the one in its place: there is nothing to copy. */
export function isInPlace({ root, node, isOneFile }: Program): boolean {
  return isOneFile === true ? node === PLACES.launcher : root === PLACES.program;
}

/**
 * Copies the program beside its place and puts it there at once: a service that restarts meanwhile finds the old one
 * or the new one, whole. A copy and not a reference: what root has installed must not change with somebody's checkout
 * or npm folder, must be readable where /home is hidden, and must not be writable for the user it runs as.
 */
export function copyProgram(program: Program, path: string): void {
  const coming = `${path}.new`;
  const going = `${path}.old`;
  for (const leftover of [coming, going]) rmSync(leftover, { recursive: true, force: true });
  mkdirSync(coming, { recursive: true, mode: 0o755 });
  for (const [from, to] of files(program)) {
    mkdirSync(dirname(join(coming, to)), { recursive: true, mode: 0o755 });
    cpSync(from, join(coming, to), { preserveTimestamps: true, dereference: true });
    chmodSync(join(coming, to), (statSync(from).mode & 0o111) === 0 ? 0o644 : 0o755);
  }
  if (existsSync(path)) renameSync(path, going);
  renameSync(coming, path);
  rmSync(going, { recursive: true, force: true });
}

/** Whether the copy is of this very program: the same files of the same size and age, and no others. */
export function isCopied(program: Program, path: string): boolean {
  if (!existsSync(path)) return false;
  const wanted = files(program).map(([from, to]) => stampOf(from, to));
  const there = filesIn(path).map((file) => stampOf(file, relative(path, file)));
  return wanted.sort().join('\n') === there.sort().join('\n');
}

function files({ root, node, isOneFile }: Program): [from: string, to: string][] {
  if (isOneFile === true) return [[node, relative(PLACES.program, PLACES.launcher)]];
  const parts = PARTS.map((part) => join(root, part)).filter((part) => existsSync(part));
  const own = parts.flatMap(filesIn).map((file): [string, string] => [file, relative(root, file)]);
  return [...own, [node, RUNTIME]];
}

function filesIn(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path).flatMap((name) => filesIn(join(path, name)));
}

function stampOf(file: string, name: string): string {
  const { size, mtimeMs } = statSync(file);
  return `${name} ${size} ${Math.floor(mtimeMs / 1_000)}`;
}
