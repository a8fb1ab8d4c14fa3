import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import type { HealConfig } from '../config/config.ts';
import { fault, type Finding, ok, warning } from './finding.ts';
import { statOf } from './stat-of.ts';

const CHECK = 'heal';

/** Programs that gain rights by their set-user-id bit, which NoNewPrivileges takes away. */
const GAINS_RIGHTS = /(?:^|[\s;&|(`/])(sudo|su|doas|pkexec)\s/m;

/** Work for minutes of a whole core; in the service there is a tenth of one, and 512 MB. */
const HEAVY =
  /\b(docker(?:-compose| compose)?\s+(?:[^\n]*\s)?build|docker(?:-compose| compose)\s+[^\n]*--build|(?:npm|pnpm|yarn)\s+(?:ci|install|run build)|pip3?\s+install|cargo\s+build|make|apt(?:-get)?\s+\w+|mvn|gradle)\b/;

/** A longer file is no script. */
const SCRIPT_MAX = 1024 * 1024;

/**
 * Whether the heal command can be started, and is likely to succeed with the rights and limits it would have. It is
 * not run.
 */
export function checkHeal(heal: HealConfig, env: NodeJS.ProcessEnv = process.env): readonly Finding[] {
  const [program, ...args] = heal.command;
  if (program === undefined)
    return [
      warning(
        CHECK,
        'no command is configured: people are told, nothing is healed',
        'set heal.command (QT_HEAL_COMMAND)',
      ),
    ];
  const path = find(program, heal.cwd, env);
  if (path === undefined)
    return [
      fault(
        CHECK,
        `${program} does not exist for this user${isAbsolute(program) ? '' : ' in any folder of PATH'}`,
        'set heal.command to a program that is there, by its absolute path',
      ),
    ];
  if (!isExecutable(path))
    return [fault(CHECK, `${path} is not executable for this user`, `chmod a+rx ${path}`)];
  const script = scriptOf(path);
  const broken = script === undefined ? undefined : interpreterProblem(path, script);
  if (broken !== undefined) return [broken];
  const text = [program, ...args].join(' ') + '\n' + (script ?? '').replace(/^\s*#.*$/gm, '');
  const doubts = heal.runner === 'systemd-run' ? [] : doubtsAbout(text);
  return [ok(CHECK, `${path} can be started`), ...doubts];
}

function doubtsAbout(text: string): Finding[] {
  const gains = GAINS_RIGHTS.exec(text)?.[1];
  const heavy = HEAVY.exec(text)?.[1];
  return [
    ...(gains === undefined
      ? []
      : [
          fault(
            CHECK,
            `it uses ${gains}, which cannot work in the service (NoNewPrivileges)`,
            'use the Docker API instead (docker restart …), or heal.runner: systemd-run',
          ),
        ]),
    ...(heavy === undefined
      ? []
      : [
          warning(
            CHECK,
            `it uses "${heavy}", too heavy for a tenth of a core and 512 MB within heal.timeout`,
            'build beforehand and only restart here, or heal.runner: systemd-run, or give the unit more (systemctl edit)',
          ),
        ]),
  ];
}

function interpreterProblem(path: string, script: string): Finding | undefined {
  const interpreter = /^#!\s*(\S+)/.exec(script)?.[1];
  if (interpreter === undefined)
    return fault(
      CHECK,
      `${path} is a script without a first line such as #!/bin/sh, so it cannot be started`,
      'add one',
    );
  return existsSync(interpreter.replace(/\r$/, ''))
    ? undefined
    : fault(CHECK, `${path} wants ${interpreter}, which does not exist`, 'correct its first line');
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
  return places.find((place) => statOf(place)?.isFile() === true);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
