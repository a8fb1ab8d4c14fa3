import { describe, expect, it } from 'vitest';
import { Play } from './incident/play.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const heal = { command: ['heal'] };
const stopped = { stoppedByOperator: true };

/** Two containers run; the database breaks and a heal starts. */
function breakdown(before = 0): Play {
  return new Play({ heal })
    .container(0, 'db', 'running')
    .container(0, 'web', 'running')
    .signals(before, 'critical', 'db', 'FATAL: gone', 5)
    .until(before + 5);
}

describe('what a heal does to containers excuses nothing', () => {
  it.each([
    ['stops', 'exited', stopped],
    ['ends with exit 0', 'exited', { expectedExit: true }],
    ['pauses', 'paused', {}],
    ['stops and removes', 'removed', stopped],
  ] as const)('one that %s a container and leaves it so has failed', (_, state, how) => {
    const play = breakdown();
    if (state === 'removed') play.container(20, 'web', 'exited', how);
    play
      .container(20, 'web', state, how)
      .healed(30)
      .until(20 * MINUTE);
    expect(play.alerts).not.toContain('resolved');
    expect(play.until(16 * MINUTE + 1).effects.filter(({ kind }) => kind === 'heal')).toHaveLength(2);
    play.healed(17 * MINUTE).until(HOUR);
    expect(play.incident().state).toBe('escalated');
  });

  it('nor what follows while it settles, nor being told of it once more', () => {
    const play = breakdown().healed(30);
    play.container(80, 'web', 'exited', stopped).container(5 * MINUTE, 'web', 'exited', stopped);
    expect(play.until(15 * MINUTE).incident().state).not.toBe('resolved');
  });

  it('but an operator who stops a container afterwards, or removes it, excuses it', () => {
    const play = breakdown().healed(30);
    play.container(3 * MINUTE, 'web', 'exited', stopped);
    expect(play.until(12 * MINUTE).incident().state).toBe('resolved');
    const removed = breakdown().container(20, 'web', 'exited', stopped).healed(30);
    removed.container(3 * MINUTE, 'web', 'removed');
    expect(removed.until(14 * MINUTE).incident().state).toBe('resolved');
  });

  it('and one that comes back is there again', () => {
    const play = breakdown()
      .container(20, 'web', 'exited', stopped)
      .container(25, 'web', 'running')
      .healed(30);
    expect(play.until(12 * MINUTE).incident().state).toBe('resolved');
  });
});

describe('who is expected', () => {
  it('a container that died 20 s before the limit was reached is', () => {
    const play = new Play({ heal }).container(0, 'db', 'running').container(HOUR - 20, 'db', 'exited');
    play.signals(HOUR, 'error', 'web', 'db is away', 50).until(HOUR + 20);
    expect(play.incident().expected).toEqual(['db']);
  });

  it('one that was unhealthy for all of the five minutes before is not, and one that was healthy in them is', () => {
    const ill = new Play({ heal }).container(0, 'web', 'running', { healthy: false });
    ill.signals(HOUR, 'critical', 'db', 'FATAL: gone', 5);
    expect(ill.incident().expected).toEqual([]);
    const fell = new Play({ heal }).container(0, 'web', 'running');
    fell.container(HOUR - 20, 'web', 'running', { healthy: false });
    fell.signals(HOUR, 'critical', 'db', 'FATAL: gone', 5);
    expect(fell.incident().expected).toEqual(['web']);
  });

  it('a throw-away job is not, however it ends', () => {
    const play = new Play({ heal }).container(0, 'job', 'running', { oneOff: true });
    play.signals(10, 'critical', 'db', 'FATAL: gone', 5).container(12, 'job', 'exited', { oneOff: true });
    expect(play.incident().expected).toEqual([]);
  });

  it('one that ended long before, as events that are read back tell, is not', () => {
    const at = -30 * MINUTE;
    const play = new Play({ heal }).until(0);
    play.container(0, 'old', 'running', { at: play.state.now + at * 1_000 });
    play.container(1, 'old', 'removed', { at: play.state.now + (at + MINUTE) * 1_000 });
    play.signals(10, 'critical', 'db', 'FATAL: gone', 5);
    expect(play.incident().expected).toEqual([]);
  });
});
