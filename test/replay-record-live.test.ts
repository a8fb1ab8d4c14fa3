import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import {
  asyncScheduler,
  EMPTY,
  filter,
  firstValueFrom,
  identity,
  ReplaySubject,
  share,
  Subject,
  tap,
} from 'rxjs';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { recordSession } from '../src/commands/record/record-session.ts';
import { configSchema } from '../src/config/config.ts';
import type { Evidence, Outcome, Signal, Transition } from '../src/model.ts';
import { createEntryStore } from '../src/operators/classify.ts';
import { createClassifier } from '../src/classify/classifier.ts';
import { RollingWindow } from '../src/operators/rolling-window.ts';
import { policyOf } from '../src/incidents/policy.ts';
import { pipeline } from '../src/pipeline.ts';
import { replaySession } from '../src/replay/replay-session.ts';
import { dockerSource } from '../src/streams/docker/docker-source.ts';
import { openSessionWriter } from '../src/streams/recording/session-writer.ts';
import { cli } from './support/cli.ts';
import { type DaemonHome, daemonHome } from './support/daemon.ts';
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
      const source = dockerSource(
        { id: 'docker', endpoint: engine().endpoint },
        { config, clock: asyncScheduler, log: pino({ level: 'silent' }) },
      );
      const writer = openSessionWriter({ dir });
      const stop$ = new Subject<void>();
      const batches$ = source.batches$.pipe(share());
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
          sources: [{ ...source, batches$ }],
          asRead: identity,
          classifier: createClassifier([]),
          entries: createEntryStore(),
          advanceClock: tap(keep),
          window,
          policy: policyOf(config),
          outcomes$,
          commands$: EMPTY,
          checkpoint$: EMPTY,
          log: pino({ level: 'silent' }),
          store: (step) => {
            for (const move of step.transitions) moved$.next(move);
            transitions.push(...step.transitions);
            return true;
          },
          effects: {
            submit: (effect) => {
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
            },
          },
        },
        asyncScheduler,
      ).subscribe();
      const recording = recordSession({ batches$, flush: () => source.flush() }, writer, stop$);

      await engine().run({ name: 'pulse', script: 'while :; do echo tick; sleep 0.2; done' });
      await engine().run({
        name: 'orders',
        script:
          'sleep 2; i=0; while [ $i -lt 30 ]; do i=$((i+1)); echo "ERROR: order $i failed"; done; echo "FATAL: out of luck" >&2; sleep 600',
      });
      await firstValueFrom(moved$.pipe(filter(({ to }) => to === 'closed')));
      const end = asyncScheduler.now();
      await firstValueFrom(batches$.pipe(filter((batch) => batch.some(({ at }) => at > end + 500))));
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

describeEngine('recordings of the program as it is installed', (engine) => {
  let home: DaemonHome;
  let folder: string;
  let recording: string;
  beforeEach(async () => {
    home = daemonHome({ QT_DOCKER_HOST: engine().endpoint.text });
    folder = await mkdtemp(join(tmpdir(), 'recorded-'));
    recording = join(folder, 'recording');
  });
  afterEach(async () => {
    const all = JSON.parse((await engine().api('GET', '/containers/json?all=1')).body) as { Id: string }[];
    await Promise.all(all.map(({ Id }) => engine().remove(Id)));
    home.remove();
    await rm(folder, { recursive: true });
  });

  const crying = (text: string): string =>
    `sleep 1; i=0; while [ $i -lt 6 ]; do i=$((i+1)); echo "FATAL: ${text} $i" >&2; done; sleep 600`;

  test('run --record keeps what it saw and how its heal ended: a replay makes the same moves, times within a second', async () => {
    const heal = join(folder, 'heal.sh');
    await writeFile(heal, '#!/bin/sh\nsleep 1\necho no database\nexit 3\n');
    await chmod(heal, 0o755);
    const settings = join(folder, 'settings.yaml');
    await writeFile(
      settings,
      `heal: { command: [${heal}] }\nincident: { groupWait: 500ms, settle: 1s, verify: 2s }\n`,
    );
    const daemon = home.start({}, ['--config', settings, '--record', recording, '--record-mask']);
    await daemon.logged('connected', ({ msg }) => msg.startsWith('connected'));
    await engine().run({ name: 'pulse', script: 'while :; do echo level=info msg=tick; sleep 0.2; done' });
    await engine().run({ name: 'ledger', script: crying('no such file, password=hunter2hunter2') });
    const settled = await daemon.logged(
      'the heal has settled',
      ({ to }) => to === 'cooldown' || to === 'verifying',
    );
    const end = Date.parse(String(settled['time']));
    await expect.poll(() => lastMoment(recording), { timeout: 20_000 }).toBeGreaterThan(end + 500);
    expect(await daemon.end('SIGTERM')).toBe(0);

    const moved = daemon.log.filter(({ from, to }) => from !== undefined && to !== undefined);
    const { stdout, stderr } = await cli(['replay', '--json', '--config', settings, recording]);
    expect(stderr).not.toContain('left out');
    const { incidents, assumptions } = JSON.parse(stdout) as {
      incidents: { transitions: { at: string; from: string; to: string; reason: string }[] }[];
      assumptions: string[];
    };
    const replayed = incidents.flatMap(({ transitions }) => transitions);
    expect(replayed.map(({ from, to, reason }) => `${from} → ${to}: ${reason}`)).toEqual(
      moved.map(({ from, to, msg }) => `${String(from)} → ${String(to)}: ${msg}`),
    );
    for (const [index, { at }] of replayed.entries())
      expect(Math.abs(Date.parse(at) - Date.parse(String(moved[index]?.['time'])))).toBeLessThan(1_000);
    expect(assumptions).toContain('heals end as recorded (1 of them)');
    expect(stdout).not.toContain('hunter2hunter2');
  });

  test('record saves lines until it is over, for nobody else to read', async () => {
    await engine().run({ name: 'orders', script: crying('no orders') });
    const { exitCode, stderr } = await cli(['record', recording, '--for', '5s'], {
      env: { QT_DOCKER_HOST: engine().endpoint.text },
    });
    expect(exitCode, stderr).toBe(0);
    expect(stderr).toMatch(/\d+ lines recorded in .*recording\n?$/);
    const { stdout } = await cli(['replay', '--json', recording]);
    expect(JSON.parse(stdout)).toMatchObject({ counts: { critical: 6 } });
    const [file = ''] = await readdir(recording);
    expect((await stat(join(recording, file))).mode & 0o007).toBe(0);
  });
});

/** Time of the latest event in a recording that is being written, in epoch milliseconds. */
async function lastMoment(recording: string): Promise<number> {
  const { stdout } = await cli(['replay', '--json', recording]);
  const { began, span } = JSON.parse(stdout) as { began: string; span: number };
  return Date.parse(began) + span * 1_000;
}
