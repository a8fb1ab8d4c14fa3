import cliProgress from 'cli-progress';
import { displayLines } from '../../text/display.ts';

/** A progress bar on a terminal, silent anywhere else. */
export interface Progress {
  /** Bytes of input read so far, and how many there are; 0 if that is not known. */
  readonly update: (done: number, total: number) => void;
  /** Writes a line, above the bar if there is one. */
  readonly say: (line: string) => void;
  /** Removes the bar and shows the terminal's cursor again. */
  readonly close: () => void;
}

const MIB = 1024 * 1024;

/** Shows how far a replay has come; begins to show itself at the first update. */
export function openProgress(terminal: NodeJS.WriteStream): Progress {
  const write = (line: string): void => void terminal.write(`${displayLines(line)}\n`);
  if (!terminal.isTTY) return { update: () => undefined, say: write, close: () => undefined };

  const bar = new cliProgress.SingleBar({
    stream: terminal,
    format: '{bar} {percentage} % of {size} MiB, {eta_formatted} left',
    hideCursor: true,
    clearOnComplete: true,
    fps: 10,
  });
  let shown: readonly [done: number, total: number] | undefined;
  return { update, say, close };

  function update(done: number, total: number): void {
    if (total === 0) return;
    if (shown === undefined) bar.start(total, done, { size: (total / MIB).toFixed(1) });
    else bar.update(done);
    shown = [done, total];
  }

  /** The bar clears the line that it began on, so it begins anew below. */
  function say(line: string): void {
    const before = shown;
    close();
    write(line);
    if (before !== undefined) update(...before);
  }

  function close(): void {
    if (shown !== undefined) bar.stop();
    shown = undefined;
  }
}
