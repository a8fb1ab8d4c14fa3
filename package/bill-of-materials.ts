import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the lock file says of a package. */
interface Locked {
  readonly version?: string;
  readonly integrity?: string;
  readonly license?: string;
}

/**
 * What is in the program, as a CycloneDX 1.5 document: the Node.js of this machine, and every package of which the build
 * has taken something (`dist/bundled.json`), each with version, licence and checksum of the lock file. No moment and no
 * number is in it, so that two of the same are the same. Throws if a package is not in the lock file.
 */
export function billOfMaterials(root: string, name: string, version: string): string {
  const { packages } = read(root, 'package-lock.json') as {
    readonly packages: Readonly<Record<string, Locked>>;
  };
  const bundled = read(root, 'dist/bundled.json') as readonly string[];
  const components = [`node_modules/node-${process.platform}-${process.arch}`, ...bundled].map((path) => {
    const locked = packages[path];
    if (locked === undefined) throw new Error(`package-lock.json: ${path} is not in it`);
    return component(path.slice(path.lastIndexOf('node_modules/') + 13), locked);
  });
  const unique = new Map(components.map((one) => [one.purl, one]));
  return `${JSON.stringify(
    {
      bomFormat: 'CycloneDX',
      specVersion: '1.5',
      version: 1,
      metadata: { component: { type: 'application', name, version, purl: `pkg:npm/${name}@${version}` } },
      components: [...unique.values()],
    },
    null,
    2,
  )}\n`;
}

function read(root: string, file: string): unknown {
  return JSON.parse(readFileSync(join(root, file), 'utf8'));
}

function component(name: string, { version = '', integrity, license }: Locked) {
  const [algorithm, digest] = integrity?.split('-', 2) ?? [];
  return {
    type: 'library',
    name,
    version,
    purl: `pkg:npm/${name.replace(/^@/, '%40')}@${version}`,
    ...(license !== undefined && { licenses: [{ expression: license }] }),
    ...(algorithm !== undefined &&
      digest !== undefined && {
        hashes: [
          { alg: algorithm.replace('sha', 'SHA-'), content: Buffer.from(digest, 'base64').toString('hex') },
        ],
      }),
  };
}
