import { constants } from 'node:os';
import * as z from 'zod';
import { type ContainerStatus, identityOf, type RestartCause, type Signal } from '../../model.ts';
import type { UnitExit } from './unit-event.ts';

/** The id of the journal as a source. */
export const JOURNALD = 'journald';

export const unitRun = z.object({
  unit: z.string(),
  state: z.enum(['running', 'restarting', 'exited']).optional(),
  run: z.string().optional(),
  boot: z.string().optional(),
  /** Somebody wanted it stopped. */
  touched: z.boolean().default(false),
  /** systemd has decided to start it again by itself. */
  scheduled: z.boolean().default(false),
  /** How the run has ended: `success`, or a result as systemd names it. */
  result: z.string().optional(),
  exit: z.object({ by: z.enum(['exit', 'signal']), status: z.number() }).optional(),
  /** When it last ran out of memory; epoch milliseconds. */
  oomAt: z.number().default(0),
  /** When systemd last told of it: microseconds since the boot. */
  toldAt: z.number().default(0),
});

/** What is known of a unit and its current or last run, ready for JSON. */
export type UnitRun = z.infer<typeof unitRun>;

/** A unit nothing is known of yet. */
export function newUnitRun(unit: string): UnitRun {
  return { unit, touched: false, scheduled: false, oomAt: 0, toldAt: 0 };
}

/** The fact that people and incidents see. A run that has ended well is expected to unless it is started again. */
export function unitStatus(run: UnitRun, state: ContainerStatus['state'], at: number): ContainerStatus {
  const container = identityOf(JOURNALD, run.unit);
  const isDown = state !== 'running';
  return {
    type: 'container',
    at,
    source: JOURNALD,
    id: container,
    container,
    labels: {},
    state,
    healthy: true,
    stoppedByOperator: isDown && run.touched,
    expectedExit: state === 'exited' && run.result === 'success',
    ...((state === 'exited' || state === 'restarting') && {
      exitCode: exitCodeOf(run.exit),
      ...(run.result === 'oom-kill' && { outOfMemory: true }),
      ...(run.result === 'start-limit-hit' && { gaveUp: true }),
    }),
  };
}

/** As a shell has it: 128 and the signal where one has ended it. */
function exitCodeOf(exit: UnitRun['exit']): number | undefined {
  return exit?.by === 'signal' ? 128 + exit.status : exit?.status;
}

/** A signal that systemd's messages call for: its fingerprint is its text with numbers masked. */
export function unitSignal(unit: string, at: number, kind: Signal['kind'], text: string): Signal {
  return {
    type: 'signal',
    kind,
    at,
    source: JOURNALD,
    container: identityOf(JOURNALD, unit),
    labels: {},
    text,
    fingerprint: text.replaceAll(/\d+/g, '<n>'),
    rule: kind === 'restart' ? 'journald:restart' : 'journald:oom',
  };
}

/** How a restart is told to people. */
export function unitRestartText(cause: RestartCause, { result, exit }: UnitRun): string {
  switch (cause) {
    case 'oom':
      return 'restarted by systemd after running out of memory';
    case 'crash':
    case 'policy':
      return `restarted by systemd after ${endOf(result, exit)}`;
    case 'manual':
    case 'recreate':
      return 'started again by request';
    case 'engine':
      return 'started again with the host';
  }
}

function endOf(result: string | undefined, exit: UnitExit | undefined): string {
  if (result === 'watchdog') return 'a watchdog timeout';
  if (result === 'timeout') return 'a timeout';
  if (exit?.by === 'signal') return `signal ${nameOf(exit.status)}`;
  if (exit !== undefined) return `exit code ${exit.status}`;
  return result === 'success' ? 'exit code 0' : `its end (${result ?? 'unknown'})`;
}

function nameOf(signal: number): string {
  return Object.entries(constants.signals).find(([, number]) => number === signal)?.[0] ?? `${signal}`;
}
