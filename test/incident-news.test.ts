import { describe, expect, it } from 'vitest';
import { Play } from './incident/play.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const heal = { command: ['heal'] };

/** Errors that no heal helps against, until a person has been called. */
function escalated(): Play {
  const play = new Play({ heal, incident: { maxAttempts: 1 } })
    .signals(0, 'error', 'api', 'it failed', 50)
    .until(MINUTE)
    .healed(MINUTE)
    .signals(5 * MINUTE, 'error', 'api', 'it failed', 50)
    .until(6 * MINUTE);
  expect(play.incident().state).toBe('escalated');
  return play;
}

/** The alerts of a part, each as its moment in seconds and its reason. */
function told(play: Play, part: string): readonly string[] {
  return play.effects
    .filter((effect) => effect.kind === 'alert' && effect.part === part)
    .map(({ at, story }) => `${new Date(at).toISOString().slice(11, 19)} ${story.reason}`);
}

describe('what is new in an open incident is told', () => {
  it('while a person is needed, acknowledged or not, and it ends the acknowledgement', () => {
    const play = escalated();
    play.feed({ type: 'ack', at: play.state.now, incident: play.incident().id }, play.state.now);
    play.signals(HOUR, 'critical', 'db', 'FATAL: gone', 5).until(HOUR + 10);
    expect(told(play, 'news')).toEqual(['01:00:04 5 critical events (threshold: 5)']);
    expect(play.incident()).toMatchObject({ state: 'escalated', acknowledged: false });
  });

  it('where no heal is configured', () => {
    const play = new Play()
      .signals(0, 'error', 'api', 'it failed', 50)
      .signals(9 * MINUTE, 'critical', 'db', 'FATAL: gone', 5)
      .until(10 * MINUTE);
    expect(play.alerts).toEqual(['opened', 'news']);
    expect(play.alert('news').story.deciding?.containers.map(({ container }) => container)).toContain('db');
  });

  it('in a cooldown', () => {
    const play = new Play({ heal })
      .signals(0, 'error', 'api', 'it failed', 50)
      .until(MINUTE)
      .healed(MINUTE)
      .signals(5 * MINUTE, 'error', 'api', 'it failed', 50)
      .signals(8 * MINUTE, 'critical', 'db', 'FATAL: gone', 5)
      .until(9 * MINUTE);
    expect(play.incident().state).toBe('cooldown');
    expect(told(play, 'news')).toEqual(['00:08:04 5 critical events (threshold: 5)']);
  });

  it('but not what a heal stirs up: the message of the next decision names that', () => {
    const play = new Play({ heal })
      .signals(0, 'error', 'api', 'it failed', 50)
      .until(MINUTE)
      .signals(MINUTE, 'critical', 'db', 'FATAL: the database system is shutting down', 5)
      .healed(MINUTE + 30)
      .signals(MINUTE + 40, 'restart', 'db', 'restarted', 2, { cause: 'crash' })
      .until(20 * MINUTE);
    expect(play.alerts).toEqual(['opened', 'heal', 'resolved']);
    expect(play.alert('heal').story.reason).toContain('5 critical events');
    expect(play.alert('resolved').story.reason).toContain('2 container restarts');
  });

  it('once for each limit, until that was below for a whole window', () => {
    const play = escalated();
    const noise = (from: number, to: number): void => {
      for (let at = from; at < to; at += 100) play.signals(at, 'error', 'api', 'it failed', 1);
    };
    noise(10 * MINUTE, HOUR);
    play.signals(HOUR, 'critical', 'db', 'FATAL: gone', 5);
    noise(HOUR + 10, HOUR + 30 * MINUTE);
    play.signals(HOUR + 30 * MINUTE, 'critical', 'db', 'FATAL: gone', 5);
    noise(HOUR + 31 * MINUTE, 2 * HOUR + 40 * MINUTE);
    expect(told(play, 'news')).toHaveLength(1);
  });

  it('ten times as much as was told is news as well, five minutes after the last message at the earliest', () => {
    const play = escalated();
    play.signals(10 * MINUTE, 'error', 'api', 'it failed', 500).until(20 * MINUTE);
    expect(told(play, 'news')).toEqual(['00:12:15 550 errors (threshold: 50)']);
  });

  it('a minute apart, and from the tenth message of an hour on as one that names all', () => {
    const rules = Array.from({ length: 20 }, (_, n) => ({
      ...{ name: `rule-${n}`, kinds: ['warning'], limit: 1, containers: [`c${n}`], key: 'host' },
    }));
    const play = new Play({ rules });
    for (let n = 0; n < 20; n += 1) play.signals(n * 20, 'warning', `c${n}`, 'odd', 1);
    play.until(2 * HOUR);
    const times = play.effects.filter(({ kind }) => kind === 'alert').map(({ at }) => at);
    expect(times.slice(1).every((at, n) => at - (times[n] ?? 0) >= 60_000)).toBe(true);
    for (const at of times)
      expect(times.filter((other) => other > at - HOUR * 1_000 && other <= at).length).toBeLessThan(13);
    const names = play.effects.flatMap(({ story }) => story.breaches.map(({ rule }) => rule));
    expect(new Set(names).size).toBe(20);
  });

  it('a rule that alerts nobody is no news', () => {
    const rules = [{ name: 'quietly', kinds: ['warning'], limit: 1, effects: ['report'], key: 'host' }];
    const play = new Play({ rules }).signals(0, 'error', 'api', 'it failed', 50);
    play.signals(MINUTE, 'warning', 'web', 'odd', 1).until(5 * MINUTE);
    expect(play.alerts).toEqual(['opened']);
  });
});

describe('an escalated incident ends', () => {
  it('once every limit was below for a whole window, however much noise goes on below it', () => {
    const play = escalated();
    for (let at = 10 * MINUTE; at < 12 * HOUR; at += 100) play.signals(at, 'error', 'api', 'it failed', 1);
    expect(play.moves.find(({ to }) => to === 'resolved')?.reason).toBe(
      'below every limit for a whole window, alive and observed',
    );
    expect(play.alerts.filter((part) => part === 'reminder')).toEqual([]);
  });

  it('but not while a container that has to be there is gone', () => {
    const play = new Play({ heal, incident: { maxAttempts: 1 } })
      .container(0, 'db', 'running')
      .signals(0, 'error', 'api', 'it failed', 50)
      .container(20, 'db', 'exited')
      .until(MINUTE)
      .healed(MINUTE);
    for (let at = 10 * MINUTE; at < 12 * HOUR; at += 100) play.signals(at, 'error', 'api', 'it failed', 1);
    expect(play.incident().state).toBe('escalated');
    play.container(12 * HOUR, 'db', 'running').until(12 * HOUR + 11 * MINUTE);
    expect(play.incident().state).toBe('resolved');
  });
});
