import { parseArgs } from 'node:util';
import { check, checkExample, inOneLine } from './incident/properties.ts';
import type { Example } from './incident/properties.ts';

/**
 * Random histories until one breaks an invariant, or only the one of `--example`; prints what broke it, shrunk, as the
 * JSON that `--example` takes. The last line is the verdict.
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    histories: { type: 'string', default: '10000' },
    example: { type: 'string' },
    'no-shrink': { type: 'boolean', default: false },
  },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const begun = performance.now();
const { histories, failure } =
  values.example === undefined
    ? check(seed, Number(values.histories), !values['no-shrink'])
    : checkExample(JSON.parse(values.example) as Example);
if (failure !== undefined) {
  const { property, values: example, error } = failure;
  console.log(error);
  console.log(JSON.stringify({ property, values: example }));
}
const seconds = ((performance.now() - begun) / 1_000).toFixed(1);
const outcome = failure === undefined ? 'ok' : `FAILED (${inOneLine(failure.error)})`;
console.log(`soak incidents: ${outcome}, ${histories} histories, seed ${seed}, ${seconds} s`);
process.exitCode = failure === undefined ? 0 : 1;
