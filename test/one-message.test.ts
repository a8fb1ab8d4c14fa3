import { expect, test } from 'vitest';
import type { Breach, Deciding, Group, IncidentSnapshot } from '../src/model.ts';
import { oneMessage } from '../src/sinks/text/one-message.ts';

const group: Group = {
  kind: 'error',
  container: 'trader',
  fingerprint: 'f',
  sample: 'ERROR order rejected',
  count: 41,
  first: 10_000,
  last: 12_500,
};
const breach: Breach = { rule: 'errors', kinds: ['error'], count: 41, limit: 50 };

function told(groups: readonly Group[], breaches: readonly Breach[] = [breach]): string {
  const deciding: Deciding = {
    counts: { critical: 0, error: 0, warning: 0, restart: 0 },
    containers: [],
    groups,
    isLess: false,
  };
  const story: Pick<IncidentSnapshot, 'breaches' | 'deciding'> = { breaches, deciding };
  return oneMessage(story);
}

test('one message that has reached most of the limit within seconds is said, with the command that gives a rule', () => {
  expect(told([group])).toBe(
    'One message alone came 41 times within 3 s (the limit is 50). If it is harmless: ' +
      '`quantum-realtime classify --learn --container trader` prints the rule.',
  );
});

test.each([
  ['a smaller part of the limit', [{ ...group, count: 40 }], [breach]],
  ['a longer time', [{ ...group, last: 15_001 }], [breach]],
  ['other messages beside it', [group, { ...group, fingerprint: 'g', count: 20 }], [breach]],
  ['another limit', [group], [breach, { ...breach, rule: 'critical' }]],
  ['restarts', [{ ...group, kind: 'restart' as const }], [breach]],
])('nothing is said of %s', (_, groups, breaches) => {
  expect(told(groups, breaches)).toBe('');
});
