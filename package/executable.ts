import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

/** What the program reads beside its code, by its path in the package: it lies under the same path in the executable. */
const BESIDE = ['examples', 'deploy'];

/**
 * Makes one executable file of the built program (`dist` under `root`) and the Node.js that runs this; writes it to
 * `output`. Its files lie in a read-only file system of its own, as they do in `dist`. It takes the flags of Node.js
 * that the launcher gives the daemon: one file cannot tell `run` from the others before it has started.
 */
export function makeExecutable(root: string, output: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'executable-'));
  try {
    const config = join(folder, 'sea-config.json');
    const { ['main.js']: main, ...rest } = filesIn(join(root, 'dist'));
    const beside = BESIDE.map((part) => filesIn(join(root, part), root));
    writeFileSync(
      config,
      JSON.stringify({
        main,
        mainFormat: 'module',
        output,
        useVfs: true,
        disableExperimentalSEAWarning: true,
        execArgv: daemonFlags(readFileSync(join(root, 'bin/quantum-realtime'), 'utf8')),
        execArgvExtension: 'none',
        assets: Object.assign({}, rest, ...beside) as Record<string, string>,
      }),
    );
    execFileSync(process.execPath, ['--build-sea', config], { stdio: ['ignore', 'ignore', 'inherit'] });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The flags that the launcher starts `run` with. Throws if the launcher is not written as it was. */
export function daemonFlags(launcher: string): readonly string[] {
  const semi = /^ {2}run\) semi=(\d+)/m.exec(launcher)?.[1];
  const command = /^exec "\$node" \\\n((?: {2}--.*\\\n)+)/m.exec(launcher)?.[1];
  if (semi === undefined || command === undefined) throw new Error('the launcher is not written as it was');
  return command
    .split('\n')
    .map((line) => line.trim().replace(/ \\$/, ''))
    .filter((flag) => flag !== '')
    .map((flag) => flag.replace(/"\$\{QT_HEAP_MB:-(\d+)\}"/, '$1').replace(/"\$semi"/, semi));
}

/** The files below a folder: their paths, by their paths seen from `base`. */
function filesIn(folder: string, base = folder): Record<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const paths = entries.map(({ parentPath, name }) => join(parentPath, name)).sort();
  return Object.fromEntries(paths.map((path) => [relative(base, path), path]));
}
