import type { Config } from '../../config.ts';
import type { RecordedOutcome } from '../session-format.ts';
import { arePrefixed, composeLogs, looksLikeComposeLogs, withoutPrefix } from './compose-logs.ts';
import { containerName, isNamedAsLog } from './container-name.ts';
import { criLog, looksLikeCri } from './cri.ts';
import { dockerEvents, looksLikeDockerEvents } from './docker-events.ts';
import { dockerLogs, firstDockerStamp, looksLikeDockerLogs } from './docker-logs.ts';
import { firstJournalStamp, journal, looksLikeJournal, looksLikeOtherJournal } from './journal.ts';
import { firstJsonFileStamp, jsonFile, looksLikeJsonFile } from './json-file.ts';
import type { SavedStream } from './merge.ts';
import { plainFormOf, plainLog, untimedLog } from './plain-log.ts';
import type { Skim } from '../skim.ts';
import { type LineParser, type Origins, savedLines } from './saved-lines.ts';
import { firstSessionStamp, looksLikeSession, sessionFile } from './session-file.ts';
import type { SessionNotes } from './session-notes.ts';
import { splitIfUnordered } from './split-unordered.ts';
import type { TextFile } from './text-file.ts';

/** A file whose format is known. Without `first` (epoch milliseconds) it has no times: `open` gives it a start. */
export interface Recognised {
  readonly format: string;
  readonly first?: number;
  readonly open: (start: number) => Promise<readonly SavedStream[]> | readonly SavedStream[];
}

/** What a file is read with. */
export interface Reading {
  readonly file: TextFile;
  readonly origins: Origins;
  readonly notes: SessionNotes;
  readonly restarts: Config['restarts'];
  /** Gets the outcomes of effects that a recording holds. */
  readonly recorded: RecordedOutcome[];
  /** Lines a second for what has no times. */
  readonly rate: number;
  /** It was named by itself, and not found in a folder. */
  readonly named: boolean;
  readonly skim: Skim;
}

const EXPECTED =
  "in no known format; expected the output of 'docker logs -t' (an RFC 3339 timestamp before every line), a json-file log, a Kubernetes container log, " +
  "'docker compose logs -t', 'journalctl -o json', Docker events (a JSON object a line), or a log whose lines begin with their time";

/** Tells the format of a file by its first lines. Throws an Error with the reason if it is in none that is known. */
export async function recognise(reading: Reading): Promise<Recognised | undefined> {
  const { file, origins, notes } = reading;
  const { path } = file;
  const lines = await file.peek();
  if (lines.length === 0) return undefined;
  if (looksLikeDockerEvents(lines))
    return { format: 'Docker events', first: NaN, open: () => [dockerEvents(file, reading.restarts, notes)] };

  const name = await containerName(path);
  if (looksLikeSession(lines)) {
    const looking = sessionFile(path, origins, notes, undefined, (outcome) => reading.recorded.push(outcome));
    const open = (): Promise<readonly SavedStream[]> =>
      splitIfUnordered(file, name, (only) => sessionFile(path, origins, notes, only), notes, looking);
    return { format: 'recording', first: firstSessionStamp(lines) ?? NaN, open };
  }
  const as = (
    format: string,
    first: number | undefined,
    parser: (start: number) => LineParser,
  ): Recognised => ({
    format,
    ...(first === undefined ? {} : { first }),
    open: (start) => [savedLines(file, name, parser(first ?? start), notes)],
  });
  if (looksLikeJsonFile(lines))
    return as('json-file log', firstJsonFileStamp(lines), (at) => jsonFile(name, path, at, origins, notes));
  if (looksLikeJournal(lines))
    return as('journal', firstJournalStamp(lines), (at) => journal(path, at, origins, notes));
  if (looksLikeComposeLogs(lines)) {
    const first = firstDockerStamp(lines.map(withoutPrefix));
    const parser = (at: number, only?: string): LineParser => composeLogs(path, at, origins, notes, only);
    const open = (start: number): Promise<readonly SavedStream[]> =>
      splitIfUnordered(file, name, (only) => parser(first ?? start, only), notes);
    return { format: 'Compose log', ...(first === undefined ? {} : { first }), open };
  }
  if (looksLikeCri(lines))
    return as('Kubernetes log', firstDockerStamp(lines), (at) => criLog(name, path, at, origins, notes));
  if (looksLikeDockerLogs(lines))
    return as('docker logs -t', firstDockerStamp(lines), (at) =>
      dockerLogs(origins.of(name), path, at, notes, reading.skim),
    );
  return plain(reading, lines, name);
}

function plain(
  { file, origins, notes, rate, named }: Reading,
  lines: readonly string[],
  name: string,
): Recognised {
  const { path } = file;
  const looks = ` found ${JSON.stringify((lines[0] ?? '').slice(0, 60))}`;
  if (looksLikeOtherJournal(lines))
    throw new Error("in no known format: a journal in another form; expected that of 'journalctl -o json'");
  if (lines[0]?.startsWith('#!') === true) throw new Error(`${EXPECTED};${looks}`);
  const reference = file.changed ?? Date.now();
  const form = plainFormOf(lines, reference);
  if (arePrefixed(lines))
    notes.assume(
      `${path}: all its containers are taken for one; 'docker compose logs -t' (with -t) tells them apart`,
    );
  const origin = origins.of(name);
  if (form !== undefined) {
    return {
      format: 'plain log',
      first: form.first,
      open() {
        if (form.stamp.yearless)
          notes.assume(`${path}: the year is not written; ${new Date(form.first).getUTCFullYear()} is taken`);
        else if (!form.zoned) notes.assume(`${path}: times without a zone are taken as UTC`);
        return [savedLines(file, name, plainLog(origin, path, form, reference, notes), notes)];
      },
    };
  }
  if (!named && !isNamedAsLog(path))
    throw new Error(`in no known format;${looks}. If it is a log without times, name it by itself`);
  return {
    format: 'log without times',
    open(start) {
      notes.assume(
        `${path}: there are no times in it; its lines are taken in their order, ${rate} a second from ${new Date(start).toISOString()} on`,
      );
      return [savedLines(file, name, untimedLog(origin, start, rate), notes)];
    },
  };
}
