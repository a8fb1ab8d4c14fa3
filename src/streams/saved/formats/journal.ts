import type { Line } from '../../../model.ts';
import { type JournalEntry, microsOf, stampOf, streamOf, textOf } from '../../journald/journal-entry.ts';
import { messageJoiner } from '../../journald/message-joiner.ts';
import { firstObject, parseObject } from '../json-object.ts';
import type { LineParser, Origins } from '../saved-lines.ts';
import type { SessionNotes } from '../session-notes.ts';
import { ImpossibleTimes, isPlausible } from '../stamp-keeper.ts';

/** Whether these first lines are the journal's entries as `journalctl -o json` prints them. */
export function looksLikeJournal(lines: readonly string[]): boolean {
  return microsOf(firstObject(lines)) !== undefined;
}

/** Whether these first lines are the journal in another form than an object a line: `-o json-pretty`, `-o export`. */
export function looksLikeOtherJournal(lines: readonly string[]): boolean {
  return lines.some((line) => /^\s*"?__REALTIME_TIMESTAMP"?\s*[=:]/.test(line));
}

/** The moment of the first entry that bears a possible one, in epoch milliseconds; undefined if none does. */
export function firstJournalStamp(lines: readonly string[]): number | undefined {
  for (const line of lines) {
    const micros = microsOf(parseObject(line));
    const at = micros === undefined ? NaN : Number(micros.slice(0, -3));
    if (isPlausible(at)) return at;
  }
  return undefined;
}

/**
 * The journal's entries: those of containers under the container's name, others under their program's. The stream is
 * told by the priority. Messages of several lines are several lines, and pieces of a long one are joined.
 */
export function journal(path: string, first: number, origins: Origins, notes: SessionNotes): LineParser {
  const impossible = new ImpossibleTimes();
  const joiner = messageJoiner();
  let ts = '';
  let at = first;
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
