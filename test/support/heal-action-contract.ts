import { asyncScheduler } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { configSchema, type HealConfig } from '../../src/config/config.ts';
import { healAction } from '../../src/sinks/heal/actions/registry.ts';
import type { HealAction, HealParts } from '../../src/sinks/heal/heal-action.ts';
import type { HealEnd, HealProcess, HealRun } from '../../src/sinks/heal/heal-sink.ts';
import { effect, OPENED, story } from './effects.ts';

/** What may become of a heal; `leaks` fails and says `PGPASSWORD=hunter22` of it. */
export type Course = 'works' | 'fails' | 'hangs' | 'leaks';

/** Settings and a world in which a heal takes that course, and whether it has changed anything in there. */
export interface HealWorld extends Partial<Pick<HealParts, 'restart'>> {
  readonly settings: Partial<HealConfig>;
  readonly hasChanged: () => boolean;
}

const asked = effect({
  kind: 'heal',
  story: story({ state: 'healing', heals: [{ attempt: 1, id: 'attempt-1', started: OPENED }] }),
});
const GONE: HealProcess = { effect: asked.id, pid: 2 ** 22, startTime: '1', bootId: 'another', deadline: 0 };

/** What every heal action must do, whatever it mends. `world` makes a new one for each case. */
export function healActionContract(action: HealAction, world: (course: Course) => HealWorld): void {
  describe(`the heal action ${action.name}, as every action`, () => {
    test('is what the settings mean by its name', () => {
      expect(configSchema.parse({ heal: { action: action.name } }).heal.action).toBe(action.name);
      expect(healAction({ action: action.name })).toBe(action);
    });

    test('says what it does in one line, and to the log without any setting', () => {
      const { settings } = world('works');
      const config = { ...configSchema.parse({}).heal, ...settings };
      for (const text of [action.describe(config), action.summary]) expect(text).toMatch(/^\S.*$/);
      for (const word of config.command) expect(action.summary).not.toContain(word);
    });

    test('that works is ok, and has done something', async () => {
      const { end, hasChanged } = await perform('works');
      expect(end).toMatchObject({ result: 'ok' });
      expect(hasChanged()).toBe(true);
    });

    test('that fails is a result with a reason, not an exception', async () => {
      const { end } = await perform('fails');
      expect(end.result).toBe('failed');
      expect(end.detail).not.toBe('');
    });

    test('that hangs ends when its time is up', async () => {
      const began = performance.now();
      const { end } = await perform('hangs', { timeout: 300, killGrace: 100 });
      expect(end.result).toBe('timeout');
      expect(performance.now() - began).toBeGreaterThanOrEqual(290);
    });

    test('that is killed ends, and is no success', async () => {
      const { end } = await perform('hangs', { timeout: 600, killGrace: 100 }, (run) => run.kill());
      expect(end.result).not.toBe('ok');
    });

    test('in a dry run changes nothing and says what it would do', async () => {
      const { end, hasChanged } = await perform('works', { dryRun: true });
      expect(end).toMatchObject({ result: 'dry-run', detail: 'dry run' });
      expect(end.output).toMatch(/^would \S/);
      expect(hasChanged()).toBe(false);
    });

    test('masks secrets in what it says', async () => {
      const { end } = await perform('leaks');
      expect(end.output).toContain('PGPASSWORD=');
      expect(JSON.stringify(end)).not.toContain('hunter22');
    });

    test('of an earlier process that is gone is not waited for', () => {
      expect(create('works').sink.adopt(GONE)).toBeUndefined();
    });
  });

  function create(course: Course, more: Partial<HealConfig> = {}) {
    const { settings, restart = () => Promise.resolve(), hasChanged } = world(course);
    const config = { ...configSchema.parse({}).heal, action: action.name, nice: 0, ...settings, ...more };
    const env = { PATH: process.env['PATH'] };
    return { sink: action.create({ config, clock: asyncScheduler, env, secrets: [], restart }), hasChanged };
  }

  async function perform(
    course: Course,
    more: Partial<HealConfig> = {},
    meanwhile: (run: HealRun) => void = () => undefined,
  ): Promise<{ readonly end: HealEnd; readonly hasChanged: () => boolean }> {
    const { sink, hasChanged } = create(course, more);
    const run = await sink.start(asked, () => undefined);
    meanwhile(run);
    return { end: await run.ended, hasChanged };
  }
}
