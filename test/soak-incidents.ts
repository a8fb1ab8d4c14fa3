import { parseArgs } from 'node:util';
import { check, inOneLine } from './incident/properties.ts';

/** Random histories until one breaks an invariant; prints it shrunk. The last line is the verdict. */
const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    histories: { type: 'string', default: '10000' },
    'no-shrink': { type: 'boolean', default: false },
  },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const begun = performance.now();
const { histories, failure } = check(seed, Number(values.histories), !values['no-shrink']);
if (failure !== undefined) {
  console.log(`broken: ${failure.property}`);
  console.log(JSON.stringify(failure.history, undefined, 1));
  console.log(failure.error);
}
const seconds = ((performance.now() - begun) / 1_000).toFixed(1);
const outcome = failure === undefined ? 'ok' : `FAILED (${inOneLine(failure.error)})`;
console.log(`soak incidents: ${outcome}, ${histories} histories, seed ${seed}, ${seconds} s`);
process.exitCode = failure === undefined ? 0 : 1;
