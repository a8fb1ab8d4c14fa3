import { fstatSync } from 'node:fs';
import { join } from 'node:path';
import { destination, type DestinationStream, type Logger, multistream, pino, type StreamEntry } from 'pino';
import type { Config } from '../config/config.ts';
import { safeJson } from '../text/safe-text.ts';
import { rotatingFile } from './rotating-file.ts';

/** Where the daemon's log goes beside the report directory's file. */
export interface LogTarget {
  /** Pretty lines for people; otherwise JSON, a record a line. */
  readonly pretty: boolean;
  /** False for a trial: nothing is written into the report directory. */
  readonly file: boolean;
}

/**
 * The daemon's own log: standard error (under systemd the journal, with priorities it understands), and the log file
 * in the report directory, rotated by size. A file that cannot be written is said once and done without: watching
 * matters more. Every text in a record is made safe before it goes anywhere. The level may be changed later, on the logger.
 */
export async function openLog(
  { log, report }: Pick<Config, 'log' | 'report'>,
  target: LogTarget,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Logger> {
  const told = target.pretty ? await forPeople() : isJournal(2, env) ? forJournal(2) : plain(2);
  const streams: StreamEntry[] = [{ level: 'trace', stream: told }];
  if (target.file) {
    const file = rotatingFile(
      join(report.dir, log.file),
      { maxSize: log.maxSize, keep: log.keep },
      (problem) => {
        // The record that failed has been told already; this one comes when the logger is done with that.
        queueMicrotask(() =>
          logger.warn({ problem, file: log.file }, 'the log file cannot be written; going on without it'),
        );
      },
    );
    streams.push({ level: 'trace', stream: file });
  }
  const logger = pino(
    {
      level: log.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      hooks: { streamWrite: (record) => `${safeJson(JSON.parse(record))}\n` },
    },
    multistream(streams),
  );
  return logger;
}

/** Whether a descriptor of ours is the journal's: systemd says which, since a pipe may stand in between. */
function isJournal(fd: number, env: NodeJS.ProcessEnv): boolean {
  const { dev, ino } = fstatSync(fd);
  return env['JOURNAL_STREAM'] === `${dev}:${ino}`;
}

/** pino's levels as syslog's priorities. Source: sd-daemon(3). */
function priorityOf(level: number): number {
  if (level >= 60) return 2;
  if (level >= 50) return 3;
  if (level >= 40) return 4;
  return level >= 30 ? 6 : 7;
}

/** Begins every record with its priority, as `SyslogLevelPrefix=` (on by default) understands it. */
function forJournal(fd: number): DestinationStream {
  const journal = plain(fd);
  const stream = {
    [Symbol.for('pino.metadata')]: true,
    lastLevel: 30,
    write: (record: string) => {
      journal.write(`<${priorityOf(stream.lastLevel)}>${record}`);
    },
  };
  return stream;
}

function plain(fd: number): DestinationStream {
  return destination({ dest: fd, sync: true });
}

async function forPeople(): Promise<DestinationStream> {
  const { default: prettify } = await import('pino-pretty');
  return prettify({ destination: 2, sync: true, translateTime: 'SYS:HH:MM:ss', ignore: 'pid,hostname' });
}
