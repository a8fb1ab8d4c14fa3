import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CLEAN_ENV, LAUNCHER } from './support/cli.ts';
import { exists, pages, read } from './support/pages.ts';

const ROOT = join(import.meta.dirname, '..');

/** What an example ends with where it is run, or the test that holds it where it needs a host of its own. */
const EXAMPLES: readonly (readonly [RegExp, number | string])[] = [
  [
    / install\b| uninstall\b|-linux-amd64|apt install|docker (?:build|run)/,
    'systemd.test.ts, packages.test.ts',
  ],
  [/ fleet init --key/, 'fleet-daemon.test.ts'],
  [/ silence add/, 'daemon-control.test.ts'],
  [/ page\b/, 'page.test.ts'],
  [/ watch\b/, 'watch.test.ts'],
  [/^curl --unix-socket/, 'page.test.ts'],
  [/ run --dry-run/, 'daemon-trial.test.ts'],
  [/ doctor\b/, 'doctor.test.ts'],
  [/ --container \S+ --since/, 'classify-learn.test.ts'],
  [/--expect-no-incident/, 3],
  [/ replay\b| classify\b| fleet init --files/, 0],
];

/** Lines of shell blocks that call the program, without their comments, continued lines joined. */
function examplesOf(page: string): readonly string[] {
  const blocks = [...read(page).matchAll(/^```sh\n([\s\S]*?)^```$/gm)];
  return blocks.flatMap(([, block = '']) =>
    block
      .replaceAll('\\\n', ' ')
      .split('\n')
      .map((line) =>
        line
          .replace(/\s+#.*$/, '')
          .replaceAll(/\s+/g, ' ')
          .trim(),
      )
      .filter((line) => line.includes('quantum-realtime')),
  );
}

const all = pages.flatMap((page) => examplesOf(page).map((line) => [page, line] as const));
const dir = mkdtempSync(join(tmpdir(), 'qt-docs-'));

/** A folder as the reader of the pages has one: the program on the path, saved logs, and a Docker CLI that has them. */
beforeAll(() => {
  const session = join(ROOT, 'examples', 'quantum-trader', 'session');
  mkdirSync(join(dir, 'bin'));
  symlinkSync(join(ROOT, 'examples'), join(dir, 'examples'));
  symlinkSync(session, join(dir, 'saved'));
  symlinkSync(join(session, 'quantum_api.log'), join(dir, 'saved.log'));
  writeFileSync(join(dir, 'bin', 'docker'), '#!/bin/sh\n[ "$1" = logs ] && cat "saved/$3.log"\n');
  chmodSync(join(dir, 'bin', 'docker'), 0o755);
});
afterAll(() => rmSync(dir, { recursive: true }));

test('every example in a shell block is run, or its test is named', () => {
  const unknown = all.filter(([, line]) => !EXAMPLES.some(([like]) => like.test(line)));
  expect(unknown).toEqual([]);
  for (const [like, held] of EXAMPLES) {
    expect(
      all.some(([, line]) => like.test(line)),
      String(like),
    ).toBe(true);
    if (typeof held === 'string')
      for (const name of held.split(', ')) expect(exists(`test/${name}`), name).toBe(true);
  }
});

test.each(
  all.flatMap(([page, line]) => {
    const [, code] = EXAMPLES.find(([like]) => like.test(line)) ?? [];
    return typeof code === 'number' ? [[page, line, code] as const] : [];
  }),
)('%s: %s', async (_, line, code) => {
  const script = line.replaceAll('/etc/qt-fleet', join(dir, 'fleet')).replace(/ \| jq .*$/, '');
  const { exitCode, stdout } = await execa('/bin/sh', ['-c', script], {
    cwd: dir,
    env: { ...CLEAN_ENV, PATH: `${join(dir, 'bin')}:${dirname(LAUNCHER)}:${process.env['PATH'] ?? ''}` },
    extendEnv: false,
    reject: false,
  });
  expect(exitCode).toBe(code);
  expect(stdout.trim()).not.toBe('');
});
