/**
 * What a daemon does to its state in an hour of seven distinct errors of 2,000 characters a second, on a clock of its
 * own: `fill DIR` counts, opens incidents, heals in vain and owes every message to four channels that are away; `start
 * DIR` is the next start. Prints the most memory it had (MiB), and what is owed.
 */
import type { Effect } from '../../src/model.ts';
import { checkpoints } from '../../src/daemon/checkpoint.ts';
import { restoredFrom } from '../../src/daemon/restore.ts';
import { configSchema } from '../../src/config/config.ts';
import { fingerprint } from '../../src/classify/fingerprint.ts';
import { policyOf } from '../../src/incidents/policy.ts';
import { type Input, reduceAll } from '../../src/incidents/reduce.ts';
import { initial } from '../../src/incidents/state.ts';
import { createEntryStore } from '../../src/operators/classify.ts';
import { RollingWindow } from '../../src/operators/rolling-window.ts';
import { signalText } from '../../src/operators/safe-observation.ts';
import { storedOutbox } from '../../src/state/outbox.ts';
import { openStore } from '../../src/state/store.ts';

const HOUR = 3_600;
const BEGIN = Date.UTC(2026, 10, 23, 12);
const LETTERS = 'ghijklmnopqrstuvwxyz';
const TAIL = 'order rejected by the gateway '.repeat(70);

let seed = 42;
const [, , task, dir = ''] = process.argv;
let now = task === 'start' ? BEGIN + HOUR * 1_000 : BEGIN;
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const store = openStore(dir, { now: () => now, log });
const restored = restoredFrom(store);
const config = configSchema.parse({ heal: { command: ['true'] }, limits: { errors: 50 } });
const window = new RollingWindow({ length: config.window }, restored.window);
if (task === 'fill') fill();
const owed = storedOutbox(store).unsent();
const told = window.tally(now);
process.stdout.write(
  JSON.stringify({
    peak: process.resourceUsage().maxRSS / 1_024,
    owed: owed.length,
    quoted: owed.filter(({ effect }) => effect.story.groups.length > 0).length,
    errors: told.counts.error,
    groups: told.groups.length,
  }),
);
store.close();

function fill(): void {
  const policy = policyOf(config);
  const entries = createEntryStore();
  const channelsOf = ({ kind }: Effect) =>
    kind === 'alert' ? ['first', 'second', 'third', 'fourth'] : kind === 'report' ? ['report'] : [];
  const changeOf = checkpoints({ positions: () => new Map(), entries, window, policy, channelsOf });
  let state = initial(config, BEGIN, false);
  let due: Input[] = [];
  for (let second = 0; second < HOUR; second += 1) {
    now = BEGIN + second * 1_000;
    const inputs = [...due, ...Array.from({ length: 7 }, error)];
    for (const input of inputs) if (input.type === 'signal') window.add(input, now);
    const step = reduceAll(
      state,
      inputs,
      () => now,
      (at) => window.tally(at),
      policy,
    );
    state = step.state;
    store.commit(changeOf(step, now));
    due = step.effects
      .filter(({ kind }) => kind === 'heal')
      .map(({ id }) => ({
        type: 'outcome',
        effect: id,
        kind: 'heal',
        at: now,
        ok: false,
        detail: '',
        result: 'failed',
      }));
  }
}

function error(): Input {
  const text = signalText(`ERROR ${word()} ${word()} ${word()} ${TAIL}`.slice(0, 2_000));
  const container = 'api';
  return {
    ...{ type: 'signal', source: 'docker', kind: 'error', at: now, container, labels: {}, text },
    ...{ fingerprint: fingerprint(text), rule: 'level' },
  };
}

function word(): string {
  let letters = '';
  for (let length = 0; length < 8; length += 1) {
    seed = (seed * 1_664_525 + 1_013_904_223) >>> 0;
    letters += LETTERS[Math.floor((seed / 4_294_967_296) * LETTERS.length)] ?? '';
  }
  return letters;
}
