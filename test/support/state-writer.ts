/**
 * A daemon in miniature, for tests that kill it: it goes on from where the state directory (its argument) stands and
 * commits without pause. In every commit the cursor, the count, the sum of the buckets and the messages owed move
 * together; the count is printed once its commit has returned.
 */
import { writeSync } from 'node:fs';
import { openStore } from '../../src/state/store.ts';
import { countIn, nextChange } from './state-ledger.ts';

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const store = openStore(process.argv[2] ?? '', { now: () => Date.now(), log });
for (let count = countIn(store) + 1; ; count += 1) {
  if (!store.commit(nextChange(count))) process.exit(1);
  writeSync(1, `${count}\n`);
}
