import type { Line, Origin } from '../../../model.ts';
import { firstObject, isObject, parseObject } from '../json-object.ts';
import type { Reading, SavedFormat } from '../saved-format.ts';
import { type LineParser, savedLines } from '../saved-lines.ts';
import { ImpossibleTimes, isPlausible } from '../stamp-keeper.ts';
import { dockerStamp } from './docker-stamp.ts';

/** Docker stores at most this many bytes an entry; a longer line goes on in the next ones. */
const PIECE = 16_384;
/** What is kept of one joined line, in UTF-16 units. */
const LONGEST = 1024 * 1024;

/**
 * One container's log as Docker itself stores it: `{"log":"…\n","stream":"stdout","time":"…"}`. The pieces of a long line
 * are joined while they bear the same timestamp; what is no entry (the half line a crash leaves) is counted and noted.
 * Labels come from `attrs` (`--log-opt labels`).
 */
export const jsonFile: SavedFormat = {
  name: 'json-file log',
  looksLike(lines) {
    const first = firstObject(lines);
    return typeof first?.['log'] === 'string' && typeof first['time'] === 'string';
  },
  firstStamp(lines) {
    const stamp = dockerStamp();
    for (const line of lines) {
      const time = parseObject(line)?.['time'];
      if (typeof time === 'string' && stamp.read(time) > 0 && isPlausible(stamp.at)) return stamp.at;
    }
    return undefined;
  },
  open: (reading) => [savedLines(reading.file, reading.container, jsonFileParser(reading), reading.notes)],
};

function jsonFileParser({ container, path, start, origins, notes }: Reading): LineParser {
  const stamp = dockerStamp();
  const impossible = new ImpossibleTimes();
  const open = new Map<Origin['stream'], Line>();
  let ts = '';
  let at = start;
  let broken = 0;
  return { parse, end };

  function parse(raw: string, push: (line: Line) => void): void {
    if (raw === '') return;
    const entry = parseObject(raw);
    const log = entry?.['log'];
    if (entry === undefined || typeof log !== 'string') {
      broken += 1;
      return;
    }
    look(entry['time']);
    const stream = entry['stream'] === 'stderr' ? 'stderr' : 'stdout';
    const origin = origins.of(container, stream, { labels: labelsIn(entry['attrs']) });
    const ended = log.endsWith('\n');
    const begun = open.get(stream);
    open.delete(stream);
    if (begun !== undefined && begun.ts !== ts) push(begun);
    const before = begun?.ts === ts ? begun.text : '';
    const text = ended ? log.slice(0, log.endsWith('\r\n') ? -2 : -1) : log;
    const line: Line = {
      type: 'line',
      origin,
      ts,
      at,
      text: before.length < LONGEST ? before + text : before,
    };
    if (ended || Buffer.byteLength(log) < PIECE) push(line);
    else open.set(stream, line);
  }

  function end(push: (line: Line) => void): void {
    for (const line of open.values()) push(line);
    impossible.note(path, notes);
    if (broken > 0)
      notes.skip(path, `${broken} of its lines are no entries of a json-file log; the others were read`);
  }

  function look(time: unknown): void {
    if (typeof time !== 'string' || stamp.read(time) === 0) return;
    if (isPlausible(stamp.at)) {
      ts = time;
      ({ at } = stamp);
    } else impossible.see(time);
  }
}

function labelsIn(attrs: unknown): Readonly<Record<string, string>> {
  if (!isObject(attrs)) return {};
  return Object.fromEntries(
    Object.entries(attrs).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])),
  );
}
