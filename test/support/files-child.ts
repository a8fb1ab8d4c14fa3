import { appendFileSync, readFileSync } from 'node:fs';
import { asyncScheduler } from 'rxjs';
import { configSchema } from '../../src/config/config.ts';
import type { Position } from '../../src/streams/source.ts';
import { filesSources } from '../../src/streams/files/files-source.ts';

/** Reads files and stores every batch with its position, in one write, until it is killed. */
const [glob = '', root = '', journal = ''] = process.argv.slice(2);
const config = configSchema.parse({
  report: { dir: root },
  sources: { files: [{ name: 'app', paths: [glob] }] },
});
const [source] = filesSources.configured(config);
if (source === undefined) throw new Error('expected a source');
const nothing = (): void => undefined;
const log = { error: nothing, warn: nothing, info: nothing };
const opened = source.open({ config, clock: asyncScheduler, log }, lastPosition());
opened.coverage$.subscribe(() => {
  opened.flush();
  store([]);
});
opened.batches$.subscribe((batch) =>
  store(batch.flatMap((observation) => (observation.type === 'line' ? [observation.text] : []))),
);

function store(lines: readonly string[]): void {
  appendFileSync(journal, `${JSON.stringify({ lines, position: opened.position() })}\n`);
}

/** That of the last whole record: a kill may have torn one. */
function lastPosition(): Position | undefined {
  const records = readFileSync(journal, 'utf8').split('\n');
  records.pop();
  const last = records.at(-1);
  return last === undefined ? undefined : (JSON.parse(last) as { position: Position }).position;
}
