import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { configSchema } from '../src/config/config.ts';
import { healChecks } from '../src/daemon/heal-checks.ts';
import type { Control } from '../src/model.ts';
import { healProblem } from '../src/sinks/heal/heal-problem.ts';
import { VirtualClock } from '../src/time/virtual-clock.ts';
import { Play } from './incident/play.ts';
import { cli } from './support/cli.ts';
import { scratchDir } from './support/state.ts';

const HOUR = 60 * 60;

let dir: string;
let script: string;
beforeEach(() => {
  dir = scratchDir();
  script = join(dir, 'heal.sh');
  writeFileSync(script, '#!/bin/sh\n');
  chmodSync(script, 0o755);
});

const healOf = (settings: object) => configSchema.parse({ heal: settings }).heal;

describe('whether a heal can be run is found without running it', () => {
  it.each([
    ['one that is there', () => ({ command: [script, '--fast'] }), undefined],
    ['a name in PATH', () => ({ command: ['true'] }), undefined],
    ['one relative to heal.cwd', () => ({ command: ['./heal.sh'], cwd: dir }), undefined],
    ['none', () => ({}), undefined],
    ['a dry run', () => ({ command: ['/no/such'], dryRun: true }), undefined],
    ['a unit of its own', () => ({ command: ['/no/such'], runner: 'systemd-run' }), undefined],
    ['one that is missing', () => ({ command: ['/no/such'] }), /^\/no\/such does not exist for this user \(set heal/],
    ['a name that is nowhere', () => ({ command: ['no-such'] }), /in any folder of PATH/],
    ['one relative to nowhere', () => ({ command: ['./no-such'], cwd: dir }), /a relative path is taken from \//],
    ['a home that has none', () => ({ command: ['~/no-such'] }), /^\/.*\/no-such does not exist/],
    ['arguments in one string', () => ({ command: [`${script} --fast 2`] }), /each by itself: \[.*heal\.sh, --fast, 2\]/],
  ] as const)('%s', (_, settings, problem) => {
    const found = healProblem(healOf(settings()));
    if (problem === undefined) expect(found).toBeUndefined();
    else expect(found).toMatch(problem);
  }); // prettier-ignore

  it('one that is not executable', () => {
    chmodSync(script, 0o644);
    expect(healProblem(healOf({ command: [script] }))).toMatch(/not executable .*chmod a\+rx/);
  });

  it('at the start, and again whenever that has changed; each is logged once', () => {
    const clock = new VirtualClock();
    const [found, logged]: [Control[], string[]] = [[], []];
    const say = (_: object, message: string) => void logged.push(message);
    const checks$ = healChecks(() => healOf({ command: [script] }), clock, {
      error: say,
      warn: say,
      info: say,
    });
    chmodSync(script, 0o644);
    const watching = checks$.subscribe((control) => found.push(control));
    onTestFinished(() => watching.unsubscribe());
    clock.advanceTo(60_000);
    chmodSync(script, 0o755);
    clock.advanceTo(120_000);
    expect(found).toMatchObject([
      { problem: expect.stringContaining('not executable') as string },
      { problem: '' },
    ]);
    expect(logged).toEqual([
      'the heal cannot be run: people are told, nothing is healed',
      'the heal can be run again',
    ]);
  });

  it('check-config says it, and what is only found from one folder', async () => {
    const { stderr, exitCode } = await cli(['check-config'], { env: { QT_HEAL_COMMAND: '/no/such' } });
    expect(stderr).toContain('the heal cannot be run: /no/such does not exist');
    expect(exitCode).toBe(1);
    const relative = await cli(['check-config'], { env: { QT_HEAL_COMMAND: 'bin/quantum-realtime' } });
    expect(relative.stderr).toContain('heal.command is a relative path');
    expect(relative.exitCode).toBe(0);
  });
});

describe('a heal that cannot be run', () => {
  /** The database breaks an hour after the start. */
  function broken(problem: string): Play {
    const play = new Play({ heal: { command: ['/no/such'] } }).container(0, 'db', 'running');
    play.feed({ type: 'heal-problem', at: play.state.now, problem }, play.state.now);
    return play.signals(HOUR, 'critical', 'db', 'FATAL: gone', 5);
  }

  it('is told with the opening, in one message that says why and calls for a person', () => {
    const play = broken('/no/such does not exist').until(2 * HOUR);
    expect(play.alerts).toEqual(['opened']);
    expect(play.alert('opened').story).toMatchObject({ state: 'escalated' });
    expect(play.alert('opened').story.ask).toMatch(
      /^Please look now: the heal command cannot be run: \/no\/such does not exist\./,
    );
    expect(play.effects.some(({ kind }) => kind === 'heal')).toBe(false);
    expect(play.until(6 * HOUR).alerts).toEqual(['opened', 'resolved']);
  });

  it('is reminded of while it goes on', () => {
    const play = broken('gone');
    for (let at = HOUR + 600; at < 6 * HOUR; at += 600) play.signals(at, 'critical', 'db', 'FATAL: gone');
    expect(play.alerts).toEqual(['opened', 'reminder']);
  });

  it('is run again once it is mended and an operator says so', () => {
    const play = broken('gone').until(HOUR + 60);
    play.feed({ type: 'heal-problem', at: play.state.now, problem: '' }, play.state.now);
    play.feed({ type: 'heal-reset', at: play.state.now }, play.state.now);
    expect(play.incident().state).toBe('healing');
  });

  it('where that shows only when it is started is told once, in the call for a person', () => {
    const play = broken('')
      .until(HOUR + 10)
      .healed(HOUR + 11, 'broken');
    expect(play.alerts).toEqual(['opened', 'escalated']);
    expect(play.effects.filter(({ kind }) => kind === 'report').map(({ part }) => part)).toEqual([
      'opened',
      'heal',
      'escalated',
    ]);
  });
});
