import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');
const NAMED = /`(test\/[\w-]+\.test\.ts)`:\s(.+?)(?=\s\||\.\s|\n\n|\n- |$(?![\s\S]))/gs;

/** A test as a page of the documentation names it: `` `test/FILE.test.ts`: name ``. */
export interface NamedTest {
  readonly file: string;
  readonly name: string;
}

/** Every test that a text names, in order. A name ends with its table cell, sentence, list item or paragraph. */
export function namedTests(text: string): readonly NamedTest[] {
  return [...text.matchAll(NAMED)].map(([, file = '', name = '']) => ({
    file,
    name: name.replaceAll(/\s+/g, ' ').trim(),
  }));
}

/** Whether the file has a test of exactly this name. */
export function testExists({ file, name }: NamedTest): boolean {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return [`'${name}'`, `"${name}"`].some((quoted) => text.includes(quoted));
}
