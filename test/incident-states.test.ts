import { describe, expect, it } from 'vitest';
import type { ContainerStatus } from '../src/model.ts';
import { Play } from './incident/play.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const heal = { command: ['heal'] };
const crashed = { exitCode: 1 };
const ill = { healthy: false };

/** Two containers run. */
function running(settings: object = { heal }): Play {
  return new Play(settings).container(0, 'db', 'running').container(0, 'web', 'running');
}

function coverage(play: Play, second: number, blind: boolean): Play {
  const at = play.state.now;
  play.until(second);
  return play.feed(
    {
      ...{ type: 'coverage', at: play.state.now, source: 'docker', blind, unread: [] },
      reason: blind ? 'connection refused' : '',
    },
    Math.max(at, play.state.now),
  );
}

describe('a container that is down', () => {
  it('is told after a minute, by name and exit code, without a heal; and that it is back, a minute after', () => {
    const play = running().container(10, 'web', 'exited', { exitCode: 137, outOfMemory: true });
    expect(play.until(69).alerts).toEqual([]);
    expect(play.until(75).alerts).toEqual(['opened']);
    expect(play.alert('opened').story.reason).toBe(
      'web is down since 00:00:10 UTC: exit code 137, out of memory',
    );
    expect(play.incident()).toMatchObject({ state: 'holding', expected: [] });
    play.until(HOUR).container(HOUR, 'web', 'running');
    expect(play.until(HOUR + 59).alerts).toEqual(['opened']);
    expect(play.until(HOUR + 61).alerts).toEqual(['opened', 'resolved']);
    expect(play.effects.some(({ kind }) => kind === 'heal')).toBe(false);
  });

  it.each([
    ['an operator stopped it', 'exited', { exitCode: 1, stoppedByOperator: true }],
    ['it was meant to end', 'exited', { exitCode: 0, expectedExit: true }],
    ['it is being restarted', 'restarting', {}],
    ['how it ended is not known', 'exited', {}],
    ['it was removed', 'removed', crashed],
  ] as const)('is not told where %s', (_, state, how) => {
    expect(running().container(10, 'web', state, how).until(HOUR).moves).toEqual([]);
  });

  it('is not told where it was made for one run, nor where nobody has seen it run', () => {
    const job = running().container(1, 'job', 'running', { oneOff: true });
    job.container(10, 'job', 'exited', { oneOff: true, exitCode: 1 });
    job.container(10, 'old', 'exited', crashed);
    expect(job.until(HOUR).moves).toEqual([]);
  });

  it('is not told where it was recreated within the minute', () => {
    const play = running().container(10, 'web', 'exited', crashed);
    play.container(40, 'web', 'running', { id: 'web-2' }).container(41, 'web', 'removed');
    expect(play.until(HOUR).moves).toEqual([]);
  });

  it('is told where its policy has not brought it back for longer than Docker ever waits', () => {
    const play = running().container(10, 'web', 'restarting', { exitCode: 3, gaveUp: true });
    expect(play.until(99).alerts).toEqual([]);
    expect(play.until(104).alerts).toEqual(['opened']);
    expect(play.alert('opened').story.reason).toContain(
      'exit code 3; its restart policy did not bring it back',
    );
  });

  it('is not told where it has ended and is about to be restarted only then, for as long as that may take', () => {
    const play = running()
      .container(10, 'web', 'exited', crashed)
      .container(11, 'web', 'restarting', crashed);
    expect(play.until(95).alerts).toEqual([]);
    expect(play.container(95, 'web', 'running').until(HOUR).moves).toEqual([]);
  });

  it('is over when it is removed', () => {
    const play = running()
      .container(10, 'web', 'exited', crashed)
      .container(5 * MINUTE, 'web', 'removed');
    expect(play.until(7 * MINUTE).alerts).toEqual(['opened', 'resolved']);
  });

  it('is over when an operator says that it is gone, and a plain acknowledgement drops nothing', () => {
    const play = running()
      .container(10, 'web', 'exited', crashed)
      .until(5 * MINUTE);
    const { id: incident } = play.incident();
    const at = play.state.now;
    play.feed({ type: 'ack', at, incident }, at).until(20 * MINUTE);
    expect(play.incident().state).toBe('holding');
    play.feed({ type: 'ack', at: play.state.now, incident, gone: 'web' }, play.state.now);
    expect(play.until(22 * MINUTE).alerts).toEqual(['opened', 'resolved']);
  });

  it('is told once, and reminded of after four hours', () => {
    const play = running().container(10, 'web', 'exited', crashed).container(60, 'web', 'exited', crashed);
    expect(play.until(4 * HOUR).alerts).toEqual(['opened']);
    expect(play.until(4 * HOUR + 2 * MINUTE).alerts).toEqual(['opened', 'reminder']);
  });

  it('joins those that are told already: one more is news, and the end waits for all', () => {
    const play = running()
      .container(10, 'web', 'exited', crashed)
      .until(5 * MINUTE);
    play.container(5 * MINUTE, 'db', 'exited', crashed).until(7 * MINUTE);
    expect(play.alerts).toEqual(['opened', 'news']);
    expect(play.alert('news').story.reason).toContain('db is down');
    expect(play.alert('news').story.reason).not.toContain('web is down');
    play.container(8 * MINUTE, 'web', 'running').until(20 * MINUTE);
    expect(play.alerts).toEqual(['opened', 'news']);
    expect(play.container(20 * MINUTE, 'db', 'running').until(22 * MINUTE).alerts).toEqual([
      'opened',
      'news',
      'resolved',
    ]);
  });

  it('after a start of the daemon is judged five minutes later, and not where somebody may have stopped it', () => {
    for (const [how, told] of [
      [{ exitCode: 143 }, []],
      [{ exitCode: 1 }, ['opened']],
      [{ exitCode: 143, gaveUp: true }, ['opened']],
    ] as const) {
      const play = running()
        .until(HOUR)
        .boot(HOUR + 10);
      play.container(HOUR + 11, 'db', 'running').container(HOUR + 11, 'web', 'exited', how);
      expect(play.until(HOUR + 5 * MINUTE).alerts).toEqual([]);
      expect(play.until(HOUR + 6 * MINUTE).alerts).toEqual(told);
    }
  });

  it('is told though the daemon is started anew meanwhile, once', () => {
    const play = running()
      .container(HOUR - 30, 'web', 'exited', crashed)
      .boot(HOUR);
    play
      .container(HOUR + 1, 'db', 'running')
      .container(HOUR + 1, 'web', 'exited', crashed)
      .until(HOUR + MINUTE);
    expect(play.alerts).toEqual(['opened']);
    play.boot(2 * HOUR).container(2 * HOUR + 1, 'web', 'exited', crashed);
    expect(play.until(3 * HOUR).alerts).toEqual(['opened']);
  });

  it('does not hold an incident for ever that was removed while the daemon was away', () => {
    const play = running()
      .container(10, 'web', 'exited', crashed)
      .until(HOUR)
      .boot(HOUR + 10);
    expect(play.until(HOUR + 10 * MINUTE).alerts).toEqual(['opened', 'resolved']);
  });
});

describe('a container that is unhealthy', () => {
  it('is told after two minutes without a break', () => {
    const play = running().container(10, 'web', 'running', ill).container(100, 'web', 'running');
    play.container(110, 'web', 'running', ill).until(220);
    expect(play.alerts).toEqual([]);
    expect(play.until(240).alerts).toEqual(['opened']);
    expect(play.alert('opened').story.reason).toBe('web is unhealthy since 00:01:50 UTC');
  });

  it('is named once where it has never been healthy', () => {
    const play = new Play().container(0, 'web', 'running', ill);
    expect(play.until(12 * HOUR).alerts).toEqual(['opened', 'resolved']);
    expect(play.moves.at(-2)?.reason).toBe('it has never been healthy, and is named once');
  });

  it('on and off sends no more than twelve messages an hour', () => {
    const play = running();
    for (let at = 10; at < 6 * HOUR; at += 4 * MINUTE)
      play.container(at, 'web', 'running', ill).container(at + 130, 'web', 'running');
    const times = play.effects.filter(({ kind }) => kind === 'alert').map(({ at }) => at);
    for (const at of times)
      expect(times.filter((other) => other <= at && other > at - HOUR * 1_000).length).toBeLessThanOrEqual(
        12,
      );
  });
});

describe('a container that is started again and again', () => {
  const ended = { exitCode: 0 };

  /** `web` runs for some seconds, ends, and is started again a second later; three times. */
  function loop(settings: object, how: Partial<ContainerStatus>, runs = 2): Play {
    const play = running(settings);
    for (const at of [runs, 2 * runs + 1, 3 * runs + 2])
      play.container(at, 'web', 'restarting', how).container(at + 1, 'web', 'running');
    return play;
  }
  const sections = (play: Play): readonly string[] =>
    play.effects.filter(({ kind }) => kind === 'report').map(({ part }) => part);

  it('is noted at the third time, without a message; and is over once it has run for two minutes', () => {
    const play = loop({}, ended).until(60);
    expect(sections(play)).toEqual(['opened']);
    expect(play.alerts).toEqual([]);
    expect(play.incident()).toMatchObject({ state: 'holding', expected: [] });
    expect(play.effects[0]?.story.reason).toBe('web is started again and again since 00:00:03 UTC');
    expect(sections(play.until(2 * MINUTE + 5))).toEqual(['opened']);
    expect(sections(play.until(4 * MINUTE))).toEqual(['opened', 'resolved']);
  });

  it('is told by an alert where that is asked for, and by nothing where it is off', () => {
    const tell = (how: string): Play => loop({ states: { looping: { tell: how } } }, ended).until(60);
    expect(tell('alert').alerts).toEqual(['opened']);
    expect(tell('off').moves).toEqual([]);
  });

  it.each([
    ['its runs are long', {}, ended, 10],
    ['it was restarted by an operator', {}, { ...ended, stoppedByOperator: true }, 2],
    ['the limit of restarts tells of it', {}, { exitCode: 1 }, 2],
    ['it is not that fast', { states: { looping: { within: '5s' } } }, ended, 2],
    ['it was made for one run', {}, { ...ended, oneOff: true }, 2],
  ] as const)('is not where %s', (_, settings, how, runs) => {
    expect(loop(settings, how, runs).until(HOUR).moves).toEqual([]);
  });

  it.each([
    ['the limit is higher', { limits: { restarts: 4 } }],
    ['it is switched off', { limits: { restarts: 'off' } }],
    ['crashes do not count', { restarts: { count: ['oom'] } }],
  ] as const)('is after crashes where %s', (_, settings) => {
    expect(sections(loop(settings, { exitCode: 1 }).until(60))).toEqual(['opened']);
  });

  it('is not where a heal of ours restarts it', () => {
    const play = running().signals(0, 'critical', 'db', 'FATAL: gone', 5).until(4);
    for (const at of [5, 8, 11])
      play.container(at, 'web', 'exited', ended).container(at + 1, 'web', 'running');
    expect(play.healed(15).state.presence['web']?.loop?.starts).toEqual([]);
    expect(play.until(20 * MINUTE).alerts).toEqual(['opened', 'heal', 'resolved']);
  });

  it('goes on over a start of the daemon, and joins what a limit has opened', () => {
    const play = loop({}, ended).boot(30).container(31, 'web', 'running').container(31, 'db', 'running');
    expect(sections(play.until(60))).toEqual(['opened']);
    play.signals(60, 'critical', 'db', 'FATAL: gone', 5).until(70);
    expect(
      play
        .incident()
        .breaches.map(({ rule }) => rule)
        .sort(),
    ).toEqual(['critical', 'looping']);
  });
});

describe('an engine that is away', () => {
  it('is told after a minute, and over a minute after it is back', () => {
    const play = coverage(running(), 10, true);
    expect(play.until(65).alerts).toEqual([]);
    expect(play.until(75).alerts).toEqual(['opened']);
    expect(play.alert('opened').story.reason).toBe(
      'the Docker Engine is away since 00:00:10 UTC: connection refused',
    );
    coverage(play, 5 * MINUTE, false);
    expect(play.until(7 * MINUTE).alerts).toEqual(['opened', 'resolved']);
  });

  it('is no news where it is back within the minute', () => {
    expect(coverage(coverage(running(), 10, true), 50, false).until(HOUR).moves).toEqual([]);
  });
});

describe('a state and a limit about one failure', () => {
  it('are one incident: a limit that is reached as well is news, and is healed as ever', () => {
    const play = running()
      .container(10, 'web', 'exited', crashed)
      .until(10 * MINUTE);
    play.signals(10 * MINUTE, 'critical', 'db', 'FATAL: gone', 5).until(10 * MINUTE + 10);
    expect(play.alerts).toEqual(['opened', 'news']);
    expect(play.alert('news').story.reason).toContain('5 critical events');
    expect(play.incident()).toMatchObject({ state: 'healing', expected: ['db'] });
    play.healed(11 * MINUTE).until(25 * MINUTE);
    expect(play.incident().state).toBe('holding');
    expect(play.alerts).toEqual(['opened', 'news', 'heal']);
    expect(play.container(HOUR, 'web', 'running').until(HOUR + 2 * MINUTE).alerts).toEqual([
      'opened',
      'news',
      'heal',
      'resolved',
    ]);
  });

  it('a state that begins later joins as news, and calls for no heal', () => {
    const play = running({}).signals(0, 'critical', 'db', 'FATAL: gone', 5).until(MINUTE);
    play.container(MINUTE, 'web', 'exited', crashed).until(4 * MINUTE);
    expect(play.alerts).toEqual(['opened', 'news']);
    expect(play.incident()).toMatchObject({ state: 'verifying' });
  });

  it('from the start of a heal until the next decision an expected container adds no message', () => {
    const play = running().signals(0, 'critical', 'db', 'FATAL: gone', 5).until(5);
    play.container(10, 'web', 'exited', { exitCode: 1, stoppedByOperator: true }).healed(30);
    expect(play.until(6 * MINUTE).alerts).toEqual(['opened', 'heal']);
    play
      .until(17 * MINUTE)
      .healed(17 * MINUTE)
      .until(HOUR);
    expect(play.alerts).toEqual(['opened', 'heal', 'heal', 'escalated']);
    expect(play.incident().state).toBe('escalated');
  });

  it('one that is down for long is not expected by the limit that joins', () => {
    const play = running().container(10, 'web', 'exited', crashed).until(HOUR);
    play.signals(HOUR, 'critical', 'db', 'FATAL: gone', 5);
    expect(play.incident().expected).toEqual(['db']);
  });
});

describe('what is told is a setting', () => {
  it.each([
    ['off', [], 0],
    ['note', [], 1],
    ['alert', ['opened'], 1],
  ] as const)('%s', (tell, alerts, sections) => {
    const play = running({ states: { down: { tell, after: '90s' } } }).container(
      10,
      'web',
      'exited',
      crashed,
    );
    expect(play.until(95).effects).toEqual([]);
    play.until(HOUR);
    expect(play.alerts).toEqual(alerts);
    expect(play.effects.filter(({ kind }) => kind === 'report')).toHaveLength(sections);
  });
});
