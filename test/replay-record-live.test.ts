import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { asyncScheduler, EMPTY, filter, firstValueFrom, ReplaySubject, share, Subject, tap } from 'rxjs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordSession } from '../src/commands/record/record-session.ts';
import { configSchema } from '../src/config.ts';
import type { Evidence, Outcome, Signal, Transition } from '../src/model.ts';
import { createEntryStore } from '../src/operators/classify.ts';
import { createClassifier } from '../src/operators/classify/classifier.ts';
import { RollingWindow } from '../src/operators/rolling-window.ts';
import { pipeline } from '../src/pipeline.ts';
import { replaySession } from '../src/replay-session.ts';
import { followDocker } from '../src/streams/live.ts';
import { openSessionWriter } from '../src/streams/session-writer.ts';
import { describeEngine } from './support/engine.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'record-live-'));
});
afterAll(() => rm(dir, { recursive: true }));

const config = configSchema.parse({
  limits: { critical: 5, errors: 20, restarts: 2 },
  heal: { command: ['true'] },
  incident: {
    groupWait: '500ms',
    settle: '1s',
    verify: '2s',
    resolveRatio: 1,
    reopenWindow: '1s',
    aliveGrace: '1s',
  },
  window: '5s',
});

/** How long the heal of this test takes, in milliseconds. */
const HEAL = 700;

describeEngine('a recording of a live engine', (engine) => {
  test(
    'replays to the same signals and the same sequence of transitions, times within a second',
    { timeout: 90_000 },
    async () => {
      const live = followDocker({
        endpoint: engine().endpoint,
        containers: config.containers,
        window: config.window,
        restarts: config.restarts,
        log: pino({ level: 'silent' }),
      });
      const writer = openSessionWriter({ dir });
      const stop$ = new Subject<void>();
      const observations$ = live.observations$.pipe(share());
      const signals: Signal[] = [];
      const transitions: Transition[] = [];
      const outcomes$ = new Subject<Outcome>();
      const moved$ = new ReplaySubject<Transition>(Infinity);
      const window = new RollingWindow({ length: config.window });
      const keep = (evidence: readonly Evidence[]): void => {
        for (const item of evidence) if (item.type === 'signal') signals.push(item);
      };
      const running = pipeline(
        {
          config,
          source$: observations$,
          classifier: createClassifier([]),
          entries: createEntryStore(),
          window,
          onTime: tap(keep),
          outcomes$,
          controls$: EMPTY,
          save$: EMPTY,
          carryOut: (step) => {
            for (const move of step.transitions) moved$.next(move);
            transitions.push(...step.transitions);
            for (const effect of step.effects) {
              const { id, kind } = effect;
              asyncScheduler.schedule(
                () => {
                  const at = asyncScheduler.now();
                  const base = { type: 'outcome', effect: id, kind, at, ok: true, detail: '' } as const;
                  const outcome: Outcome = kind === 'heal' ? { ...base, result: 'ok', exitCode: 0 } : base;
                  writer.outcome(outcome, effect);
                  outcomes$.next(outcome);
                },
                kind === 'heal' ? HEAL : 0,
              );
            }
          },
        },
        asyncScheduler,
      ).subscribe();
      const recording = recordSession({ observations$, flush: () => live.flush() }, writer, stop$);

      await engine().run({ name: 'pulse', script: 'while :; do echo tick; sleep 0.2; done' });
      await engine().run({
        name: 'orders',
        script:
          'sleep 2; i=0; while [ $i -lt 30 ]; do i=$((i+1)); echo "ERROR: order $i failed"; done; echo "FATAL: out of luck" >&2; sleep 600',
      });
      await firstValueFrom(moved$.pipe(filter(({ to }) => to === 'closed')));
      const end = asyncScheduler.now();
      await firstValueFrom(observations$.pipe(filter((batch) => batch.some(({ at }) => at > end + 500))));
      stop$.next();
      expect(await recording).toBeGreaterThan(30);
      running.unsubscribe();

      const replayed: Transition[] = [];
      const result = await replaySession({
        paths: [dir],
        config,
        onStep: (step) => replayed.push(...step.transitions),
      });
      const { counts } = result;
      const of = (kind: Signal['kind']): number => signals.filter((signal) => signal.kind === kind).length;
      expect(counts).toEqual({
        critical: of('critical'),
        error: of('error'),
        warning: of('warning'),
        restart: of('restart'),
      });
      expect(counts).toMatchObject({ critical: 1, error: 30 });
      const told = (moves: readonly Transition[]) =>
        moves.map(({ from, to, reason }) => `${from} → ${to}: ${reason}`);
      expect(told(replayed)).toEqual(told(transitions));
      expect(told(transitions).at(-1)).toContain('resolved → closed');
      for (const [index, { at }] of replayed.entries())
        expect(Math.abs(at - (transitions[index]?.at ?? 0))).toBeLessThan(1_000);
    },
  );
});
