import { describe, expect, it } from 'vitest';
import { configSchema } from '../../src/config/config.ts';
import type { Signal, Tally } from '../../src/model.ts';
import { policyOf } from '../../src/incidents/policy.ts';
import { reduce } from '../../src/incidents/reduce.ts';
import { initial } from '../../src/incidents/state.ts';
import { HOUR, MINUTE, SECOND } from '../incident/history.ts';
import { Simulation, START } from '../incident/simulation.ts';
import type { Note } from '../incident/simulation.ts';
import { historyOf, stories } from './stories.ts';

/** `00:16:10.250  what happened`, from the start of the story. */
function told({ at, text }: Note): string {
  const days = Math.floor((at - START) / (24 * HOUR));
  const day = days === 0 ? '' : `day ${days + 1} `;
  return `${day}${new Date(at).toISOString().slice(11, -1)}  ${text}`.trimEnd();
}

function play(story: (typeof stories)[number]): string {
  const acts = story.acts.map((act) => {
    const done = new Simulation(historyOf(act), {}, act.script).run(act.until && START + act.until);
    return [`## ${act.given}`, '', ...done.notes.toSorted((a, b) => a.at - b.at).map(told), ''].join('\n');
  });
  return [`# ${story.name.slice(0, 3).toUpperCase()}. ${story.title}`, '', ...acts].join('\n');
}

describe('stories of incidents on a virtual clock', () => {
  for (const story of stories) {
    it(`${story.name}: ${story.title}`, async () => {
      await expect(play(story)).toMatchFileSnapshot(`./${story.name}.txt`);
    });
  }

  it('s15-clock: a wall clock that jumps neither resolves early nor tells twice', async () => {
    await expect([jump(-HOUR), jump(HOUR)].join('\n')).toMatchFileSnapshot('./s15-clock.txt');
  });
});

/** The wall clock jumps while it is watched whether it stays quiet. The core's own time never goes back. */
function jump(by: number): string {
  const config = configSchema.parse({ heal: { command: ['heal'] } });
  const policy = policyOf(config);
  const counts = { critical: 5, error: 0, warning: 0, restart: 0 };
  const samples = { critical: [], error: [], warning: [], restart: [] };
  const tally = (at: number): Tally => ({ at, counts, containers: new Map(), groups: [], samples });
  const notes: Note[] = [];
  let state = initial(config, START);
  const feed = (input: Parameters<typeof reduce>[1], wall: number): void => {
    const step = reduce(state, input, wall, tally, policy);
    state = step.state;
    for (const { at, from, to, reason } of step.transitions)
      notes.push({ at, text: `${from} -> ${to}: ${reason}` });
  };
  const critical: Omit<Signal, 'at'> = {
    type: 'signal',
    source: 'docker',
    kind: 'critical',
    container: 'db',
    labels: {},
    text: 'FATAL',
    fingerprint: 'FATAL',
    rule: 'test',
  };
  for (let n = 0; n < 5; n += 1) feed({ ...critical, at: START + n }, START + n);
  feed({ type: 'tick', at: START + 4 * SECOND }, START + 4 * SECOND);
  const effect = state.healing.running?.id ?? '';
  const ended = START + MINUTE;
  feed({ type: 'outcome', effect, kind: 'heal', at: ended, ok: true, detail: '', result: 'ok' }, ended);
  let offset = 0;
  for (let at = 2 * MINUTE; at <= 3 * HOUR; at += 5 * SECOND) {
    if (at === 5 * MINUTE) {
      offset = by;
      notes.push({ at: state.now, text: `the wall clock jumps by ${by / HOUR} h` });
    }
    feed({ type: 'tick', at: START + at + offset }, START + at + offset);
  }
  return [`## ${by < 0 ? 'an hour back' : 'an hour ahead'}`, '', ...notes.map(told), ''].join('\n');
}
