import type { Line, Origin } from '../../../model.ts';
import type { Reading, SavedFormat } from '../saved-format.ts';
import type { LineParser } from '../saved-lines.ts';
import { splitIfUnordered } from '../split-unordered.ts';
import { firstDockerStamp, looksLikeDockerLogs, stampedEntry, type StampedEntry } from './docker-logs.ts';

/** Compose pads names to the longest one; no name is longer than this. */
const LONGEST_NAME = 160;
const COLOUR = /^(?:\x1b\[[0-9;]*m)+/;

interface Prefix {
  readonly name: string;
  /** Where the text begins. */
  readonly end: number;
}

/** Compose's own words (`Attaching to api, db`) may come before the first line of a container. */
const PREAMBLE = 3;

/** What `docker compose logs -t` prints, `name  | `, a timestamp, a blank: several containers in one file. */
export const composeLogs: SavedFormat = {
  name: 'Compose log',
  looksLike: (lines) => arePrefixed(lines) && looksLikeDockerLogs(lines.map(withoutPrefix)),
  firstStamp: (lines) => firstDockerStamp(lines.map(withoutPrefix)),
  open(reading) {
    const { file, container, notes } = reading;
    return splitIfUnordered(file, container, (only) => composeParser(reading, only), notes);
  },
};

/** Notes of a log that is read as one although Compose has prefixed its lines: it tells its containers apart with -t. */
export function notePrefixes({ lines, path, notes }: Pick<Reading, 'lines' | 'path' | 'notes'>): void {
  if (!arePrefixed(lines)) return;
  notes.assume(
    `${path}: all its containers are taken for one; 'docker compose logs -t' (with -t) tells them apart`,
  );
}

/** Whether these first lines are what `docker compose logs` prints, with times or without. */
function arePrefixed(lines: readonly string[]): boolean {
  return lines.slice(0, PREAMBLE).some((line) => prefixOf(line) !== undefined);
}

/** The lines as the containers wrote them: without Compose's prefix. */
function withoutPrefix(line: string): string {
  return line.slice(prefixOf(line)?.end ?? 0);
}

/**
 * A line without a prefix goes on where the line above it left off; before the first container it is Compose's own. With
 * `only`, the lines of one container.
 */
function composeParser({ path, start, origins, notes }: Reading, only?: string): LineParser {
  const entries = new Map<string, StampedEntry>();
  let entry: StampedEntry = stampedEntry(start);
  let origin: Origin = origins.of('compose');
  let last = '';
  return { parse, end };

  function parse(raw: string, push: (line: Line) => void): void {
    const prefix = prefixOf(raw);
    if (prefix !== undefined && prefix.name !== last) {
      last = prefix.name;
      origin = origins.of(last);
      entry = entries.get(last) ?? stampedEntry(start);
      entries.set(last, entry);
    }
    if (last !== '' && (only === undefined || only === last))
      push(entry.parse(raw, prefix?.end ?? 0, origin));
  }

  function end(): void {
    for (const { impossible } of entries.values()) impossible.note(path, notes);
  }
}

function prefixOf(line: string): Prefix | undefined {
  const bar = line.indexOf('|');
  if (bar <= 0 || bar > LONGEST_NAME || line.charCodeAt(bar - 1) !== 32) return undefined;
  const coloured = line.charCodeAt(0) === 27;
  const name = (coloured ? line.slice(0, bar).replace(COLOUR, '') : line.slice(0, bar)).trimEnd();
  if (name === '' || name.includes(' ')) return undefined;
  let end = bar + 1;
  if (line.charCodeAt(end) === 32) end += 1;
  if (line.charCodeAt(end) === 27) end += COLOUR.exec(line.slice(end, end + 16))?.[0].length ?? 0;
  return { name, end };
}
