import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { configSchema } from '../src/config/config.ts';
import { checkFiles } from '../src/doctor/check-files.ts';

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'doctor-files-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

async function look(paths: readonly string[], report = folder()): Promise<readonly string[]> {
  const files = [{ name: 'trader', paths }];
  const found = await checkFiles(configSchema.parse({ sources: { files }, report: { dir: report } }));
  return found.map((finding) => `${finding.verdict}: ${finding.found}`);
}

test('what a group reads is named, and what it would read if it could', async () => {
  const dir = folder();
  for (const name of ['a', 'b', 'c', 'd']) writeFileSync(join(dir, `${name}.log`), 'ready\n');
  writeFileSync(join(dir, 'e.log'), Buffer.from([0x1f, 0x8b, 8, 0]));
  expect(await look([join(dir, '*.log'), join(dir, '*.txt'), join(dir, 'none/x.log')])).toEqual([
    `ok: trader: reads ${join(dir, 'a.log')}, ${join(dir, 'b.log')}, ${join(dir, 'c.log')} and 1 more`,
    expect.stringMatching(/^warning: trader: .*e\.log is not read: /),
    `warning: trader: there is no folder ${join(dir, 'none')}`,
    `warning: trader: no file matches ${join(dir, '*.txt')}`,
  ]);
});

test('our own log is not read, whatever matches', async () => {
  const dir = folder();
  writeFileSync(join(dir, 'REALTIME_MONITOR.log'), 'started\n');
  const [finding] = await look([join(dir, '*.log')], dir);
  expect(finding).toMatch(/^warning: trader: .*REALTIME_MONITOR\.log is not read: /);
});

test('a path that is none is a fault that names it', async () => {
  expect(await look(['logs/*.log'])).toEqual(['fault: expected an absolute path, found "logs/*.log"']);
});
