import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { program } from '../src/program.ts';
import { VERSION } from '../src/version.ts';
import { billOfMaterials } from './bill-of-materials.ts';
import { commandTree } from './command-tree.ts';
import { DEBIAN_ARCHITECTURES, makeDebianPackage } from './debian.ts';
import { makeExecutable } from './executable.ts';
import { makeImageContext } from './image.ts';
import { makeNpmTarball } from './npm-tarball.ts';

/**
 * Makes what people install, in `out/` (or the folder that is named): the executable, the Debian package, npm's tarball,
 * what an image is built from, the bill of materials, and checksums of them all.
 */
const root = join(import.meta.dirname, '..');
const out = process.argv[2] ?? join(root, 'out');
const architecture = DEBIAN_ARCHITECTURES[process.arch] ?? process.arch;
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

const executable = join(out, `quantum-realtime-${VERSION}-linux-${architecture}`);
makeExecutable(root, executable);

const debian = join(out, `quantum-realtime_${VERSION}_${architecture}.deb`);
const work = mkdtempSync(join(tmpdir(), 'package-'));
try {
  makeNpmTarball(root, emptyFolder('npm'), out);
  makeDebianPackage({
    ...{ root, folder: emptyFolder('debian'), executable, output: debian, version: VERSION },
    at: Number(process.env['SOURCE_DATE_EPOCH'] ?? committedAt()),
    tree: commandTree(program),
  });
} finally {
  rmSync(work, { recursive: true });
}
makeImageContext(executable, join(out, 'image'));

const bill = join(out, `quantum-realtime-${VERSION}.cdx.json`);
writeFileSync(bill, billOfMaterials(root, 'quantum-realtime', VERSION));

const sums = await Promise.all(
  [executable, debian, join(out, `quantum-realtime-${VERSION}.tgz`), bill].map(
    async (file) => `${await sha256(file)}  ${basename(file)}\n`,
  ),
);
writeFileSync(join(out, 'SHA256SUMS'), sums.join(''));

function emptyFolder(name: string): string {
  const folder = join(work, name);
  mkdirSync(folder);
  return folder;
}

/** When what is packaged was last changed, in seconds since 1970: two builds of the same commit are the same. */
function committedAt(): number {
  return Number(execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: root, encoding: 'utf8' }));
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
