import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';

/** One line of the example session: where it comes from, and the time that stands before it. */
export interface SessionLine {
  readonly container: string;
  readonly ts: string;
  readonly text: string;
}

/** Every line of a session of `docker logs -t` files, by time, ties by container. */
export async function sessionLines(folder: string): Promise<readonly SessionLine[]> {
  const lines: SessionLine[] = [];
  for (const name of (await readdir(folder)).filter((file) => file.endsWith('.log')).sort()) {
    for (const raw of (await readFile(join(folder, name), 'utf8')).split('\n').slice(0, -1)) {
      const space = raw.indexOf(' ');
      lines.push({ container: name.slice(0, -4), ts: raw.slice(0, space), text: raw.slice(space + 1) });
    }
  }
  return lines.sort((a, b) => (a.ts < b.ts ? -1 : a.ts > b.ts ? 1 : 0));
}

/** A line as Docker stores it. */
export function asJsonFile({ ts, text }: SessionLine): string {
  return JSON.stringify({
    log: `${text}\n`,
    stream: 'stdout',
    time: ts.replace(/0+Z$/, 'Z').replace('.Z', 'Z'),
  });
}

/** A line as Docker's journald driver and `journalctl -o json` tell it. */
export function asJournal({ container, ts, text }: SessionLine): string {
  const micros = `${Date.parse(`${ts.slice(0, 19)}Z`)}`.slice(0, -3) + ts.slice(20, 26);
  return JSON.stringify({
    __CURSOR: `s=0;i=${micros}`,
    __REALTIME_TIMESTAMP: micros,
    PRIORITY: '6',
    _TRANSPORT: 'journal',
    CONTAINER_NAME: container,
    CONTAINER_ID_FULL: 'c'.repeat(64),
    MESSAGE: text,
  });
}

/** A line as containerd stores it for Kubernetes: every fifth in two pieces. */
export function asCri({ ts, text }: SessionLine, n: number): string {
  if (n % 5 > 0 || text.length < 2) return `${ts} stdout F ${text}`;
  const cut = Math.ceil(text.length / 2);
  return `${ts} stdout P ${text.slice(0, cut)}\n${ts} stdout F ${text.slice(cut)}`;
}

/** A line as `docker compose logs -t` prints it. */
export function asCompose({ container, ts, text }: SessionLine): string {
  return `${container.padEnd(20)}| ${ts} ${text}`;
}

/** How the example session is written down in each of the formats. */
export const FORMATS: Readonly<
  Record<string, (lines: readonly SessionLine[]) => Record<string, string | Uint8Array>>
> = {
  'docker logs -t': (lines) => perContainer(lines, ({ ts, text }) => `${ts} ${text}`),
  'docker logs -t with an offset': (lines) =>
    perContainer(lines, ({ ts, text }) => `${inBerlin(ts)} ${text}`),
  'docker logs -t, gzip': (lines) => packed(lines, '.gz', gzipSync),
  'docker logs -t, zstd': (lines) => packed(lines, '.zst', zstdCompressSync),
  'docker logs -t, Windows line endings': (lines) => perContainer(lines, ({ ts, text }) => `${ts} ${text}\r`),
  'json-file': (lines) => perContainer(lines, asJsonFile),
  'a Kubernetes container log': (lines) => perContainer(lines, asCri),
  'docker compose logs -t': (lines) => ({ 'compose.log': whole(lines, asCompose) }),
  'docker compose logs -t, as its first version prints it': (lines) => ({
    'compose.log': `Attaching to quantum_api, quantum_risk\n${whole(lines, asCompose)}`,
  }),
  'docker compose logs -t, one container after the other': (lines) => ({
    'compose.log': whole(
      lines.toSorted((a, b) => (a.container < b.container ? -1 : Number(a.container > b.container))),
      asCompose,
    ),
  }),
  'docker compose logs -t, coloured, gzip': (lines) => ({
    'compose.log.gz': gzipSync(
      whole(lines, (line) => `\x1b[36m${line.container.padEnd(20)}| \x1b[0m${line.ts} ${line.text}`),
    ),
  }),
  'journalctl -o json': (lines) => ({ journal: whole(lines, asJournal) }),
};

/** Writes a session in one of the formats, with its events beside it. */
export async function writeSession(
  folder: string,
  files: Readonly<Record<string, string | Uint8Array>>,
  events: string,
): Promise<string> {
  await mkdir(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  await writeFile(join(folder, 'events.jsonl'), events);
  return folder;
}

function perContainer(
  lines: readonly SessionLine[],
  format: (line: SessionLine, n: number) => string,
): Record<string, string> {
  const files = Map.groupBy(lines, ({ container }) => container);
  return Object.fromEntries([...files].map(([name, own]) => [`${name}.log`, whole(own, format)]));
}

function packed(
  lines: readonly SessionLine[],
  ending: string,
  pack: (bytes: Buffer) => Uint8Array,
): Record<string, Uint8Array> {
  const files = perContainer(lines, ({ ts, text }) => `${ts} ${text}`);
  return Object.fromEntries(
    Object.entries(files).map(([name, text]) => [name + ending, pack(Buffer.from(text))]),
  );
}

function whole(lines: readonly SessionLine[], format: (line: SessionLine, n: number) => string): string {
  return `${lines.map((line, n) => format(line, n)).join('\n')}\n`;
}

/** The same moment, two hours ahead of UTC. */
function inBerlin(ts: string): string {
  const ahead = new Date(Date.parse(`${ts.slice(0, 19)}Z`) + 7_200_000).toISOString().slice(0, 19);
  return `${ahead}${ts.slice(19, -1)}+02:00`;
}
