import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Effect, IncidentSnapshot } from '../../src/model.ts';
import type { Log } from '../../src/log.ts';
import { openStore, type Store } from '../../src/state/store.ts';

/** 2026-11-23T12:00:00Z. */
export const NOON = Date.UTC(2026, 10, 23, 12);

/** A directory of the test's own, gone with it. */
export function scratchDir(base = tmpdir()): string {
  const dir = mkdtempSync(join(base, 'state-test-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** A directory in memory where there is one: for tests that open hundreds of databases. */
export function quickDir(): string {
  return scratchDir(existsSync('/dev/shm') ? '/dev/shm' : tmpdir());
}

/** A file system of its own, `size` as mount(8) has it. Root only. */
export function smallDisk(size: string): string {
  const dir = join(scratchDir(), 'disk');
  mkdirSync(dir);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', dir]);
  onTestFinished(() => {
    execFileSync('umount', ['--lazy', dir]);
  });
  return dir;
}

export const isRoot = process.getuid?.() === 0;

/** A clock that stands where the test puts it, and a log that keeps its messages. */
export function bench(): { now: number; readonly log: Log; readonly said: string[] } {
  const said: string[] = [];
  const log = {
    info: (_: object, message: string) => said.push(`info: ${message}`),
    warn: (_: object, message: string) => said.push(`warn: ${message}`),
    error: (_: object, message: string) => said.push(`error: ${message}`),
  };
  return { now: NOON, log, said };
}

/** A store that is closed with the test. */
export function openFor(dir: string, { now = NOON, log = bench().log } = {}): Store {
  const store = openStore(dir, { now: () => now, log });
  onTestFinished(() => store.close());
  return store;
}

export function story(incident: string, at = NOON): IncidentSnapshot {
  const none = { critical: 0, error: 0, warning: 0, restart: 0 };
  return {
    incident,
    key: 'host',
    openedAt: at,
    at,
    state: 'open',
    reason: '353 critical events (threshold: 5)',
    breaches: [],
    counts: none,
    containers: { api: none },
    groups: [],
    samples: { critical: [], error: [], warning: [], restart: [] },
    timeline: [{ at, from: 'healthy', to: 'open', reason: 'limit reached' }],
    heals: [],
    gaps: [],
    foundAtStart: false,
    ask: '',
  };
}

export function alert(incident: string, part: Effect['part'] = 'opened', at = NOON): Effect {
  return { type: 'effect', kind: 'alert', id: `${incident}:${part}`, part, at, story: story(incident, at) };
}
