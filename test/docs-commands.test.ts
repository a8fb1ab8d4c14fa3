import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { expect, test } from 'vitest';
import { pages, read } from './support/pages.ts';

const COMMANDS = join(import.meta.dirname, '..', 'src', 'commands');

/** All commands as they are declared; nothing of them is run. */
async function declared(): Promise<Command> {
  const program = new Command('quantum-realtime');
  for (const file of readdirSync(COMMANDS).filter((name) => name.endsWith('.ts'))) {
    const found = (await import(join(COMMANDS, file))) as Record<string, unknown>;
    for (const [name, add] of Object.entries(found))
      if (/^\w+Command$/.test(name) && typeof add === 'function')
        Reflect.apply(add, undefined, [program, undefined]);
  }
  return program;
}

/** What a page tells its reader to type: in blocks and in the text, without what follows a pipe. */
function typed(page: string): readonly string[] {
  const text = read(page);
  const blocks = [...text.matchAll(/^```(?:sh)?\n([\s\S]*?)^```$/gm)].map(([, block = '']) =>
    block.replaceAll('\\\n', ' '),
  );
  const spans = [...text.replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/`([^`]+)`/g)].map(([, span = '']) =>
    span.replaceAll('\n', ' '),
  );
  return [...blocks.flatMap((block) => block.split('\n')), ...spans].flatMap((line) => {
    const found = /^(?:sudo )?(?:npx |bin\/)?quantum-realtime(?:@latest)? +([a-z][^|#>]*)/.exec(line.trim());
    return found?.[1] === undefined ? [] : [found[1].trim()];
  });
}

test('every command and option that the pages tell to type is there', async () => {
  const program = await declared();
  const wrong: string[] = [];
  let seen = 0;
  for (const page of pages)
    for (const line of typed(page)) {
      seen += 1;
      const words = line.replaceAll(/[[\]]/g, '').split(/\s+/);
      let command: Command | undefined = program;
      const chain: Command[] = [program];
      for (const word of words) {
        const next: Command | undefined = command.commands.find((one) => one.name() === word);
        if (next === undefined) break;
        chain.push((command = next));
      }
      const known = new Set(
        chain.flatMap(({ options }) => options.flatMap(({ long, short }) => [long, short])),
      );
      const unknown = words.filter(
        (word) => word.startsWith('-') && word !== '--help' && !known.has(word.split('=')[0]),
      );
      if (chain.length === 1 || unknown.length > 0) wrong.push(`${page}: ${line}`);
    }
  expect(wrong).toEqual([]);
  expect(seen).toBeGreaterThan(40);
});
