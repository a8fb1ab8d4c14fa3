import cliProgress from 'cli-progress';

/** A progress bar on a terminal, silent anywhere else. */
export interface Progress {
  readonly update: (done: number, total: number) => void;
  readonly close: () => void;
}

/** Shows how far a replay has come, in bytes of input; begins to show itself at the first update. */
export function openProgress(terminal: NodeJS.WriteStream): Progress {
  if (!terminal.isTTY) return { update: () => undefined, close: () => undefined };
  const bar = new cliProgress.SingleBar({
    stream: terminal,
    format: '{bar} {percentage} % of {total} bytes, {eta_formatted} left',
    hideCursor: true,
    clearOnComplete: true,
    fps: 10,
  });
  let started = false;
  return {
    update(done, total) {
      if (started) bar.update(done);
      else if (total > 0) bar.start(total, done);
      started ||= total > 0;
    },
    close() {
      if (started) bar.stop();
    },
  };
}
