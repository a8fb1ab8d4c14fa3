import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { configSchema, defaults } from '../src/config/config.ts';
import type { ReplayedNote } from '../src/replay/replay-result.ts';
import { replaySession } from '../src/replay/replay-session.ts';
import { BEGAN, type Fault, thirtyFaults, TRADING_HOST, writeWeeks } from './support/seeded-weeks.ts';

const root = mkdtempSync(join(tmpdir(), 'qt-weeks-'));
afterAll(() => rmSync(root, { recursive: true }));

const MINUTE = 60_000;
const GOLDEN = join(import.meta.dirname, 'fixtures', 'learning', 'trading-host.txt');

/** Limits are off: what is compared with the past is looked at alone. */
const config = configSchema.parse({ limits: { critical: 'off', errors: 'off', restarts: 'off' } });

async function notesOf(
  name: string,
  seed: number,
  faults: readonly Fault[],
): Promise<readonly ReplayedNote[]> {
  const dir = join(root, name);
  writeWeeks(dir, seed, 2, faults);
  return (await replaySession({ paths: [dir], config })).notes ?? [];
}

/** Whether a fault was told within a time of its beginning. */
function isFound(
  { sign, at, container, about }: Fault,
  notes: readonly ReplayedNote[],
  within: number,
): boolean {
  return notes.some((note) => {
    const after = Date.parse(note.at) - BEGAN - at;
    return (
      note.sign === sign &&
      note.container === container &&
      note.text.includes(about) &&
      after >= 0 &&
      after <= within
    );
  });
}

describe('two calm weeks', () => {
  test.each([301])(
    'have nothing new, and at most one rate a week: seed %i',
    async (seed) => {
      const notes = await notesOf(`calm-${seed}`, seed, []);
      expect(notes.filter(({ sign }) => sign !== 'rate')).toEqual([]);
      expect(notes.length).toBeLessThanOrEqual(2);
    },
    60_000,
  );
});

test.each([302])(
  'of thirty faults at least 27 are found within ten minutes: seed %i',
  async (seed) => {
    const faults = thirtyFaults(seed);
    const notes = await notesOf(`faults-${seed}`, seed, faults);
    const missed = faults.filter((fault) => !isFound(fault, notes, 10 * MINUTE));
    expect(missed.length, JSON.stringify(missed)).toBeLessThanOrEqual(3);
  },
  60_000,
);

describe('two weeks of a trading host', () => {
  const dir = join(root, 'host');
  const history = mkdtempSync(join(root, 'history-'));

  test('are told as the golden beside the tests has it, to the byte twice, and on their own history nothing is new', async () => {
    writeWeeks(dir, 7, 2, TRADING_HOST);
    const first = await replaySession({ paths: [dir], config, history });
    const notes = first.notes ?? [];
    const days = { 'slow leak': 3 * 24 * 60, silent: 60 } as const;
    const missed = TRADING_HOST.filter(({ kind, ...fault }) => {
      const within = kind === 'slow leak' || kind === 'silent' ? days[kind] : 10;
      const about = kind === 'deploy' ? 'much is new' : kind === 'slow leak' ? 'a slow rise' : fault.about;
      return !isFound({ ...fault, kind, about }, notes, within * MINUTE);
    });
    expect(missed).toEqual([]);
    const told = notes.map(
      ({ at, sign, container, text }) => `${at.slice(0, 16)} ${sign.padEnd(6)} ${container}: ${text}\n`,
    );
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(GOLDEN, told.join(''));
    expect(told.join('')).toBe(readFileSync(GOLDEN, 'utf8'));
    expect(JSON.stringify(await replaySession({ paths: [dir], config }))).toBe(JSON.stringify(first));
    const again = await replaySession({ paths: [dir], config, history });
    expect((again.notes ?? []).filter(({ sign }) => sign === 'new')).toEqual([]);
  }, 120_000);

  test('alert where the settings ask for it, with the arithmetic in the message, and off is off', async () => {
    const alerting = { ...config, learning: { ...defaults.learning, new: 'alert', rate: 'off' } } as const;
    const { incidents, effects, notes } = await replaySession({
      paths: [join(dir, 'quantum_executor.log')],
      config: alerting,
    });
    expect(incidents.map(({ key }) => key)).toContain('learned.new');
    expect(effects.map(({ kind }) => kind)).not.toContain('heal');
    expect(effects[0]?.text).toContain('an error never seen before: quantum_executor');
    expect(effects[0]?.text).toContain('never seen in quantum_executor in 90 days');
    expect((notes ?? []).filter(({ sign }) => sign === 'rate')).toEqual([]);
  }, 60_000);
});

test('a heal is nothing that what is learned may call for', () => {
  expect(configSchema.safeParse({ learning: { new: 'heal' } }).success).toBe(false);
});
