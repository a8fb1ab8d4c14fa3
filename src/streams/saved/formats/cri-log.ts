import { basename, dirname } from 'node:path';
import type { Line, Origin } from '../../../model.ts';
import type { SavedFormat } from '../saved-format.ts';
import { type LineParser, type Origins, savedLines } from '../saved-lines.ts';
import type { SessionNotes } from '../session-notes.ts';
import { ImpossibleTimes, isPlausible } from '../stamp-keeper.ts';
import { firstDockerStamp } from './docker-logs.ts';
import { dockerStamp } from './docker-stamp.ts';

/** What is kept of one joined line, in UTF-16 units. */
const LONGEST = 1024 * 1024;

/** How many of the first lines decide. */
const LOOKED_AT = 100;

/** What stands between the timestamp and the text: the stream, and whether the line goes on in the next entry. */
const ENTRY = /^ (stdout|stderr) ([FP])(?::\S*)?(?: |$)/;

/** A Kubernetes container log: `2025-12-17T16:06:14.123456789Z stdout F text` (CRI). */
export const criLog: SavedFormat = {
  name: 'Kubernetes log',
  looksLike: looksLikeCri,
  firstStamp: firstDockerStamp,
  open: ({ file, container, path, start, origins, notes }) => [
    savedLines(file, container, criParser(container, path, start, origins, notes), notes),
  ],
};

/** Whether these first lines are a Kubernetes container log: `2025-12-17T16:06:14.123456789Z stdout F text` (CRI). */
function looksLikeCri(lines: readonly string[]): boolean {
  const stamp = dockerStamp();
  const seen = lines.filter((line) => line !== '').slice(0, LOOKED_AT);
  const entries = seen.filter((line) => ENTRY.test(line.slice(stamp.read(line) || line.length)));
  return seen.length > 0 && 2 * entries.length > seen.length;
}

/**
 * One container's log as containerd and CRI-O store it for Kubernetes. The pieces of a long line (`P`) are joined up to
 * the one that ends it (`F`), stream by stream, and take the time of the first. A line that is no entry is counted and
 * noted; a time that cannot be is that of the entry above.
 */
function criParser(
  name: string,
  path: string,
  first: number,
  origins: Origins,
  notes: SessionNotes,
): LineParser {
  const container = nameInKubernetes(path) ?? name;
  const stamp = dockerStamp();
  const impossible = new ImpossibleTimes();
  const open = new Map<Origin['stream'], Line>();
  let ts = '';
  let at = first;
  let broken = 0;
  return { parse, end };

  function parse(raw: string, push: (line: Line) => void): void {
    if (raw === '') return;
    const length = stamp.read(raw);
    const entry = length === 0 ? null : ENTRY.exec(raw.slice(length));
    if (entry === null) {
      broken += 1;
      return;
    }
    look(raw.slice(0, length));
    const stream = entry[1] === 'stderr' ? 'stderr' : 'stdout';
    const text = raw.slice(length + entry[0].length);
    const begun = open.get(stream);
    open.delete(stream);
    const line: Line =
      begun === undefined
        ? { type: 'line', origin: origins.of(container, stream), ts, at, text }
        : { ...begun, text: begun.text.length < LONGEST ? begun.text + text : begun.text };
    if (entry[2] === 'F') push(line);
    else open.set(stream, line);
  }

  function end(push: (line: Line) => void): void {
    for (const line of open.values()) push(line);
    impossible.note(path, notes);
    if (broken > 0)
      notes.skip(path, `${broken} of its lines are no entries of a Kubernetes log; the others were read`);
  }

  function look(own: string): void {
    if (isPlausible(stamp.at)) {
      ts = own;
      ({ at } = stamp);
    } else impossible.see(own);
  }
}

const POD = /^[a-z0-9.-]+_([a-z0-9.-]+)_[\w-]+$/;
const LINK = /^([a-z0-9.-]+)_[a-z0-9.-]+_([a-z0-9.-]+)-[0-9a-f]{64}\.log$/;

/**
 * `pod/container` for a file where Kubernetes keeps it: `/var/log/pods/NAMESPACE_POD_UID/CONTAINER/0.log` or
 * `/var/log/containers/POD_NAMESPACE_CONTAINER-ID.log`. Undefined elsewhere.
 */
function nameInKubernetes(path: string): string | undefined {
  const link = LINK.exec(basename(path));
  if (link !== null) return `${link[1] ?? ''}/${link[2] ?? ''}`;
  const pod = /^\d+\.log/.test(basename(path)) ? POD.exec(basename(dirname(dirname(path)))) : null;
  return pod === null ? undefined : `${pod[1] ?? ''}/${basename(dirname(path))}`;
}
