import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import type { Tally } from '../../src/model.ts';
import { RollingWindow, type SavedBucket } from '../../src/operators/rolling-window.ts';
import { STATE_FILE } from '../../src/state/database.ts';
import { CLEAN_ENV, LAUNCHER } from './cli.ts';

/** One record of the daemon's log. */
export type LogRecord = Readonly<Record<string, unknown>> & { readonly msg: string };

/** The built daemon in a process of its own, with its state and reports in folders that outlive it. */
export interface DaemonHome {
  readonly stateDir: string;
  readonly reportDir: string;
  /** `enter`: a shell command that is run first, in the process that becomes the daemon. */
  start(env?: Readonly<Record<string, string>>, args?: readonly string[], enter?: string): DaemonProcess;
  /** The rolling window as it is on disk, whether the daemon runs or not. */
  storedTally(now?: number): Tally;
  remove(): void;
}

export interface DaemonProcess {
  readonly pid: number;
  readonly log: readonly LogRecord[];
  /** Resolves with the first record, past or future, that the predicate accepts; rejects after the bound or at the exit. */
  logged(what: string, accept: (record: LogRecord) => boolean): Promise<LogRecord>;
  /** Sends a signal and resolves with the exit code, or the signal's name. */
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null>;
  readonly exited: Promise<number | NodeJS.Signals | null>;
}

const BOUND = 60_000;

export function daemonHome(settings: Readonly<Record<string, string>>): DaemonHome {
  const dir = mkdtempSync(join(tmpdir(), 'qt-daemon-'));
  const stateDir = join(dir, 'state');
  const reportDir = join(dir, 'reports');
  return {
    stateDir,
    reportDir,
    start: (env = {}, args = [], enter = 'true') =>
      daemonProcess(
        spawn('/bin/sh', ['-c', `${enter} && exec "$0" run "$@"`, LAUNCHER, ...args], {
          env: { ...CLEAN_ENV, QT_STATE_DIR: stateDir, QT_REPORT_DIR: reportDir, ...settings, ...env },
          stdio: ['ignore', 'inherit', 'pipe'],
        }),
      ),
    storedTally: (now = Date.now()) => {
      const database = new DatabaseSync(join(stateDir, STATE_FILE), { readOnly: true });
      try {
        const rows = database.prepare('SELECT value FROM window').all();
        const buckets = rows.map(({ value }) => JSON.parse(String(value)) as SavedBucket);
        return new RollingWindow({ length: 3_600_000 }, buckets).tally(now);
      } finally {
        database.close();
      }
    },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}

function daemonProcess(child: ChildProcess): DaemonProcess {
  const log: LogRecord[] = [];
  const watchers = new Set<() => void>();
  if (child.stderr === null) throw new Error('the daemon has no standard error');
  createInterface({ input: child.stderr }).on('line', (line) => {
    log.push(line.startsWith('{') ? (JSON.parse(line) as LogRecord) : { msg: line });
    for (const look of watchers) look();
  });
  const exited = once(child, 'exit').then(
    ([code, signal]) => (code ?? signal) as number | NodeJS.Signals | null,
  );
  const logged: DaemonProcess['logged'] = (what, accept) =>
    new Promise((resolve, reject) => {
      const finish = (): void => {
        clearTimeout(bound);
        watchers.delete(look);
      };
      const fail = (why: string): void => {
        finish();
        reject(
          new Error(`${what}: ${why}; the log:\n${log.map((record) => JSON.stringify(record)).join('\n')}`),
        );
      };
      const look = (): void => {
        const found = log.find(accept);
        if (found === undefined) return;
        finish();
        resolve(found);
      };
      const bound = setTimeout(() => fail('waited in vain'), BOUND);
      watchers.add(look);
      void exited.then((code) => fail(`the daemon ended with ${code}`));
      look();
    });
  return {
    pid: child.pid ?? 0,
    log,
    logged,
    exited,
    end: (signal) => {
      child.kill(signal);
      return exited;
    },
  };
}
