/**
 * `npm run bench [-- --json] [-- --write] [-- --only replay,live]`: every figure beside what it is held against, in one
 * run. `--write` puts table and plot into docs/performance.md. `--guard` is for CI: small inputs, and it fails only if
 * a ratio is off by more than twice its budget.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { noEngine, startEngine } from '../test/support/engine.ts';
import { noLimits } from '../test/support/limits.ts';
import { classifyAlone } from './classify.ts';
import { footprint, startUp } from './footprint.ts';
import { growth, growthRows, type Point } from './growth.ts';
import { latency } from './latency.ts';
import { live } from './live.ts';
import { plotOf } from './plot.ts';
import { ROOT } from './process.ts';
import { quota } from './quota.ts';
import { replay } from './replay.ts';
import { offBy, type Row, tableOf } from './row.ts';
import { steady } from './steady.ts';

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    guard: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
  },
});
const { guard } = options;
const only = options.only.split(',').filter((name) => name !== '');
const folder = mkdtempSync(join(tmpdir(), 'qt-bench-'));
const rows: Row[] = [];
let points: readonly Point[] = [];

try {
  await part('classify', () => Promise.resolve([classifyAlone()]));
  await part('replay', () => replay(folder, guard ? 300_000 : 3_000_000));
  await part('growth', async () => {
    points = await growth();
    return growthRows(points);
  });
  if (noEngine === undefined) await withEngine();
  else process.stderr.write(`live, quota, steady, memory, start: skipped, ${noEngine}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

const cores = cpus();
const title = `${cores.length} × ${cores[0]?.model ?? 'unknown'}, Node.js ${process.version}`;
if (options.json) process.stdout.write(`${JSON.stringify({ rows }, undefined, 1)}\n`);
else process.stdout.write(`${title}\n\n${tableOf(rows)}\n`);
if (options.write) write();
const far = rows.filter((row) => row.ratio !== null && offBy(row) > 2);
if (guard) {
  for (const { name, ratio, budget } of far)
    process.stdout.write(`far off its budget: ${name}: ${ratio?.toFixed(2) ?? ''}, budget ${budget ?? ''}\n`);
  process.stdout.write(`bench guard: ${far.length === 0 ? 'ok' : 'FAILED'}: ${rows.length} figures\n`);
}
process.exitCode = guard && far.length > 0 ? 1 : 0;

async function withEngine(): Promise<void> {
  const engine = await startEngine();
  try {
    await part('start', () => startUp(engine));
    await part('live', () => live(engine, folder, 1, guard ? 100_000 : 500_000));
    if (guard) return;
    await part('live', () => live(engine, folder, 8, 500_000));
    await part('latency', () => latency(engine, folder, 100));
    if (noLimits === undefined) {
      await part('quota', () => quota(engine, folder, 1, 12_000));
      await part('quota', () => quota(engine, folder, 8, 20_000));
    } else process.stderr.write(`quota: skipped, ${noLimits}\n`);
    await part('steady', () => steady(engine, folder));
    await part('memory', () => footprint(engine));
  } finally {
    await engine.stop();
  }
}

async function part(name: string, measure: () => Promise<readonly Row[]>): Promise<void> {
  if (only.length > 0 && !only.includes(name)) return;
  process.stderr.write(`${name} …\n`);
  rows.push(...(await measure()));
}

/** Puts the figures between the markers of the page, and the plot beside it. */
function write(): void {
  const page = join(ROOT, 'docs', 'performance.md');
  const block = `<!-- figures -->\n\n${title}\n\n\`\`\`\n${tableOf(rows)}\n\`\`\`\n\n<!-- end of figures -->`;
  const text = readFileSync(page, 'utf8');
  writeFileSync(
    page,
    text.replace(/<!-- figures -->[\s\S]*<!-- end of figures -->/, () => block),
  );
  if (points.length > 0) writeFileSync(join(ROOT, 'docs', 'growth.svg'), plotOf(points));
}
