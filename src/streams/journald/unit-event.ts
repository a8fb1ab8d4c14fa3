import { type JournalEntry, textOf } from './journal-entry.ts';

/** What systemd's own messages mean, by their ids (`sd-messages.h`): the same in every version since 232. */
const KINDS = {
  '7d4958e842da4a758f6c1cdc7b36dcc5': 'starting',
  '39f53479d3a045ac8e11786248231fbf': 'started',
  de5b426a63be47a7b6ac3eaac82e2f6f: 'stopping',
  '9d1aaa27d60140bd96365438aad20286': 'stopped',
  be02cf6855d2428ba40df7e9d022f03d: 'start failed',
  '98e322203f7a4ed290d09fe03c09fe15': 'exited',
  d9b373ed55a64feb8242e02dbe79a49c: 'failed',
  '7ad2d189f7e94e70a38c781354912448': 'succeeded',
  '5eb03494b6584870a536b337290809b3': 'restart scheduled',
  fe6faa94e7774663a0da52717891d8ef: 'out of memory',
} as const;

type Kind = (typeof KINDS)[keyof typeof KINDS];

const BY_ID: ReadonlyMap<string, Kind> = new Map(Object.entries(KINDS));

/** systemd tells of a unit. `at` is epoch milliseconds. */
export interface UnitEvent {
  readonly kind: Kind;
  readonly unit: string;
  readonly at: number;
  /** Microseconds since the boot. */
  readonly monotonic: number;
  readonly boot: string;
  /** The id of the run it speaks of; each start has a new one. */
  readonly run: string | undefined;
  /** `stop` where somebody wants it stopped, `restart` where it is to be started again. */
  readonly job: string | undefined;
  /** Why a run has failed: `exit-code`, `signal`, `oom-kill`, `watchdog`, `start-limit-hit`, … */
  readonly result: string | undefined;
  /** How the main process, or one before it, has ended. */
  readonly exit: UnitExit | undefined;
}

/** The end of a main process: by itself with a status, or by a signal. */
export interface UnitExit {
  readonly by: 'exit' | 'signal';
  readonly status: number;
}

/** Reads an entry that systemd has written about a unit; undefined for what says nothing of whether it runs. */
export function unitEvent(entry: JournalEntry, unit: string, at: number): UnitEvent | undefined {
  const kind = BY_ID.get(textOf(entry['MESSAGE_ID']) ?? '');
  if (kind === undefined || !unit.endsWith('.service')) return undefined;
  if (kind === 'started' && wasSkipped(entry)) return undefined;
  return {
    kind,
    unit,
    at,
    monotonic: Number(textOf(entry['__MONOTONIC_TIMESTAMP']) ?? '0'),
    boot: textOf(entry['_BOOT_ID']) ?? '',
    run: textOf(entry['INVOCATION_ID']),
    job: textOf(entry['JOB_TYPE']),
    result: textOf(entry['UNIT_RESULT']),
    exit: exitOf(entry),
  };
}

/** A start job is done, too, when a condition of the unit was not met: only the words tell. */
function wasSkipped(entry: JournalEntry): boolean {
  return / was skipped because |^Condition check resulted in /.test(textOf(entry['MESSAGE']) ?? '');
}

/** Of the main process, or one that has to come before it: a reload or a stop that fails ends in the same words. */
function exitOf(entry: JournalEntry): UnitExit | undefined {
  const status = textOf(entry['EXIT_STATUS']) ?? '';
  if (!/^ExecStart(?:Pre)?$/.test(textOf(entry['COMMAND']) ?? '') || !/^\d+$/.test(status)) return undefined;
  return { by: textOf(entry['EXIT_CODE']) === 'exited' ? 'exit' : 'signal', status: Number(status) };
}
