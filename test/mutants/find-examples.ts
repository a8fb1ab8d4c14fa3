import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { further, named } from './mutants.ts';
import { GENERAL, withSoak } from './soak-mutant.ts';

/**
 * Writes `examples.json`: for each mutant a history that finds it, so that its test need not try thousands. One that still
 * does stays; for the others (or, with names as arguments, for those) the general histories are run and shrunk.
 */
const file = join(import.meta.dirname, 'examples.json');
const before = JSON.parse(await readFile(file, 'utf8').catch(() => '{}')) as Record<string, unknown>;
const wanted = process.argv.slice(2);
const found: Record<string, unknown> = {};

for (const mutant of [...named, ...further]) {
  const known = before[mutant.name];
  const example =
    wanted.length > 0 && !wanted.includes(mutant.name)
      ? known
      : await withSoak(mutant, async ({ run }) => {
          const isFound = (said: readonly string[]): boolean => said.at(-1)?.includes('FAILED') === true;
          if (known !== undefined && isFound(await run(['--example', JSON.stringify(known)]))) return known;
          const said = await run(GENERAL);
          console.log(`${mutant.name}: ${said.at(-1) ?? ''}`);
          return isFound(said) ? (JSON.parse(said.at(-2) ?? '') as unknown) : undefined;
        });
  if (example !== undefined) found[mutant.name] = example;
  const options = { ...(await resolveConfig(file)), parser: 'json' };
  const all = [...named, ...further].map(({ name }) => [name, found[name] ?? before[name]]);
  await writeFile(file, await format(JSON.stringify(Object.fromEntries(all)), options));
}
