import type { Line, Origin } from '../../../model.ts';
import { isNamedAsLog } from '../container-name.ts';
import type { SavedFormat } from '../saved-format.ts';
import { type LineParser, savedLines } from '../saved-lines.ts';
import { notePrefixes } from './compose-logs.ts';

/** A file without any time: its lines in their order, at a rate that is assumed. In a folder it must be named as a log. */
export const untimedLog: SavedFormat = {
  name: 'log without times',
  looksLike: (lines, { path, named }) => !isScript(lines) && (named || isNamedAsLog(path)),
  firstStamp: () => undefined,
  open(reading) {
    const { file, path, container, start, rate, origins, notes } = reading;
    notePrefixes(reading);
    notes.assume(
      `${path}: there are no times in it; its lines are taken in their order, ${rate} a second from ${new Date(start).toISOString()} on`,
    );
    return [savedLines(file, container, untimedParser(origins.of(container), start, rate), notes)];
  },
};

/** Whether these first lines are a program, which is not a log even if it is named. */
export function isScript([first]: readonly string[]): boolean {
  return first?.startsWith('#!') === true;
}

/** `rate` lines a second, from `start` (epoch milliseconds) on. */
function untimedParser(origin: Origin, start: number, rate: number): LineParser {
  let count = 0;
  return {
    parse(raw, push: (line: Line) => void) {
      const at = start + Math.floor((count * 1_000) / rate);
      count += 1;
      push({ type: 'line', origin, ts: '', at, text: raw });
    },
  };
}
