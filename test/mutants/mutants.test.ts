import { describe, expect, it } from 'vitest';
import examples from './examples.json' with { type: 'json' };
import { further, named } from './mutants.ts';
import { GENERAL, withSoak } from './soak-mutant.ts';

/** By mutant: a history that finds it, tried before all the others (`test/mutants/find-examples.ts` writes them). */
const known = new Map(Object.entries<unknown>(examples));

/** What the histories say of the mutant: those that are known to find it, then the general ones. */
function verdictOf(mutant: (typeof named)[number]): Promise<string | undefined> {
  return withSoak(mutant, async ({ places, run }) => {
    expect(places, `places found in ${mutant.file}`).toBe(1);
    const example = known.get(mutant.name);
    if (example !== undefined) {
      const verdict = (await run(['--example', JSON.stringify(example)])).at(-1);
      if (verdict?.includes('FAILED') === true) return verdict;
    }
    return (await run([...GENERAL, '--no-shrink'])).at(-1);
  });
}

describe('the histories find', () => {
  it('nothing wrong with the machine as it is', { timeout: 300_000 }, async () => {
    const verdict = await withSoak(undefined, async ({ run }) => (await run(GENERAL)).at(-1));
    expect(verdict).toContain('soak incidents: ok');
  });

  it('nothing wrong in what finds the mutants', { timeout: 120_000 }, async () => {
    const verdicts = await withSoak(undefined, ({ run }) =>
      Promise.all(
        [...known.values()].map(async (one) => (await run(['--example', JSON.stringify(one)])).at(-1)),
      ),
    );
    for (const verdict of verdicts) expect(verdict).toContain('soak incidents: ok, 1 histories');
  });

  it('eighteen mutants are named in the specification', () => {
    expect(named).toHaveLength(18);
  });

  for (const mutant of [...named, ...further]) {
    it(`the mutant: ${mutant.name}`, { timeout: 300_000 }, async () => {
      expect(await verdictOf(mutant)).toContain('soak incidents: FAILED');
    });
  }
});
