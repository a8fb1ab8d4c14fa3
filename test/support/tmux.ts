import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { CLEAN_ENV } from './cli.ts';

/** A program in a terminal of its own, as its user sees it. */
export interface TmuxScreen {
  /** What is on the screen, without spaces at the ends of lines. */
  capture(...flags: readonly string[]): string;
  /** Waits until the screen shows a text, or is as it is asked to be. */
  shows(text: string | RegExp | ((shown: string) => boolean)): Promise<string>;
  press(...keys: readonly string[]): void;
  resize(width: number, height: number): void;
  /** The value of one of tmux's formats, such as `#{cursor_flag}`. */
  about(format: string): string;
  end(): void;
}

/** A machine that is busy starts programs slowly; milliseconds. */
const BOUND = 60_000;

/** Runs a shell command in a tmux server of its own; the screen stays once it has ended. */
export function tmuxScreen(
  command: string,
  { width, height }: { readonly width: number; readonly height: number },
): TmuxScreen {
  const server = `qt-${randomBytes(6).toString('hex')}`;
  const tmux = (...args: readonly string[]): string =>
    execFileSync('tmux', ['-L', server, '-f', '/dev/null', ...args], {
      encoding: 'utf8',
      env: { ...CLEAN_ENV, LC_ALL: 'C.UTF-8', TZ: 'UTC', TERM: 'xterm-256color' },
    });
  tmux(
    ...['new-session', '-d', '-x', String(width), '-y', String(height), '/bin/sh', '-c'],
    `${command}; echo "ended with $?"; exec cat`,
  );
  tmux('set-option', '-g', 'status', 'off');
  tmux('resize-window', '-x', String(width), '-y', String(height));
  const capture = (...flags: readonly string[]): string => tmux('capture-pane', '-p', ...flags);
  return {
    capture,
    shows: async (text) => {
      const until = performance.now() + BOUND;
      for (;;) {
        const shown = capture();
        if (isShown(shown, text)) return shown;
        if (performance.now() > until) throw new Error(`${String(text)} is not shown, but:\n${shown}`);
        await wait(100);
      }
    },
    press: (...keys) => void tmux('send-keys', ...keys),
    resize: (columns, rows) => void tmux('resize-window', '-x', String(columns), '-y', String(rows)),
    about: (format) => tmux('display-message', '-p', format).trim(),
    end: () => void tmux('kill-server'),
  };
}

function isShown(shown: string, text: string | RegExp | ((shown: string) => boolean)): boolean {
  if (typeof text === 'function') return text(shown);
  return typeof text === 'string' ? shown.includes(text) : text.test(shown);
}
