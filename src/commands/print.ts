import { displayLines } from '../text/display.ts';
import { safeJson } from '../text/safe-text.ts';

/** Writes to standard output, with nothing in it that steers a terminal. Commands say everything through here. */
export function print(text: string): void {
  process.stdout.write(displayLines(text));
}

/** The same to standard error. */
export function printError(text: string): void {
  process.stderr.write(displayLines(text));
}

/** Writes a value as JSON with a line ending, indented unless it is to stay one line; secrets in its texts are masked. */
export function printJson(value: unknown, indent = 2): void {
  process.stdout.write(`${safeJson(value, indent)}\n`);
}
