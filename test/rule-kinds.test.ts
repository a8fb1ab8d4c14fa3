import { expect, test } from 'vitest';
import { RULE_KINDS } from '../src/incidents/rules/registry.ts';
import { LOCAL_DOCKER, SILENCE, type Kind, type Sign, type Signal } from '../src/model.ts';
import { ruleKindContract, type RuleKindExample } from './support/rule-kind-contract.ts';

function signal(kind: Kind, container = 'api'): Signal {
  const text = 'it broke';
  return {
    type: 'signal',
    kind,
    at: 0,
    source: LOCAL_DOCKER,
    container,
    labels: {},
    text,
    fingerprint: text,
    rule: 'x',
  };
}

/** One of the kinds that alert upon what was found by comparing with the past. */
function learned(sign: Sign, reason: string): RuleKindExample {
  return {
    settings: { learning: { [sign]: 'alert' } },
    counted: { [`learned.${sign}`]: { ...signal('warning'), sign } },
    reasons: { [`learned.${sign}`]: reason },
  };
}

/** One example for each kind, by its name. */
const EXAMPLES: Readonly<Record<string, RuleKindExample>> = {
  states: { settings: {}, counted: {}, reasons: {} },
  limits: {
    settings: {},
    counted: { critical: signal('critical'), errors: signal('error'), restarts: signal('restart') },
    reasons: {
      critical: '7 critical events (threshold: 5)',
      errors: '7 errors (threshold: 5)',
      restarts: '7 container restarts (threshold: 5)',
    },
  },
  silence: {
    settings: {},
    counted: { silence: signal('critical', SILENCE) },
    reasons: { silence: 'no container of this host logs anything' },
  },
  new: learned('new', 'an error never seen before'),
  back: learned('back', 'an error that was gone is back'),
  rate: learned('rate', 'far more errors than usual'),
  silent: learned('silent', 'a container does not log any more'),
  configured: {
    settings: {
      rules: [
        { name: 'pg', kinds: ['critical', 'error'], limit: 1, window: '5m', containers: ['*postgres*'] },
        { name: 'loops', kinds: ['restart'], limit: 3, scope: 'container', effects: ['alert'] },
      ],
    },
    counted: { pg: signal('error', 'quantum_postgres'), loops: signal('restart') },
    reasons: {
      pg: '7 critical events and errors by rule pg (threshold: 5)',
      loops: '7 container restarts by rule loops (threshold: 5)',
    },
  },
};

test('every kind of rules has an example here', () => {
  expect(Object.keys(EXAMPLES)).toEqual(RULE_KINDS.map(({ name }) => name));
});

for (const kind of RULE_KINDS) {
  const example = EXAMPLES[kind.name];
  if (example !== undefined) ruleKindContract(kind, example);
}
