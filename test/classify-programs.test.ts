import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { defaults } from '../src/config/config.ts';
import { replaySession } from '../src/replay/replay-session.ts';

/**
 * What real programs printed, as `docker logs -t` gives it: healthy under a light load for ten minutes (the middle of long
 * ones is left out), and then made to fail. `programs.tsv` says when each began to fail, and by what.
 */
const FOLDER = join(import.meta.dirname, 'fixtures', 'programs');

const programs = readFileSync(join(FOLDER, 'programs.tsv'), 'utf8')
  .trimEnd()
  .split('\n')
  .map((row) => {
    const [name = '', failing = '', how = ''] = row.split('\t');
    return { name, failing, how };
  });

test.each(programs)('$name: calm while it is healthy; an incident when $how', async ({ name, failing }) => {
  const dir = mkdtempSync(join(tmpdir(), 'programs-'));
  onTestFinished(() => {
    rmSync(dir, { recursive: true });
  });
  const printed = zstdDecompressSync(readFileSync(join(FOLDER, `${name}.log.zst`))).toString();
  const healthy = printed.split('\n').filter((line) => line !== '' && line < failing);
  const path = join(dir, `${name}.log`);

  writeFileSync(path, `${healthy.join('\n')}\n`);
  const calm = await replaySession({ paths: [path], config: defaults });
  expect(calm.lines).toBe(healthy.length);
  expect(calm.counts.critical).toBe(0);
  expect(calm.counts.error).toBeLessThanOrEqual(5);
  expect(calm.incidents).toEqual([]);

  writeFileSync(path, printed);
  const { incidents } = await replaySession({ paths: [path], config: defaults });
  expect(incidents.map(({ openedAt }) => openedAt >= failing)).toEqual([true]);
});
