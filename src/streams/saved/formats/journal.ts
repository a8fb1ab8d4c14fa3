import type { Line } from '../../../model.ts';
import { type JournalEntry, microsOf, stampOf, streamOf, textOf } from '../../journald/journal-entry.ts';
import { messageJoiner } from '../../journald/message-joiner.ts';
import { firstObject, parseObject } from '../json-object.ts';
import type { Reading, SavedFormat } from '../saved-format.ts';
import { type LineParser, savedLines } from '../saved-lines.ts';
import { ImpossibleTimes, isPlausible } from '../stamp-keeper.ts';

/** How the journal begins an entry in another form than an object a line: `-o json-pretty`, `-o export`. */
const OTHER_FORM = /^\s*"?__REALTIME_TIMESTAMP"?\s*[=:]/;

/**
 * The journal's entries as `journalctl -o json` prints them: those of containers under the container's name, others under
 * their program's. The stream is told by the priority. Messages of several lines are several lines, and pieces of a long
 * one are joined.
 */
export const journal: SavedFormat = {
  name: 'journal',
  looksLike(lines) {
    if (microsOf(firstObject(lines)) !== undefined) return true;
    if (!lines.some((line) => OTHER_FORM.test(line))) return false;
    throw new Error("in no known format: a journal in another form; expected that of 'journalctl -o json'");
  },
  firstStamp(lines) {
    for (const line of lines) {
      const micros = microsOf(parseObject(line));
      const at = micros === undefined ? NaN : Number(micros.slice(0, -3));
      if (isPlausible(at)) return at;
    }
    return undefined;
  },
  open: (reading) => [savedLines(reading.file, reading.container, journalParser(reading), reading.notes)],
};

function journalParser({ path, start, origins, notes }: Reading): LineParser {
  const impossible = new ImpossibleTimes();
  const joiner = messageJoiner();
  let ts = '';
  let at = start;
  let broken = 0;
  return { parse, end };

  function parse(raw: string, push: (line: Line) => void): void {
    if (raw === '') return;
    const entry = parseObject(raw);
    if (entry === undefined) {
      broken += 1;
      return;
    }
    look(microsOf(entry));
    const name = textOf(entry['CONTAINER_NAME']) ?? programOf(entry);
    const origin = origins.of(name, streamOf(entry));
    for (const text of joiner.add(entry, name, ts, at)) push({ type: 'line', origin, ts, at, text });
  }

  function end(push: (line: Line) => void): void {
    for (const { name, stream, text: rest } of joiner.takeOpen())
      for (const text of rest.split('\n'))
        push({ type: 'line', origin: origins.of(name, stream), ts, at, text });
    impossible.note(path, notes);
    if (broken > 0)
      notes.skip(path, `${broken} of its lines are no entries of a journal; the others were read`);
  }

  function look(micros: string | undefined): void {
    if (micros === undefined) return;
    if (isPlausible(Number(micros.slice(0, -3)))) ({ ts, at } = stampOf(micros));
    else impossible.see(`${micros} µs`);
  }
}

function programOf(entry: JournalEntry): string {
  if (textOf(entry['_TRANSPORT']) === 'kernel') return 'kernel';
  return textOf(entry['SYSLOG_IDENTIFIER']) ?? textOf(entry['_SYSTEMD_UNIT']) ?? 'journal';
}
