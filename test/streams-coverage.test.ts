import { expect, test } from 'vitest';
import type { Coverage } from '../src/model.ts';
import { coverageOf, isSameCoverage, type View } from '../src/streams/docker/coverage.ts';

const NOW = 1_766_000_000_000;

/** A source of which everything is read, but for what is said. */
function view(part: Partial<View>): View {
  return { now: NOW, source: 'docker:vps2', engine: undefined, down: [], ...part };
}

/** Containers whose logs have not been read for so many seconds. */
function unread(seconds: number, ...containers: string[]): View['down'] {
  return containers.map((container) => ({ container, since: NOW - seconds * 1_000 }));
}

const away = (seconds: number): View['engine'] => ({ since: NOW - seconds * 1_000, reason: 'gone fishing' });

const READ: Coverage = {
  type: 'coverage',
  at: 0,
  source: 'docker:vps2',
  blind: false,
  unread: [],
  reason: '',
};
const BLIND: Coverage = { ...READ, blind: true, reason: 'gone fishing' };
const missing = (...containers: string[]): Coverage => ({ ...READ, unread: containers });

test.each<[string, Partial<View>, Coverage | undefined, Partial<Coverage> | undefined]>([
  ['all is read', {}, undefined, { blind: false, unread: [], reason: '' }],
  ['the engine has just been cut off', { engine: away(9) }, undefined, undefined],
  ['the engine is away', { engine: away(10) }, READ, { blind: true, unread: [], reason: 'gone fishing' }],
  ['containers have just been found', { down: unread(9, 'api') }, undefined, undefined],
  ['a container has just been cut off', { down: unread(9, 'api') }, READ, { unread: [] }],
  ['a container is not read', { down: unread(10, 'api') }, READ, { unread: ['api'], reason: 'not reading the log of api' }],
  ['another has just been cut off, too', { down: [...unread(10, 'api'), ...unread(1, 'web')] }, READ, { unread: ['api'] }],
  ['it was cut off again before it had caught up', { down: unread(1, 'api') }, missing('api'), { unread: ['api'] }],
  ['it has caught up, and another has just been cut off', { down: unread(1, 'web') }, missing('api'), { unread: [] }],
  ['the engine is back, its containers not yet', { down: unread(1, 'web', 'api') }, BLIND, { blind: false, unread: ['api', 'web'] }],
  ['the engine is cut off again at once', { engine: away(1) }, BLIND, undefined],
  ['the engine has just been cut off, and one of its containers long ago', { engine: away(1), down: unread(11, 'api') }, READ, { unread: ['api'] }],
  ['the clock has stepped back since the engine was lost', { engine: away(-3_600) }, READ, { blind: true }],
])('%s', (_name, part, last, expected) => {
  const found = coverageOf(view(part), last);
  if (expected === undefined) expect(found).toBeUndefined();
  else expect(found).toMatchObject({ at: NOW, source: 'docker:vps2', ...expected });
}); // prettier-ignore

test('all containers that are not read are told, once each and sorted; the reason names three', () => {
  const down = unread(60, 'worker', 'api', 'web', 'api', 'mail', 'db');
  expect(coverageOf(view({ down }), READ)).toMatchObject({
    unread: ['api', 'db', 'mail', 'web', 'worker'],
    reason: 'not reading the log of api, db, mail and 2 more',
  });
});

test('a change is one of what is read or of the reason, not of the time', () => {
  expect(isSameCoverage({ ...READ, at: 1 }, READ)).toBe(true);
  expect(isSameCoverage(READ, undefined)).toBe(false);
  expect(isSameCoverage(READ, BLIND)).toBe(false);
  expect(isSameCoverage(missing('api'), missing('web'))).toBe(false);
  expect(isSameCoverage(missing('api'), missing('api', 'web'))).toBe(false);
  expect(isSameCoverage({ ...BLIND, reason: 'refused' }, BLIND)).toBe(false);
});
