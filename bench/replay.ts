import { once } from 'node:events';
import { createWriteStream, existsSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { lines, stampOf } from './lines.ts';
import { median, NODE, PROGRAM, ROOT, run, type Run } from './process.ts';
import { row, type Row } from './row.ts';

const ROUNDS = 3;
const MEBIBYTE = 1024 * 1024;
const PATTERN = String.raw`\b(critical|fatal|panic)\b|\b(error|exception|failed|traceback)\b|\b(warn|warning)\b`;

/** Writes what `docker logs -t` would print of a container, `count` lines. */
export async function writeLog(path: string, count: number): Promise<void> {
  const file = createWriteStream(path);
  let block: string[] = [];
  let n = 0;
  for (const line of lines(count)) {
    block.push(`${stampOf(n++)} ${line}\n`);
    if (block.length < 10_000) continue;
    if (!file.write(block.join(''))) await once(file, 'drain');
    block = [];
  }
  file.end(block.join(''));
  await once(file, 'finish');
}

/**
 * The same file through the program, everything on, and through whatever else one would take, as whole processes in
 * turn: lines a second, held against a bare Node.js loop that tests one regular expression a line.
 */
export async function replay(folder: string, count: number): Promise<Row[]> {
  const log = join(folder, 'service.log');
  await writeLog(log, count);
  const sec = join(folder, 'sec.conf');
  writeFileSync(sec, secRules());
  const mtail = join(folder, 'count.mtail');
  writeFileSync(mtail, `counter bad\n/${PATTERN.replaceAll('(', '(?:')}/ {\n  bad++\n}\n`);
  const bare = [NODE, join(ROOT, 'bench', 'children', 'bare-loop.ts'), log];
  const ours = [PROGRAM, 'replay', '--json', log];
  const times: { bare: Run[]; ours: Run[] } = { bare: [], ours: [] };
  for (let round = 0; round < ROUNDS; round++) {
    times.bare.push(await run(bare));
    times.ours.push(await run(ours));
  }
  const perSecond = (runs: readonly Run[]): number => count / median(runs.map(({ wall }) => wall));
  const reference = perSecond(times.bare);
  const rows = [
    row({
      name: 'replay, everything on',
      value: perSecond(times.ours),
      unit: 'lines/s',
      reference,
      budget: 0.4,
      better: 'more',
    }),
    row({
      name: 'replay, peak memory',
      value: Math.max(...times.ours.map(({ peak }) => peak)) / MEBIBYTE,
      unit: 'MiB',
      budget: 150,
    }),
  ];
  const peers: readonly (readonly [name: string, program: string, argv: readonly string[]])[] = [
    ['grep -ciE', 'grep', ['-ciE', PATTERN, log]],
    ['ripgrep -ci', 'rg', ['-ci', PATTERN, log]],
    ['mtail --one_shot', 'mtail', ['--one_shot', '--progs', mtail, '--logs', log, '--logtostderr']],
    ['sec', 'sec', [`--conf=${sec}`, `--input=${log}`, '--fromstart', '--notail', '--quiet']],
  ];
  for (const [name, program, args] of peers) {
    const found = pathOf(program);
    if (found === undefined) {
      process.stderr.write(`${name}: skipped, ${program} is not installed\n`);
      continue;
    }
    const { wall } = await run([found, ...args]).catch(() => ({ wall: NaN }));
    rows.push(row({ name: `beside it: ${name}`, value: count / wall, unit: 'lines/s', reference }));
  }
  return rows;
}

/** Counts what would be counted, as an operator of SEC would write it. */
function secRules(): string {
  return [
    'type=SingleWithThreshold',
    'ptype=RegExp',
    `pattern=(?i)${PATTERN}`,
    'desc=too many',
    'action=none',
    'window=3600',
    'thresh=50',
    '',
  ].join('\n');
}

function pathOf(program: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, program))
    .find((path) => existsSync(path));
}
