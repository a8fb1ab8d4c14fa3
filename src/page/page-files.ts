import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isSea } from 'node:sea';

/** Where the build has put the page's files: beside the program that runs, or in it, where that is one file. */
export function pageFiles(main = process.argv[1] ?? ''): string {
  return join(isSea() ? import.meta.dirname : dirname(realpathSync(main)), 'page');
}
