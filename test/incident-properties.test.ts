import { describe, expect, it } from 'vitest';
import { calm, cure, HOUR, MINUTE, SECOND } from './incident/history.ts';
import type { History } from './incident/history.ts';
import { check, inOneLine } from './incident/properties.ts';
import { simulate } from './incident/simulation.ts';

const HISTORIES = 1_000;
const FIXED = 20251217;

describe('the life of an incident', () => {
  for (const seed of [FIXED, Math.floor(Math.random() * 2 ** 31)]) {
    const kind = seed === FIXED ? 'fixed' : 'fresh';
    it(`keeps every invariant over a thousand ${kind} random histories`, { timeout: 120_000 }, () => {
      const { histories, failure } = check(seed, HISTORIES);
      const told =
        failure && `seed ${seed}: ${inOneLine(failure.error)} in ${JSON.stringify(failure.values)}`;
      expect(told).toBeUndefined();
      expect(histories).toBeGreaterThanOrEqual(HISTORIES);
    });
  }
});

/** Plain stories, to be interrupted at every single place where a crash can strike. */
const plain: Readonly<Record<string, History>> = {
  'a cured breakdown': {
    ...calm,
    storms: [{ at: 0, length: SECOND, every: 250, kind: 'critical', curable: true }],
    heals: [cure],
  },
  'a heal that does not help': {
    ...calm,
    storms: [{ at: 0, length: 2 * HOUR, every: 30 * SECOND, kind: 'error', curable: true }],
    heals: [{ ...cure, cures: false, aftershocks: [10 * SECOND, 40 * SECOND] }],
  },
  'a stack left dead': {
    ...calm,
    storms: [{ at: 0, length: SECOND, every: 250, kind: 'critical', curable: true }],
    heals: [{ ...cure, cures: false }],
    deaths: [{ at: 2 * SECOND, length: 2 * HOUR, container: 1, excused: false, removed: true }],
  },
  'two incidents that want to be healed at once': {
    ...calm,
    storms: [{ at: 0, length: 10 * SECOND, every: 250, kind: 'critical', curable: true }],
    heals: [{ ...cure, length: 4 * MINUTE }],
    twoKeys: true,
  },
};

describe('a crash at any place, for a moment or for two minutes, breaks no invariant of', () => {
  for (const [name, history] of Object.entries(plain)) {
    it(name, () => {
      for (const cgroup of [true, false]) {
        for (const down of [0, 2 * MINUTE]) {
          for (let boundary = 1; boundary <= 80; boundary += 1) {
            simulate({ ...history, cgroup, crashes: [{ boundary, down }] });
            simulate({
              ...history,
              cgroup,
              crashes: [
                { boundary, down },
                { boundary: boundary + 3, down },
              ],
            });
          }
        }
      }
    });
  }
});

/** Shrunk counter-examples that random histories have found; each was a fault once. */
const found: Readonly<Record<string, History>> = {
  'an escalated incident that grows quiet does not look at the clock every millisecond': {
    ...calm,
    storms: [{ at: 0, length: 90 * MINUTE, every: 30 * SECOND, kind: 'error', curable: false }],
    heals: [{ ...cure, length: 0, cures: false, aftershocks: [60_250, 60_250] }],
  },
  'evidence of a failed verification is not evidence of a relapse as well': {
    ...calm,
    storms: [{ at: 0, length: 160 * MINUTE, every: 5 * MINUTE, kind: 'critical', curable: false }],
    heals: [{ ...cure, length: 0, cures: false }],
    resets: [45 * MINUTE + 250],
  },
  'a broken command is not tried again when its incident comes back': {
    ...calm,
    storms: [
      { at: 0, length: 30 * MINUTE, every: 5 * MINUTE, kind: 'critical', curable: false },
      { at: 0, length: 0, every: MINUTE, kind: 'restart', curable: false },
      { at: 70 * MINUTE, length: MINUTE, every: MINUTE, kind: 'restart', curable: false },
      { at: 131 * MINUTE + 2_750, length: 250, every: 250, kind: 'restart', curable: false },
    ],
    heals: [
      { ...cure, length: 0, cures: false },
      { ...cure, length: 0, cures: false },
      { ...cure, length: 0, cures: false, exit: 'broken' },
      { ...cure, length: 0, cures: false },
    ],
  },
  'a reset while the heal runs does not forgive that it could not be run': {
    ...calm,
    storms: [{ at: 0, length: 2 * HOUR, every: 30 * SECOND, kind: 'critical', curable: false }],
    heals: [{ ...cure, length: 10 * SECOND, cures: false, exit: 'broken' }],
    resets: [2 * MINUTE + 5 * SECOND],
  },
  'a pause that was asked for while the daemon was down is kept from the first moment': {
    ...calm,
    storms: [{ at: 0, length: 12_250, every: 250, kind: 'error', curable: false }],
    heals: [{ ...cure, length: 0, cures: false }],
    pauses: [{ at: 12_500, length: 3 * SECOND }],
    crashes: [{ boundary: 2, down: 3 * SECOND }],
  },
  'containers not yet seen after a start are not taken for dead': {
    ...calm,
    storms: [{ at: 0, length: 87_500, every: 250, kind: 'error', curable: false }],
    heals: [{ ...cure, length: 0, cures: false }],
    blind: [{ at: 0, length: 15_000, partial: true }],
    crashes: [
      { boundary: 22, down: 118_250 },
      { boundary: 23, down: 109_250 },
    ],
    cgroup: false,
  },
  "an incident that waits behind another's heal until its evidence is old does not wait for nothing": {
    ...calm,
    storms: [{ at: 0, length: SECOND, every: 250, kind: 'critical', curable: false }],
    heals: [
      { ...cure, length: 192_250, cures: false },
      { ...cure, length: 0, cures: false },
    ],
    crashes: [{ boundary: 3, down: 166_750 }],
    twoKeys: true,
  },
  'news of an incident that was acknowledged do not put the end of its cooldown off': {
    ...calm,
    storms: [{ at: 0, length: 303_750, every: 250, kind: 'critical', curable: false }],
    heals: [{ ...cure, length: 0, cures: false }],
    acks: [1_250],
    twoKeys: true,
  },
  'a stop by hand while a heal settles counts as the doing of the heal': {
    ...calm,
    storms: [
      { at: 0, length: 12_250, every: 250, kind: 'error', curable: false },
      { at: 75_500, length: 1_470_000, every: 30_000, kind: 'error', curable: false },
    ],
    heals: [{ ...cure, length: 0, cures: false }],
    deaths: [{ at: 1_545_750, length: 5_130_000, container: 0, excused: true, removed: false }],
  },
  'a message that names a limit once more does not keep its next breach from being news': {
    ...calm,
    storms: [
      { at: 0, length: 500, every: 250, kind: 'critical', curable: false },
      { at: 6_600_750, length: 1_200_000, every: 300_000, kind: 'critical', curable: false },
    ],
    heals: [
      { ...cure, length: 250, cures: false, stops: 0 },
      { ...cure, length: 0, cures: false },
    ],
    resets: [903_750],
    twoKeys: true,
  },
  'what was reached is told although the daemon was away when it had to be': {
    ...calm,
    storms: [{ at: 642_250, length: 48 * MINUTE, every: MINUTE, kind: 'error', curable: false }],
    heals: [{ ...cure, cures: false }],
    crashes: [{ boundary: 3, down: 74_750 }],
  },
};

describe('random histories once found that', () => {
  for (const [name, history] of Object.entries(found)) {
    it(name, () => {
      simulate(history);
    });
  }
});
