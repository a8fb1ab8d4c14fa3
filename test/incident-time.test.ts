import { expect, test } from 'vitest';
import { configSchema } from '../src/config/config.ts';
import { policyOf } from '../src/incidents/policy.ts';
import { reduce } from '../src/incidents/reduce.ts';
import { initial } from '../src/incidents/state.ts';
import { RollingWindow } from '../src/operators/rolling-window.ts';

test('a moment that is none is a fault of the program, which ends and does not spin', () => {
  const config = configSchema.parse({});
  const window = new RollingWindow({ length: config.window });
  const tick = { type: 'tick', at: 0 } as const;
  expect(() =>
    reduce(initial(config, 0, false), tick, Number.NaN, (at) => window.tally(at), policyOf(config)),
  ).toThrow('the time is not a number');
});
