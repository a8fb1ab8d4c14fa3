import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { policyOf, type Policy } from '../incidents/policy.ts';
import type { Rule } from '../model.ts';

/** A host's silence is told as soon as it is noticed, in milliseconds: it has lasted for 90 s by then. */
const AT_ONCE = 1_000;

/**
 * The settings under which a fleet is decided about: the host's own channels and times, the rules over all hosts in place
 * of its own, no heal, and the silence of a host as the one state that is told.
 */
export function fleetSettings(config: Config): Config {
  const { states, report, fleet } = config;
  return {
    ...config,
    name: `fleet ${fleet.name}`,
    rules: [],
    heal: { ...config.heal, action: 'command', command: [] },
    states: {
      down: { tell: 'alert', after: AT_ONCE },
      unhealthy: { ...states.unhealthy, tell: 'off' },
      looping: { ...states.looping, tell: 'off' },
      engine: { ...states.engine, tell: 'off' },
      storage: { ...states.storage, tell: 'off' },
      clock: { tell: 'off' },
      silence: { tell: 'off' },
    },
    report: { ...report, dir: join(report.dir, `fleet-${fleet.name}`) },
  };
}

/** What is decided by in a fleet. Globs are those of containers on their hosts, whichever host that is. */
export function fleetPolicy(settings: Config): Policy {
  return policyOf(
    settings,
    settings.fleet.rules.map((rule): Rule => ({
      ...rule,
      containers: rule.containers.map((glob) => `*:${glob}`),
      scope: 'host',
      labels: {},
      effects: ['alert', 'report'],
      key: `fleet:${rule.name}`,
    })),
  );
}
