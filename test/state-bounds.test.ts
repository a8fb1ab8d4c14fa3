import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { STATE_FILE } from '../src/state/database.ts';
import { quickDir } from './support/state.ts';

const FILLER = join(import.meta.dirname, 'support', 'state-filler.ts');
/** As bin/quantum-realtime has it for the daemon. */
const HEAP = ['--max-old-space-size=160', '--max-semi-space-size=2'];
const MIB = 1_024 * 1_024;

interface Reached {
  /** The most memory (MiB) the process had. */
  readonly peak: number;
  readonly owed: number;
  readonly quoted: number;
  readonly errors: number;
  readonly groups: number;
}

function reached(task: 'fill' | 'start', dir: string): Reached {
  const told = execFileSync(process.execPath, [...HEAP, FILLER, task, dir], { encoding: 'utf8' });
  return JSON.parse(told) as Reached;
}

test(
  'an hour of distinct errors with incidents and four channels away stays within bounds, and starts again',
  { timeout: 60_000 },
  () => {
    const dir = quickDir();
    const filled = reached('fill', dir);
    expect(filled.errors).toBe(7 * 3_600);
    expect(filled.owed).toBeGreaterThanOrEqual(20);
    expect(filled.quoted).toBe(filled.owed);
    expect(filled.groups).toBeGreaterThan(1_000);
    expect(filled.peak).toBeLessThan(250);
    expect(statSync(join(dir, STATE_FILE)).size).toBeLessThan(64 * MIB);
    const started = reached('start', dir);
    expect(started).toMatchObject({ owed: filled.owed, quoted: filled.owed, errors: filled.errors });
    expect(started.peak).toBeLessThan(250);
  },
);
