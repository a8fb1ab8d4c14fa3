import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');

/** Every file of the program, its tests and its benchmarks, by its path from the root. */
export const sources = globSync(['src/**/*.ts', 'test/**/*.ts', 'bench/**/*.ts'], { cwd: ROOT }).sort();

/** README and the pages that lie beside each other in docs, by their paths from the root. */
export const pages = ['README.md', ...globSync('docs/*.md', { cwd: ROOT }).sort()];

/** The text of a file of the repository, by its path from the root. */
export function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** Whether the repository has such a file or folder. */
export function exists(path: string): boolean {
  return existsSync(join(ROOT, path));
}

/** The comments of a source text, without what stands in backticks. */
export function commentsOf(text: string): string {
  const comments = text.matchAll(/\/\*[\s\S]*?\*\/|(?:^|\s)\/\/ .*$/gm);
  return [...comments].map(([comment]) => comment.replaceAll(/`[^`]*`/g, '')).join('\n');
}

/** The rows of all tables of a page, as cells. */
export function rowsOf(page: string): readonly (readonly string[])[] {
  const lines = page.split('\n').filter((line) => line.startsWith('| '));
  return lines.map((line) =>
    line
      .split('|')
      .map((cell) => cell.trim())
      .slice(1, -1),
  );
}

/** What a page says in backticks. */
export function quoted(text: string): readonly string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, inner = '']) => inner);
}

/** The files that a page names, in backticks or as links, and that are not there. */
export function missingFrom(page: string): readonly string[] {
  const text = read(page);
  const paths = quoted(text).filter((inner) => /^(?:src|test|bench|docs)\/[\w./-]*$/.test(inner));
  const links = [...text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, link = '']) =>
    join(page, '..', link),
  );
  return [...paths, ...links].filter((path) => !exists(path));
}
