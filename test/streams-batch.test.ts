import { VirtualTimeScheduler } from 'rxjs';
import { expect, test } from 'vitest';
import type { Line, Observation, Origin } from '../src/model.ts';
import { batch } from '../src/streams/batch.ts';

const ORIGIN: Origin = { id: 'c1', source: 'docker', container: 'app', stream: 'stdout', labels: {} };

function line(text: string): Line {
  return { type: 'line', origin: ORIGIN, ts: '', at: 0, text };
}

test('a full batch is handed on when the task that filled it is over, with all that the task has pushed', async () => {
  const handed: (readonly Observation[])[] = [];
  const gathered = batch((observations) => handed.push(observations), new VirtualTimeScheduler());
  for (let i = 0; i < 5_000; i++) gathered.push(line(`line ${i}`));
  expect(handed).toEqual([]);
  await Promise.resolve();
  expect(handed.map(({ length }) => length)).toEqual([5_000]);
});

test('while a batch is handed on nothing is gathered', () => {
  const empty: boolean[] = [];
  const gathered = batch(() => empty.push(gathered.isEmpty()), new VirtualTimeScheduler());
  gathered.push(line('one'));
  empty.push(gathered.isEmpty());
  gathered.flush();
  expect(empty).toEqual([false, true]);
});

test('what was gathered when it was closed is not handed on', () => {
  const clock = new VirtualTimeScheduler();
  const handed: (readonly Observation[])[] = [];
  const gathered = batch((observations) => handed.push(observations), clock);
  gathered.push(line('one'));
  gathered.close();
  gathered.push(line('two'));
  clock.flush();
  gathered.flush();
  expect(handed).toEqual([]);
  expect(gathered.isEmpty()).toBe(false);
});
