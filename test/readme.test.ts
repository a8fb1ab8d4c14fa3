import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterAll, expect, test } from 'vitest';
import { type Engine, noEngine, startEngine } from './support/engine.ts';
import { describeMachine, noMachine } from './support/nspawn.ts';

const ROOT = join(import.meta.dirname, '..');
/** Where the machine sees the fresh tree. */
const FRESH = '/srv/fresh';
/**
 * The machine has no network of its own to the registry: what this host has installed is in npm's cache, and is taken
 * from there without asking whether it is still the newest. Each question would be asked three times, over minutes.
 */
const CACHED = 'npm_config_prefer_offline=true';

const blocks = [...readFileSync(join(ROOT, 'README.md'), 'utf8').matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(
  ([, block = '']) => block,
);
const blockWith = (text: string): string =>
  blocks.find((block) => block.includes(text)) ?? expect.unreachable(`the README shows no ${text}`);

const registry = await execa('npm', ['ping'], { reject: false });
const noRegistry = registry.exitCode === 0 ? undefined : 'the npm registry cannot be reached';

let engine: Engine | undefined;
let tree = '';
afterAll(async () => {
  await engine?.stop();
  rmSync(tree, { recursive: true, force: true });
}, 60_000);

/** What somebody gets who clones the repository, nothing installed or built; and an engine with one quiet container. */
async function freshTree(): Promise<readonly string[]> {
  tree = mkdtempSync(join(tmpdir(), 'qt-fresh-'));
  chmodSync(tree, 0o755);
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  for (const file of listed.split('\0').filter((name) => name !== '')) {
    mkdirSync(dirname(join(tree, file)), { recursive: true });
    cpSync(join(ROOT, file), join(tree, file));
  }
  engine = await startEngine();
  await engine.run({ name: 'quiet', script: 'sleep 3600' });
  chmodSync(dirname(engine.socket), 0o711);
  return [`${tree}:${FRESH}`, `${dirname(engine.socket)}:/run/engine`];
}

describeMachine(
  'the commands of the README, as they stand, on a fresh tree',
  freshTree,
  (machine) => {
    const block = (text: string, before = 'true'): Promise<string> =>
      machine().ok(
        `export HOME=/root ${CACHED}; cd ${FRESH} && ${before} && sh -ec '${text.replaceAll("'", "'\\''")}'`,
      );

    test('the demo tells the story that is expected', async () => {
      expect(await block(blockWith('npm run demo'))).toContain('This is the story expected of the session.');
    }, 180_000);

    test('npm test runs the tests (here: those of one file) and ends with their number', async () => {
      const said = await block(blockWith('npm test'), 'export TEST_FILES=test/closest.test.ts');
      expect(said.trimEnd()).toMatch(/^[1-9]\d* passed, 0 failed, 0 skipped$/m);
    }, 180_000);

    test('npm start follows the containers of this host, with nothing set and with what the README sets', async () => {
      await machine().ok('ln -sf /run/engine/docker.sock /run/docker.sock; ls -l /var/run/docker.sock');
      const running = block(blockWith('npm start'), 'exec > /srv/said 2>&1');
      const said = (times: number): Promise<string> =>
        machine().until(
          'cat /srv/said',
          (out) => out.split('connected to the Docker Engine').length > times,
          60_000,
        );
      const interrupt = (): Promise<string> => machine().ok("pkill -INT -f '[d]ist/main.js run'");
      const first = await said(1);
      expect(first).toContain('"webhook":"not configured"');
      await interrupt();
      const second = await said(2);
      expect(second).toMatch(
        /"reports":"\/root\/quantum-reports".*"webhook":"configured".*"heal":"configured"/,
      );
      await interrupt();
      await running;
      expect((await machine().ok('cat /srv/said')).split('"msg":"stopped"')).toHaveLength(3);
    }, 180_000);

    test('what install would do is shown, and nothing is done', async () => {
      const said = await block(blockWith('install'));
      expect(said).toContain('| ReadWritePaths=/var/lib/quantum/reports');
      expect(said).not.toContain('It would be refused');
      expect((await machine().run('ls /etc/systemd/system/quantum_realtime.service')).code).not.toBe(0);
    });

    test('no block is left out', () => {
      expect(blocks.map((text) => text.trim().split('\n').at(-1))).toEqual([
        'npm ci && npm run demo',
        'npm ci && npm test',
        'QT_REPORT_DIR=~/quantum-reports npm start',
        'npx quantum-realtime install --user qt --report /var/lib/quantum/reports --print',
      ]);
    });
  },
  noMachine ?? noEngine ?? noRegistry,
);
