import { describe, expect, it } from 'vitest';
import { boot } from '../src/incidents/boot.ts';
import { BEGIN, Play } from './incident/play.ts';

const heal = { command: ['heal'] };
const FULL = 'no space is left on the disk';

function storage(play: Play, second: number, problem: string, withheld?: string): Play {
  const at = BEGIN + second * 1_000;
  return play.feed({ type: 'storage', at, problem, ...(withheld !== undefined && { withheld }) }, at);
}

function breached(play: Play, second: number): Play {
  return play.signals(second, 'critical', 'db', 'FATAL: gone', 5);
}

describe('while the state cannot be stored', () => {
  it('no heal is requested, its attempt and the budget are not spent, and the opening says why', () => {
    const play = breached(storage(new Play({ heal }), 0, FULL), 5).until(9);
    expect(play.incident()).toMatchObject({ state: 'verifying', passive: true, attempts: 0, heals: [] });
    expect(play.state.healing.starts).toEqual([]);
    expect(play.alert('opened').story.ask).toContain('the state cannot be stored, so nothing is healed');
  });

  it('an alert of its own is sent, without a limit, and another once it can be stored again', () => {
    const play = storage(new Play({ heal }), 0, FULL);
    expect(play.until(9).alerts).toEqual([]);
    expect(play.until(14).alerts).toEqual(['opened']);
    expect(play.alert('opened').story.reason).toBe(
      `the state of this program cannot be stored since 00:00:00 UTC, and no heal is started: ${FULL}`,
    );
    expect(play.incident().state).toBe('holding');
    storage(play, 100, '');
    expect(play.until(161).alerts).toEqual(['opened', 'resolved']);
  });

  it('a heal that was requested and withheld is taken back, and never told as one that ran out of time', () => {
    const play = breached(new Play({ heal }), 5).until(9);
    const id = play.state.healing.running?.id ?? '';
    expect(id).toMatch(/:heal:1:run$/);
    storage(play, 10, FULL, id);
    expect(play.incident()).toMatchObject({ state: 'verifying', attempts: 0, heals: [] });
    expect(play.state.healing).toMatchObject({ starts: [], cooldownUntil: 0 });
    expect(play.moves.at(-2)).toMatchObject({
      to: 'queued',
      reason: `the heal was not started: the state cannot be stored (${FULL})`,
    });
    play.until(100);
    expect(play.alerts).toEqual(['opened', 'news']);
    expect(play.alert('news').story.reason).toContain(`no heal is started: ${FULL}`);
    storage(play, 101, '');
    breached(play, 102);
    expect(play.until(110).incident()).toMatchObject({
      state: 'healing',
      attempts: 1,
      heals: [{ attempt: 1 }],
    });
  });

  it('what was withheld by another name changes nothing', () => {
    const play = breached(new Play({ heal }), 5).until(9);
    storage(play, 10, FULL, 'another:heal:1:run');
    expect(play.incident()).toMatchObject({ state: 'healing', attempts: 1 });
  });

  it('where it goes on, a person is called', () => {
    const play = breached(storage(new Play({ heal, states: { storage: { tell: 'off' } } }), 0, FULL), 5);
    for (let second = 30; second < 3_900; second += 30) play.signals(second, 'critical', 'db', 'FATAL: gone');
    expect(play.alerts.at(-1)).toBe('escalated');
    expect(play.incident().decisionReason).toBe('it goes on, and the state cannot be stored');
  });
});

describe('a clock that was set back', () => {
  it('is told once, by an alert of its own', () => {
    const play = new Play({ heal }).until(7_200);
    play.state = boot(play.state, BEGIN + 3_600_000);
    play.until(3_604);
    expect(play.alert('opened').story.reason).toBe(
      'the clock of this host was set back by 1h, to 01:00:00 UTC: it was wrong before, or is now',
    );
    expect(play.until(4_000).alerts).toEqual(['opened', 'resolved']);
  });
});
