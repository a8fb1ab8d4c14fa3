import { fingerprint } from '../classify/fingerprint.ts';
import { signalText } from './safe-observation.ts';

/** What of a line a signal carries: its text without secrets, and what tells it from others. */
export interface ShownLine {
  readonly text: string;
  readonly fingerprint: string;
}

/** Longest line that is remembered (UTF-16 units), and how many of them: under a megabyte in all. */
const REMEMBERED_LENGTH = 400;
const REMEMBERED = 500;

/** What was shown of a line before: what goes wrong, goes wrong often and in the same words. */
const known = new Map<string, ShownLine>();

/** The same for equal lines, whether it is remembered or worked out. */
export function shownLine(line: string): ShownLine {
  const before = known.get(line);
  if (before !== undefined) return before;
  const text = signalText(line);
  const shown = { text, fingerprint: fingerprint(text) };
  if (line.length > REMEMBERED_LENGTH) return shown;
  if (known.size >= REMEMBERED) known.clear();
  known.set(line, shown);
  return shown;
}
