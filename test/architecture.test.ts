import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { missingFrom, quoted, read, rowsOf, sources } from './support/pages.ts';

const MAP = 'docs/ARCHITECTURE.md';

describe('the map of the code', () => {
  test.each([MAP, 'CONTRIBUTING.md'])('names files that exist, and links that lead somewhere: %s', (page) => {
    expect(missingFrom(page)).toEqual([]);
  });

  test('lists every room and exactly what it imports', () => {
    const rooms = new Map(
      rowsOf(read(MAP))
        .map(([room = '', , imports = '']) => [room.slice(1, -1), imports] as const)
        .filter(([room]) => isRoom(room)),
    );
    expect([...rooms.keys()].sort()).toEqual([...new Set(sources.map(roomOf).filter(isRoom))].sort());
    const crossings = sources.flatMap((file) =>
      importsOf(file)
        .filter((other) => isRoom(roomOf(file)) && isRoom(roomOf(other)) && roomOf(other) !== roomOf(file))
        .map((other) => ({ file, other, from: roomOf(file), to: roomOf(other) })),
    );
    const isListed = ({ from, to }: { readonly from: string; readonly to: string }) => {
      const imports = rooms.get(from) ?? '';
      return quoted(imports).includes(to) !== imports.startsWith('all');
    };
    const unlisted = crossings.filter((crossing) => !isListed(crossing));
    expect(unlisted.map(({ file, other }) => `${file} imports ${other}`)).toEqual([]);
    const idle = [...rooms].flatMap(([room, imports]) =>
      quoted(imports.startsWith('all') ? '' : imports)
        .filter((to) => !crossings.some((crossing) => crossing.from === room && crossing.to === to))
        .map((to) => `${room} imports nothing of ${to}`),
    );
    expect(idle).toEqual([]);
  });

  test('knows of no circle of files at run time', () => {
    let left = new Map(
      sources.filter((file) => file.startsWith('src/')).map((file) => [file, valuesOf(file)]),
    );
    for (;;) {
      const needed = new Set([...left.values()].flat());
      const rest = new Map(
        [...left].filter(([file, imports]) => needed.has(file) && imports.some((other) => left.has(other))),
      );
      if (rest.size === left.size) break;
      left = rest;
    }
    expect([...left.keys()]).toEqual([]);
  });
});

/** Whether a path is a folder of `src` that is no common ground. */
function isRoom(path: string): boolean {
  return /^src\/\w+$/.test(path) && path !== 'src/time' && path !== 'src/text';
}

/** The room of a file: its folder below `src`, or the file itself. */
function roomOf(file: string): string {
  return /^src\/\w+(?=\/)/.exec(file)?.[0] ?? file;
}

/** The files that a file needs at run time as soon as it is loaded: not those of which it imports types alone. */
function valuesOf(file: string): readonly string[] {
  const imports = read(file).matchAll(/^(?:import|export) (?!type )([^;]*?)from '(\.[^']+)';/gm);
  return [...imports]
    .filter(([, names = '']) => !/^\{(?:\s*type [^,}]+,?)*\s*\}\s*$/.test(names))
    .map(([, , path = '']) => join(file, '..', path));
}

/** The files that a file imports, from the root; of types, too. */
function importsOf(file: string): readonly string[] {
  return [...read(file).matchAll(/(?:from |import |import\()'(\.[^']+)'/g)].map(([, path = '']) =>
    join(file, '..', path),
  );
}
