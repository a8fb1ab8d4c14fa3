import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Builds the program once before the tests, so that those which start it start what is being tested. */
export default function build(): void {
  execFileSync(process.execPath, ['build.ts'], {
    cwd: join(import.meta.dirname, '..', '..'),
    stdio: 'inherit',
  });
}
