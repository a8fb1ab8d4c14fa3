import { concatWith, defer, EMPTY, from, Subject } from 'rxjs';
import type { Config } from '../config/config.ts';
import { policyOf } from '../incidents/policy.ts';
import { SILENT } from '../log.ts';
import type { Evidence, Outcome } from '../model.ts';
import { RollingWindow } from '../operators/rolling-window.ts';
import { decide } from '../pipeline.ts';
import { advanceClock, VirtualClock } from '../time/virtual-clock.ts';
import { ASSUMED, type AssumedHeal, outcomeOf } from './assumed-heal.ts';
import { ReplayJournal } from './replay-journal.ts';
import type { ReplayResult } from './replay-result.ts';
import { type ReplayEnd, type ReplayOptions, replaySession } from './replay-session.ts';

/** A session that has been read and judged once, to be decided again under other limits. */
export interface JudgedSession extends ReplayEnd {
  readonly evidence: readonly Evidence[];
  /** What it came to as it was replayed. */
  readonly result: ReplayResult;
}

/** Replays a session and keeps what decided in memory: of its lines only those that count. Throws as a replay does. */
export async function judgeSession(options: ReplayOptions): Promise<JudgedSession> {
  const evidence: Evidence[] = [];
  let end: ReplayEnd = { heals: [], last: -Infinity };
  const result = await replaySession({
    ...options,
    onEvidence: (item) => evidence.push(item),
    onEnd: (given) => (end = given),
  });
  return { ...end, evidence, result };
}

/**
 * The incidents of a session under other limits and another window: the same as a replay with those settings would find,
 * without reading a line again. Whatever else differs in the settings must not concern what is read, judged or learned.
 */
export function whatIf(
  { evidence, heals, last }: JudgedSession,
  config: Config,
  assumeHeal: AssumedHeal = ASSUMED,
): ReplayResult['incidents'] {
  const clock = new VirtualClock();
  const window = new RollingWindow({ length: config.window });
  const journal = new ReplayJournal(config, (at) => window.tally(at).counts);
  const outcomes$ = new Subject<Outcome>();
  const left = [...heals];
  let problem: Error | undefined;
  const atEnd$ = defer(() => {
    clock.advanceTo(last);
    outcomes$.complete();
    return EMPTY;
  });
  from([evidence])
    .pipe(
      decide(
        {
          advanceClock: (evidence$) => evidence$.pipe(advanceClock(clock), concatWith(atEnd$)),
          window,
          policy: policyOf(config),
          outcomes$,
          commands$: EMPTY,
          checkpoint$: EMPTY,
          store: (step) => {
            journal.follow(step);
            return true;
          },
          effects: {
            submit: (effect) => {
              const { outcome, delay } = outcomeOf(effect, left, assumeHeal);
              clock.schedule(() => outcomes$.next({ ...outcome, at: clock.now() }), delay);
            },
          },
          log: SILENT,
        },
        () => undefined,
        clock,
      ),
    )
    .subscribe({
      error: (error: unknown) => (problem = error instanceof Error ? error : new Error(String(error))),
    });
  if (problem !== undefined) throw problem;
  return journal.incidents();
}
