import { HEAL_UNIT } from '../../systemd/heal-unit.ts';
import { unitSafe } from './heal-context.ts';
import type { HealEnd } from './heal-sink.ts';

/** A heal to be run as a transient unit; durations in milliseconds. */
export interface SystemdRunOptions {
  readonly attemptId: string;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string | undefined;
  readonly timeout: number;
  readonly killGrace: number;
  readonly nice: number;
}

/** systemd's exit status for a unit whose program could not be executed. */
const EXIT_EXEC = 203;

/**
 * The arguments that run a heal as a transient unit: outside our limits, surviving a crash of ours, and refused by
 * systemd if the attempt has run before. Variables are named only, and taken from the environment of `systemd-run`
 * itself, so that no value can be read from the list of processes.
 */
export function systemdRunArgv(options: SystemdRunOptions): readonly string[] {
  const { timeout, killGrace, cwd } = options;
  return [
    'systemd-run',
    `--unit=${healUnit(options.attemptId)}`,
    '--wait',
    '--pipe',
    '--collect',
    `--property=RuntimeMaxSec=${seconds(timeout)}`,
    `--property=TimeoutStopSec=${seconds(killGrace)}`,
    '--property=KillMode=control-group',
    `--property=Nice=${options.nice}`,
    ...(cwd === undefined ? [] : [`--working-directory=${cwd}`]),
    ...Object.keys(options.env).map((name) => `--setenv=${name}`),
    '--',
    ...options.command,
  ];
}

/** The transient unit of one attempt: `quantum-realtime-heal-<attempt>`. */
export function healUnit(attemptId: string): string {
  return `${HEAL_UNIT}${unitSafe(attemptId)}`;
}

/**
 * The exit of `systemd-run --wait` in our terms: a unit that ran out of time, one whose program was not found, one
 * that systemd refused and that never began, an attempt that has been run before.
 */
export function systemdRunEnd(end: HealEnd): HealEnd {
  if (end.exitCode === EXIT_EXEC) return { ...end, result: 'broken', detail: 'not found or not executable' };
  if (end.result !== 'failed') return end;
  if (!hasBegun(end.output)) {
    const said = end.output.trim().split('\n').at(-1) ?? '';
    return /already (?:loaded|exists)/.test(said)
      ? { ...end, result: 'unknown', detail: 'this attempt has been run before' }
      : { ...end, result: 'broken', detail: `systemd-run could not start it: ${said}` };
  }
  return /result: timeout/i.test(end.output) ? { ...end, result: 'timeout', detail: 'ran out of time' } : end;
}

/**
 * Whether the unit ran: `systemd-run` prints a line once it does. If the beginning of the output was dropped, so may
 * that line: then it is taken to have run.
 */
function hasBegun(output: string): boolean {
  return /^Running as unit: /m.test(output) || /^\(\d+ earlier bytes dropped\)/.test(output);
}

function seconds(ms: number): string {
  return `${Math.max(1, Math.ceil(ms / 1_000))}`;
}
