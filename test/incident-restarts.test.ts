import { expect, test } from 'vitest';
import { configSchema } from '../src/config/config.ts';
import { parseEvent } from '../src/streams/docker/events.ts';
import { restartTracker } from '../src/streams/docker/restart-tracker.ts';
import { BEGIN, Play } from './incident/play.ts';

/** One container under `always` that runs, ends with this code and is started again, twice. */
function runTwice(exitCode: number): Play {
  const play = new Play();
  const tracker = restartTracker({ count: configSchema.parse({}).restarts.count });
  const rows = [[0, 'start'], [10, 'die'], [10.2, 'start'], [20, 'die'], [20.3, 'start']] as const; // prettier-ignore
  for (const [second, action] of rows) {
    const at = BEGIN + second * 1_000;
    const event = parseEvent(
      JSON.stringify({
        Action: action,
        Actor: { ID: 'c1', Attributes: { name: 'job', image: 'busybox', exitCode: `${exitCode}` } },
        timeNano: 0,
      }).replace('"timeNano":0', `"timeNano":${at}000000`),
    );
    if (event === undefined) throw new Error(`${action} does not matter`);
    for (const one of [...tracker.event(event), ...tracker.due(at + 100)]) play.feed(one, at + 100);
  }
  return play.until(60);
}

test('a job that ends well and is started again by its policy opens nothing', () => {
  expect(runTwice(0).moves).toEqual([]);
});

test('a crash loop opens an incident, and what it says names the setting', () => {
  const play = runTwice(1);
  expect(play.alerts).toEqual(['opened']);
  expect(play.alert('opened').story.ask).toMatch(
    /restarts\.count says which causes count, and the label quantum-realtime\.limits\.restarts/,
  );
});

test('other limits do not speak of restarts', () => {
  const play = new Play().signals(0, 'critical', 'db', 'FATAL: gone', 5).until(10);
  expect(play.alert('opened').story.ask).not.toContain('restarts.count');
});
