import { describe, expect, it } from 'vitest';
import { alertText } from '../src/sinks/alert/alert-text.ts';
import { reportSection } from '../src/sinks/report/report-section.ts';
import { healFacts } from '../src/sinks/heal/heal-context.ts';
import { worstOffenders } from '../src/sinks/heal/worst-offenders.ts';
import { Play } from './incident/play.ts';

const MINUTE = 60;
const heal = { command: ['heal'] };

/** The database fails and is healed; half an hour later something else fails, within the hour of the first. */
function relapse(): Play {
  return new Play({ heal })
    .signals(0, 'critical', 'db', 'FATAL: the database is gone', 100)
    .signals(0, 'critical', 'cache', 'PANIC: once', 1)
    .until(MINUTE)
    .healed(MINUTE)
    .until(20 * MINUTE)
    .signals(30 * MINUTE, 'critical', 'api', 'FATAL: no route', 5)
    .until(31 * MINUTE);
}

describe('what is said and done comes from the evidence that decided', () => {
  it('a relapse names what fails now, with what was spent beside it as a total', () => {
    const { story } = relapse().alert('reopened');
    expect(story.reason).toBe('5 critical events (threshold: 5)');
    const text = alertText(relapse().alert('reopened'), 'Host');
    expect(text).toContain('5 since 00:30:00 UTC (106 in the last hour)');
    expect(text).toContain('• api: 5 critical events');
    expect(text).toContain('FATAL: no route');
    expect(text).not.toMatch(/db|cache|FATAL: the database/);
  });

  it('a heal is told to blame and to restart what fails now, and not what has recovered', () => {
    const { effects } = relapse().until(32 * MINUTE);
    const second = effects.filter(({ kind }) => kind === 'heal').at(-1);
    if (second === undefined) throw new Error('no second heal');
    expect(worstOffenders(second.story)).toEqual(['api']);
    expect(healFacts(second, '/f')).toMatchObject({
      QT_CONTAINERS_TO_BLAME: 'api',
      QT_CONTAINERS: 'api',
      QT_REASONS: '5 critical events (threshold: 5)',
    });
  });

  it('a verification that fails names the limit that was reached again, and not the one before', () => {
    const play = new Play({ heal, incident: { maxAttempts: 1 } })
      .signals(0, 'critical', 'db', 'FATAL: the database is gone', 7)
      .until(MINUTE)
      .healed(MINUTE)
      .signals(5 * MINUTE, 'error', 'api', 'it failed', 50)
      .until(6 * MINUTE);
    const { story } = play.alert('escalated');
    expect(story.reason).toBe('50 errors (threshold: 50)');
    expect(worstOffenders(story)).toEqual(['api']);
    expect(alertText(play.alert('escalated'), 'Host')).not.toContain('FATAL: the database');
    // Long after, when nothing of it is in the window any more, it is still about the same container.
    const reminder = play.until(5 * 60 * MINUTE);
    expect(alertText(reminder.alert('escalated'), 'Host')).toContain('api');
  });

  it('a limit that only spent evidence would reach is not named', () => {
    const play = relapse();
    play.signals(31 * MINUTE, 'error', 'api', 'it failed', 10).until(33 * MINUTE);
    play.healed(33 * MINUTE);
    expect(play.alert('heal').story.breaches.map(({ rule }) => rule)).toEqual(['critical']);
  });

  it('a rule with kinds, globs and a pattern is told with what it counts, and with nothing else', () => {
    const rules = [
      { name: 'pool', kinds: ['warning'], limit: 3, containers: ['api*'], pattern: 'pool exhausted' },
    ];
    const play = new Play({ rules, heal })
      .signals(0, 'critical', 'db', 'FATAL: unrelated', 4)
      .signals(1, 'warning', 'web', 'pool exhausted', 9)
      .signals(2, 'warning', 'api-1', 'slow request', 30)
      .signals(10, 'warning', 'api-2', 'pool exhausted: 7 waiting', 3)
      .until(20);
    const opened = play.alert('opened');
    expect(opened.story.reason).toBe('3 warnings by rule pool (threshold: 3)');
    const text = alertText(opened, 'Host');
    expect(text).toContain('• api-2: 3 warnings');
    expect(text).not.toMatch(/unrelated|slow request|web|api-1|Critical Events/);
    expect(worstOffenders(opened.story)).toEqual(['api-2']);
    const section = reportSection({ ...opened, kind: 'report' });
    expect(section).toContain('#### Warnings (Top 10)\n\n```\n[api-2] pool exhausted: 7 waiting');
    expect(section).not.toContain('Critical Events (Top 5)');
  });

  it('what decided stands first, breached kinds before any number of others', () => {
    const play = new Play({ heal });
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) play.signals(0, 'error', name, 'it failed', 20);
    play.signals(6, 'critical', 'culprit', 'FATAL: it is me', 5).until(20);
    const where = alertText(play.alert('opened'), 'Host').split('**Where:**\n')[1] ?? '';
    expect(where.startsWith('• culprit: 5 critical events\n')).toBe(true);
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g'])
      expect(where).toMatch(new RegExp(`\\b${name}\\b`));
  });
});
