import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import type { HealConfig } from '../../config/config.ts';

/** A longer file is no script. */
const SCRIPT_MAX = 1024 * 1024;

/** Why a heal command cannot be started, and what to do about it. */
export interface HealProblem {
  readonly problem: string;
  readonly remedy: string;
}

/** A heal command as it is found on the disk: where, and its text if it is a script. */
export interface FoundCommand {
  readonly path: string;
  readonly script: string | undefined;
}

/**
 * Looks for the program of the heal command as it would be started, without running it: from `heal.cwd`, else from the
 * present working directory, else by PATH. Reads the disk.
 */
export function findCommand(
  { command, cwd }: Pick<HealConfig, 'command' | 'cwd'>,
  env: NodeJS.ProcessEnv,
): FoundCommand | HealProblem {
  const [program = ''] = command;
  const path = find(program, cwd, env);
  if (path === undefined) return missing(program, cwd, env);
  if (!isExecutable(path))
    return { problem: `${path} is not executable for this user`, remedy: `chmod a+rx ${path}` };
  const script = scriptOf(path);
  return (script === undefined ? undefined : interpreterProblem(path, script)) ?? { path, script };
}

/**
 * Why the configured heal could not be run now, in words; undefined where it could, and where nothing is run on this side:
 * without a command, in a dry run, and for a unit of its own, which sees other folders than we do.
 */
export function healProblem(heal: HealConfig, env: NodeJS.ProcessEnv = process.env): string | undefined {
  const { action, command, dryRun, runner } = heal;
  if (action !== 'command' || command.length === 0 || dryRun || runner !== 'child') return undefined;
  const found = findCommand(heal, env);
  return 'problem' in found ? `${found.problem} (${found.remedy})` : undefined;
}

/** What is said of a heal command that is found only from the folder in which the daemon happens to be started. */
export const RELATIVE_HEAL =
  'heal.command is a relative path: it is taken from the folder that the daemon is started in; an absolute one, or heal.cwd, is safer';

/** Whether the heal command depends on the folder in which the daemon is started. */
export function isRelativeHeal({ command: [program = ''], cwd }: HealConfig): boolean {
  return program.includes('/') && !isAbsolute(program) && !(cwd !== undefined && isAbsolute(cwd));
}

function missing(program: string, cwd: string | undefined, env: NodeJS.ProcessEnv): HealProblem {
  const [first = '', ...rest] = program.split(/\s+/);
  if (rest.length > 0 && find(first, cwd, env) !== undefined)
    return {
      problem: `no program is named "${program}", while ${first} is there`,
      remedy: `give heal.command program and arguments each by itself: [${[first, ...rest].join(', ')}]`,
    };
  const where = isAbsolute(program)
    ? ''
    : program.includes('/')
      ? `: a relative path is taken from ${resolve(cwd ?? '.')}`
      : ' in any folder of PATH';
  return {
    problem: `${program} does not exist for this user${where}`,
    remedy: 'set heal.command to a program that is there, by its absolute path',
  };
}

function interpreterProblem(path: string, script: string): HealProblem | undefined {
  const interpreter = /^#!\s*(\S+)/.exec(script)?.[1];
  if (interpreter === undefined)
    return {
      problem: `${path} is a script without a first line such as #!/bin/sh, so it cannot be started`,
      remedy: 'add one',
    };
  return existsSync(interpreter.replace(/\r$/, ''))
    ? undefined
    : { problem: `${path} wants ${interpreter}, which does not exist`, remedy: 'correct its first line' };
}

/** The text of a script; undefined for a binary, or if it cannot be read. */
function scriptOf(path: string): string | undefined {
  try {
    if (statSync(path).size > SCRIPT_MAX) return undefined;
    const text = readFileSync(path);
    return text.includes(0) ? undefined : text.toString();
  } catch {
    return undefined;
  }
}

function find(program: string, cwd: string | undefined, env: NodeJS.ProcessEnv): string | undefined {
  const places = program.includes('/')
    ? [resolve(cwd ?? '.', program)]
    : (env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, program));
  return places.find(isFile);
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
