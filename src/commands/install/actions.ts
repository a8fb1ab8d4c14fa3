import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder } from '../../make-folder.ts';
import { copyProgram, isCopied, type Program } from './program.ts';

/** One change to the host, as plain data: it is shown before it is made, and skipped if the host is so already. */
export type Action =
  | { readonly do: 'write'; readonly path: string; readonly text: string; readonly mode: number }
  | { readonly do: 'remove'; readonly path: string }
  /** Removed only if nothing is in it. */
  | { readonly do: 'remove-empty'; readonly path: string }
  | { readonly do: 'move'; readonly from: string; readonly to: string }
  | { readonly do: 'link'; readonly path: string; readonly target: string }
  | { readonly do: 'folder'; readonly path: string; readonly owner: string }
  | { readonly do: 'program'; readonly program: Program; readonly path: string }
  /** `unless`: it has been done before. */
  | { readonly do: 'run'; readonly argv: readonly string[]; readonly unless?: boolean };

/** An action in one line, for people. */
export function inWords(action: Action): string {
  switch (action.do) {
    case 'write':
      return `write   ${action.path}`;
    case 'remove':
      return `remove  ${action.path}`;
    case 'remove-empty':
      return `remove  ${action.path} (if it is empty)`;
    case 'move':
      return `move    ${action.from} to ${action.to}`;
    case 'link':
      return `link    ${action.path} to ${action.target}`;
    case 'folder':
      return `create  ${action.path} (owned by ${action.owner})`;
    case 'program':
      return `copy    this program and its Node.js to ${action.path}`;
    case 'run':
      return `run     ${action.argv.join(' ')}`;
  }
}

/** Whether the host is already as the action would leave it. */
export function isDone(action: Action): boolean {
  switch (action.do) {
    case 'write':
      return (
        isFile(action.path) &&
        readFileSync(action.path, 'utf8') === action.text &&
        modeOf(action.path) === action.mode
      );
    case 'remove':
    case 'remove-empty':
      return lstatSync(action.path, { throwIfNoEntry: false }) === undefined;
    case 'move':
      return !existsSync(action.from);
    case 'link':
      return isLink(action.path) && readlinkSync(action.path) === action.target;
    case 'folder':
      return existsSync(action.path);
    case 'program':
      return isCopied(action.program, action.path);
    case 'run':
      return action.unless === true;
  }
}

/** Does it. Throws what went wrong. */
export function perform(action: Action): void {
  switch (action.do) {
    case 'write':
      makeFolder(dirname(action.path));
      writeFileSync(`${action.path}.new`, action.text, { mode: action.mode });
      chmodSync(`${action.path}.new`, action.mode);
      renameSync(`${action.path}.new`, action.path);
      return;
    case 'remove':
      rmSync(action.path, { recursive: true, force: true });
      return;
    case 'remove-empty':
      removeIfEmpty(action.path);
      return;
    case 'move':
      renameSync(action.from, action.to);
      return;
    case 'link':
      rmSync(action.path, { force: true });
      symlinkSync(action.target, action.path);
      return;
    case 'folder': {
      // Its parents are for everybody to pass through, itself is not for everybody to read.
      makeFolder(dirname(action.path), 0o755);
      mkdirSync(action.path, { mode: 0o750 });
      chownSync(
        action.path,
        Number(run(['id', '-u', action.owner])),
        Number(run(['id', '-g', action.owner])),
      );
      return;
    }
    case 'program':
      copyProgram(action.program, action.path);
      return;
    case 'run':
      run(action.argv);
  }
}

/** Runs a program and returns its standard output; throws its standard error if it fails. */
export function run([program = '', ...args]: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (error !== undefined) throw new Error(`${program}: ${error.message}`);
  if (status !== 0) throw new Error(`${[program, ...args].join(' ')}: ${(stderr || stdout).trim()}`);
  return stdout.trim();
}

function removeIfEmpty(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // Something of the operator's is in it.
  }
}

function isFile(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

function modeOf(path: string): number {
  return lstatSync(path).mode & 0o7777;
}
