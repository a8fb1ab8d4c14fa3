import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Where the build has put the page's files: beside the program that runs. */
export function pageFiles(main = process.argv[1] ?? ''): string {
  return join(dirname(realpathSync(main)), 'page');
}
