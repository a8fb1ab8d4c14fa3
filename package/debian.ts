import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ENVIRONMENT } from '../src/commands/install/plan.ts';
import { PLACES, UNIT } from '../src/systemd/places.ts';
import type { CommandEntry } from './command-tree.ts';
import { completions } from './completions.ts';
import { manPage } from './man-page.ts';
import { maintainerScripts } from './maintainer-scripts.ts';

export interface DebianParts {
  /** The repository. */
  readonly root: string;
  /** An empty folder: the tree of the package is built there. */
  readonly folder: string;
  readonly executable: string;
  readonly output: string;
  readonly version: string;
  /** Of every file, in seconds since 1970: two builds of the same are the same. */
  readonly at: number;
  readonly tree: CommandEntry;
}

/** Processors by the names that Debian gives them. */
export const DEBIAN_ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/**
 * Builds the Debian package from the one executable: it lies where `install` puts the program, and so the unit, the
 * commands and an upgrade are the same. The package enables nothing: `quantum-realtime install` does, which asks where
 * reports go. Throws what dpkg-deb says.
 */
export function makeDebianPackage(parts: DebianParts): void {
  const { root, folder, executable, output, version, at, tree } = parts;
  const put = (path: string, content: string | Buffer, mode = 0o644): void => {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true, mode: 0o755 });
    writeFileSync(file, content);
    chmodSync(file, mode);
  };
  put(PLACES.launcher, '', 0o755);
  copyFileSync(executable, join(folder, PLACES.launcher));
  mkdirSync(join(folder, 'usr/bin'), { recursive: true });
  symlinkSync(PLACES.launcher, join(folder, 'usr/bin/quantum-realtime'));
  put(`usr/lib/systemd/system/${UNIT}`, readFileSync(join(root, 'deploy', UNIT)));
  put('usr/lib/sysusers.d/quantum-realtime.conf', `u qt - "quantum-realtime" ${PLACES.state}\n`);
  put('usr/lib/tmpfiles.d/quantum-realtime.conf', `d ${PLACES.settings} 0755 root root -\n`);
  put(PLACES.environment, ENVIRONMENT, 0o600);
  put('usr/share/man/man1/quantum-realtime.1.gz', packed(manPage(tree, { version, at })));
  put('usr/share/bash-completion/completions/quantum-realtime', completions.bash(tree));
  put('usr/share/zsh/vendor-completions/_quantum-realtime', completions.zsh(tree));
  put('usr/share/fish/vendor_completions.d/quantum-realtime.fish', completions.fish(tree));
  put('usr/share/doc/quantum-realtime/changelog.gz', packed(changelog(version, at)));
  put('usr/share/doc/quantum-realtime/CHANGELOG.md.gz', packed(readFileSync(join(root, 'CHANGELOG.md'))));
  put('usr/share/doc/quantum-realtime/copyright', copyright(readFileSync(join(root, 'LICENSE'), 'utf8')));
  put('usr/share/lintian/overrides/quantum-realtime', OVERRIDES);
  put('DEBIAN/control', control(version, sizeOf(folder)));
  put('DEBIAN/conffiles', `${PLACES.environment}\n`);
  for (const [name, script] of Object.entries(maintainerScripts(version)))
    put(`DEBIAN/${name}`, script, 0o755);
  for (const path of [...everythingIn(folder), folder]) lutimesSync(path, at, at);
  execFileSync('dpkg-deb', ['-Zzstd', '--root-owner-group', '--build', folder, output], {
    env: { ...process.env, SOURCE_DATE_EPOCH: String(at) },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

const MAINTAINER = 'quantum-realtime maintainers <quantum-realtime@localhost.localdomain>';

/**
 * What is so on purpose: a program for a host, whole in its folder, with the Node.js that it was made for, secrets that
 * root alone reads, and no address to write to. Debian's own releases close bugs; ours do not.
 */
const OVERRIDES = [
  'dir-or-file-in-opt',
  'embedded-library',
  'unstripped-binary-or-object',
  'non-standard-file-perm',
  'bogus-mail-host',
  'bogus-mail-host-in-debian-changelog',
  'initial-upload-closes-no-bugs',
]
  .map((tag) => `quantum-realtime: ${tag}\n`)
  .join('');

function changelog(version: string, at: number): string {
  const date = new Date(at * 1_000).toUTCString().replace('GMT', '+0000');
  return `quantum-realtime (${version}) unstable; urgency=medium

  * What has changed is in CHANGELOG.md.gz, beside this file.

 -- ${MAINTAINER}  ${date}
`;
}

function control(version: string, kibibytes: number): string {
  return `Package: quantum-realtime
Version: ${version}
Architecture: ${DEBIAN_ARCHITECTURES[process.arch] ?? process.arch}
Maintainer: ${MAINTAINER}
Installed-Size: ${kibibytes}
Section: admin
Priority: optional
Depends: libc6 (>= 2.28), libgcc-s1, libstdc++6, systemd
Suggests: docker.io | docker-ce | podman
Description: follows container logs and acts when something goes wrong
 A daemon that follows the live logs of every Docker container, of files and of
 the journal, sees within a second that something has gone wrong, and acts: one
 alert, one incident report, one guarded heal command. What it has counted
 survives every restart.
`;
}

function copyright(license: string): string {
  const body = license
    .trimEnd()
    .split('\n')
    .map((line) => ` ${line === '' ? '.' : line}`)
    .join('\n');
  return `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: quantum-realtime

Files: *
Copyright: quantum-realtime contributors
License: Expat
${body}
`;
}

function packed(content: string | Buffer): Buffer {
  const bytes = gzipSync(content, { level: 9 });
  // Its operating system, the only byte that differs from one machine to another.
  bytes[9] = 3;
  return bytes;
}

function everythingIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).map(({ parentPath, name }) =>
    join(parentPath, name),
  );
}

function sizeOf(folder: string): number {
  return Number(execFileSync('du', ['-sk', '--apparent-size', folder], { encoding: 'utf8' }).split('\t')[0]);
}
