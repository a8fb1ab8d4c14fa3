import type { HealConfig } from '../config/config.ts';
import { findCommand } from '../sinks/heal/heal-problem.ts';
import { fault, type Finding, ok, warning } from './finding.ts';

const CHECK = 'heal';

/** Programs that gain rights by their set-user-id bit, which NoNewPrivileges takes away. */
const GAINS_RIGHTS = /(?:^|[\s;&|(`/])(sudo|su|doas|pkexec)\s/m;

/** Work for minutes of a whole core; in the service there is a tenth of one, and 512 MB. */
const HEAVY =
  /\b(docker(?:-compose| compose)?\s+(?:[^\n]*\s)?build|docker(?:-compose| compose)\s+[^\n]*--build|(?:npm|pnpm|yarn)\s+(?:ci|install|run build)|pip3?\s+install|cargo\s+build|make|apt(?:-get)?\s+\w+|mvn|gradle)\b/;

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
  const found = findCommand(heal, env);
  if ('problem' in found) return [fault(CHECK, found.problem, found.remedy)];
  const { path, script } = found;
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
