import { asyncScheduler } from 'rxjs';
import type { HealEnd } from '../heal/heal-sink.ts';
import { inheritedEnvironment } from '../heal/heal-context.ts';
import { runProcess } from '../heal/run-process.ts';
import type { Message, SendResult } from './alert-channel.ts';

/** SIGTERM is given so long to end a program (milliseconds). */
const GRACE = 5_000;

/** How a program is run for a message. */
export interface ProgramRun {
  readonly argv: readonly string[];
  readonly input: string;
  readonly timeout: number;
  /** What must stand in neither its environment nor what is told of it. */
  readonly secrets: readonly string[];
  readonly mask: (text: string) => string;
}

/**
 * Runs a program for one message, which it reads on its standard input: nothing of it stands among its arguments or in
 * its environment, where every user of the host could read it.
 */
export async function runProgram(message: Message, run: ProgramRun): Promise<HealEnd> {
  const { ended } = await runProcess({
    effect: message.id,
    argv: run.argv,
    input: run.input,
    env: inheritedEnvironment(process.env, run.secrets),
    timeout: run.timeout,
    killGrace: GRACE,
    clock: asyncScheduler,
    started: () => undefined,
    mask: run.mask,
  });
  return ended;
}

/** What the end of a program means for its message; `faults` are exit codes by which it says that the channel is wrong. */
export function programResult(end: HealEnd, faults: Readonly<Record<number, string>>): SendResult {
  const fault = end.exitCode === undefined ? undefined : faults[end.exitCode];
  const last = end.output.trim().split('\n').at(-1) ?? '';
  const why = [end.detail, fault ?? '', last].filter((part) => part !== '').join(': ');
  if (end.result === 'ok') return { ...RESULT, verdict: 'sent', detail: end.detail };
  if (end.result === 'broken' || fault !== undefined) return { ...RESULT, verdict: 'disable', detail: why };
  return { ...RESULT, verdict: 'retry', detail: why, uncertain: end.result === 'timeout' };
}

const RESULT = { remoteId: '', uncertain: false, channelWide: true } as const;
