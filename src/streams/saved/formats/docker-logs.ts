import type { Line, Origin } from '../../../model.ts';
import { quietRuns } from '../harmless-runs.ts';
import type { Reading, SavedFormat } from '../saved-format.ts';
import { type LineParser, savedLines } from '../saved-lines.ts';
import { ImpossibleTimes, isPlausible } from '../stamp-keeper.ts';
import { dockerStamp } from './docker-stamp.ts';

/** Docker's entries are at most this long (bytes); a longer line is printed in pieces, each with the timestamp. */
const PIECE = 16_384;
/** No shorter text (UTF-16 units) can hold a whole piece. */
const SHORTEST = PIECE / 3;

const NEWLINE = 10;

/** How many of the first lines decide: a trace of a plain log must not look like the rule. */
const LOOKED_AT = 100;

/** One container's log as `docker logs -t` prints it: an RFC 3339 timestamp and a blank before most of its lines. */
export const dockerLogs: SavedFormat = {
  name: 'docker logs -t',
  looksLike: looksLikeDockerLogs,
  firstStamp: firstDockerStamp,
  open: (reading) => [
    savedLines(
      reading.file,
      reading.container,
      dockerLogsParser(reading.origins.of(reading.container), reading),
      reading.notes,
      reading.ahead,
    ),
  ],
};

/** The moment of the first line that bears a possible one, in epoch milliseconds; undefined if none does. */
export function firstDockerStamp(lines: readonly string[]): number | undefined {
  const stamp = dockerStamp();
  for (const line of lines) if (isStamped(line, stamp.read(line)) && isPlausible(stamp.at)) return stamp.at;
  return undefined;
}

/** Whether most of these first lines begin with an RFC 3339 timestamp and a blank. */
export function looksLikeDockerLogs(lines: readonly string[]): boolean {
  const stamp = dockerStamp();
  const seen = lines.filter((line) => line !== '').slice(0, LOOKED_AT);
  return 2 * seen.filter((line) => isStamped(line, stamp.read(line))).length > seen.length;
}

/** A line without a timestamp, or with an impossible one, takes that of the line above it. */
export function dockerLogsParser(
  origin: Origin,
  { path, start, notes, skim }: Pick<Reading, 'path' | 'start' | 'notes' | 'skim'>,
): LineParser {
  const entry = stampedEntry(start);
  const quiet = quietRuns(origin, skim);
  return {
    parse: (raw, push) => push(entry.parse(raw, 0, origin)),
    parseLines(bytes, push, skimmed) {
      const known = skimmed?.lines ?? 0;
      let lines = 0;
      for (let from = 0; from <= bytes.length; lines++) {
        const end = lines < known ? (skimmed?.ends[lines] ?? 0) : endOfLine(bytes, from);
        const isQuiet =
          lines < known
            ? quiet.takeSkimmed(bytes, from, skimmed?.times[lines] ?? NaN, push)
            : quiet.take(bytes, from, end, push);
        if (!isQuiet) {
          const line = entry.parse(bytes.toString('utf8', from, end), 0, origin);
          quiet.note(line);
          push(line);
        }
        from = end + 1;
      }
      quiet.close(push);
      return lines;
    },
    end: () => entry.impossible.note(path, notes),
  };
}

function endOfLine(bytes: Buffer, from: number): number {
  const newline = bytes.indexOf(NEWLINE, from);
  return newline < 0 ? bytes.length : newline;
}

/** Reads what `docker logs -t` prints for one container, from a given place of the line on. */
export interface StampedEntry {
  parse(raw: string, from: number, origin: Origin): Line;
  readonly impossible: ImpossibleTimes;
}

/** `first` is the time (epoch milliseconds) for lines that come before any timestamp. */
export function stampedEntry(first: number): StampedEntry {
  const stamp = dockerStamp();
  const impossible = new ImpossibleTimes();
  let ts = '';
  let at = first;
  return { parse, impossible };

  function parse(raw: string, from: number, origin: Origin): Line {
    const rest = from === 0 ? raw : raw.slice(from);
    const length = stamp.read(rest);
    if (!isStamped(rest, length)) return { type: 'line', origin, ts, at, text: rest };
    const own = rest.slice(0, length);
    const text = rest.length < SHORTEST ? rest.slice(length + 1) : joined(rest.slice(length + 1), own);
    if (isPlausible(stamp.at)) {
      ts = own;
      ({ at } = stamp);
    } else impossible.see(own);
    return { type: 'line', origin, ts, at, text };
  }
}

function isStamped(text: string, length: number): boolean {
  return length > 0 && (text.length === length || text.charCodeAt(length) === 32);
}

/** Takes the timestamps out again that Docker prints within a long line, before each further piece. */
function joined(text: string, ts: string): string {
  const inner = `${ts} `;
  let whole = '';
  let rest = text;
  for (let cut = rest.indexOf(inner); cut >= 0; cut = rest.indexOf(inner)) {
    if (Buffer.byteLength(rest.slice(0, cut)) !== PIECE) break;
    whole += rest.slice(0, cut);
    rest = rest.slice(cut + inner.length);
  }
  return whole + rest;
}
