import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HEAL_ACTIONS } from '../src/sinks/heal/actions/registry.ts';
import { type Course, healActionContract, type HealWorld } from './support/heal-action-contract.ts';

let dir: string;
let worlds = 0;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'heal-actions-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

/** A world for each action, by its name. */
const WORLDS: Readonly<Record<string, (course: Course) => HealWorld>> = {
  command(course) {
    const mark = join(dir, `mark-${(worlds += 1)}`);
    const script = {
      works: `touch ${mark}`,
      fails: 'exit 3',
      hangs: 'exec sleep 60',
      leaks: 'echo PGPASSWORD=hunter22; exit 1',
    }[course];
    return { settings: { command: ['sh', '-c', script] }, hasChanged: () => existsSync(mark) };
  },
  restart(course) {
    const restarted: string[] = [];
    const courses: Readonly<Record<Course, (container: string) => Promise<void>>> = {
      works: (container) => Promise.resolve(void restarted.push(container)),
      fails: () => Promise.reject(new Error('no such container')),
      hangs: () => new Promise(() => undefined),
      leaks: () => Promise.reject(new Error('refused by PGPASSWORD=hunter22')),
    };
    return { settings: {}, restart: courses[course], hasChanged: () => restarted.length > 0 };
  },
};

test('every heal action has a world here', () => {
  expect(Object.keys(WORLDS)).toEqual(HEAL_ACTIONS.map(({ name }) => name));
});

for (const action of HEAL_ACTIONS) {
  const world = WORLDS[action.name];
  if (world !== undefined) healActionContract(action, world);
}
