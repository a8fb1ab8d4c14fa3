import { appendFile, mkdir, mkdtemp, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configSchema } from '../src/config/config.ts';
import { filesSources } from '../src/streams/files/files-source.ts';
import { sourceContract } from './support/source-contract.ts';

sourceContract('files', async () => {
  const root = await mkdtemp(join(tmpdir(), 'source-files-'));
  const folder = join(root, 'log');
  const log = join(folder, 'app.log');
  await mkdir(folder);
  await writeFile(log, 'written before\n');
  const config = configSchema.parse({
    report: { dir: root },
    sources: { files: [{ name: 'app', paths: [join(folder, '*.log')] }] },
  });
  return {
    open(context, position) {
      const [source] = filesSources.configured(config);
      if (source === undefined) throw new Error('expected a source');
      return source.open({ ...context, config }, position);
    },
    write: (lines) => appendFile(log, lines.map((line) => `${line}\n`).join('')),
    takeAway: () => rename(folder, join(root, 'away')),
    bringBack: () => rename(join(root, 'away'), folder),
    drop: () => truncate(log),
    close: () => rm(root, { recursive: true, force: true }),
  };
});
