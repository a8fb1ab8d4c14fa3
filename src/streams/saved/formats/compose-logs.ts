import type { Line, Origin } from '../../../model.ts';
import { stampedEntry, type StampedEntry, looksLikeDockerLogs } from './docker-logs.ts';
import type { LineParser, Origins } from '../saved-lines.ts';
import type { SessionNotes } from '../session-notes.ts';

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

/** Whether these first lines are what `docker compose logs -t` prints: `name  | `, a timestamp, a blank. */
export function looksLikeComposeLogs(lines: readonly string[]): boolean {
  return arePrefixed(lines) && looksLikeDockerLogs(lines.map(withoutPrefix));
}

/** Whether these first lines are what `docker compose logs` prints, with times or without. */
export function arePrefixed(lines: readonly string[]): boolean {
  return lines.slice(0, PREAMBLE).some((line) => prefixOf(line) !== undefined);
}

/** The lines as the containers wrote them: without Compose's prefix. */
export function withoutPrefix(line: string): string {
  return line.slice(prefixOf(line)?.end ?? 0);
}

/**
 * What `docker compose logs -t` prints: several containers in one file. A line without a prefix goes on where the
 * line above it left off; before the first container it is Compose's own. With `only`, the lines of one container.
 */
export function composeLogs(
  path: string,
  first: number,
  origins: Origins,
  notes: SessionNotes,
  only?: string,
): LineParser {
  const entries = new Map<string, StampedEntry>();
  let entry: StampedEntry = stampedEntry(first);
  let origin: Origin = origins.of('compose');
  let last = '';
  return { parse, end };

  function parse(raw: string, push: (line: Line) => void): void {
    const prefix = prefixOf(raw);
    if (prefix !== undefined && prefix.name !== last) {
      last = prefix.name;
      origin = origins.of(last);
      entry = entries.get(last) ?? stampedEntry(first);
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
