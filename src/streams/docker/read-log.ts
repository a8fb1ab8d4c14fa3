import type { IncomingMessage } from 'node:http';
import type { DockerClient } from './client.ts';
import { recordsOf, type LogRecord } from './log-record.ts';
import { multiplexedFrames, rawFrames } from './frames.ts';

export interface LogRequest {
  readonly client: DockerClient;
  readonly id: string;
  /** The container has a terminal, so its log has no frames. */
  readonly tty: boolean;
  readonly follow: boolean;
  /** How many of the newest records to begin with; Infinity for all. */
  readonly tail: number;
  /** Records from this moment on (epoch milliseconds, to the second); an engine may send some of those before it. */
  readonly since?: number;
  /** Ends the read; it then resolves. */
  readonly signal: AbortSignal;
  /** The answer has begun. */
  readonly opened?: () => void;
  /** Bytes have come and have been dealt with. */
  readonly progress?: () => void;
  /** An entry without a moment in time was dropped. */
  readonly undated?: () => void;
}

/**
 * Reads a container's log and gives every record to `use`, until that returns false, the signal is aborted or the
 * answer ends. Rejects with what the engine said, or with what became of the connection. The socket is never paused:
 * a log that rotates would lose what is not read in time.
 */
export async function readLog(request: LogRequest, use: (record: LogRecord) => boolean): Promise<void> {
  const { client, id, tty, follow, tail, since, signal, opened, progress, undated } = request;
  const query = {
    stdout: '1',
    stderr: '1',
    timestamps: '1',
    ...(follow ? { follow: '1' } : {}),
    ...(tail === Infinity ? {} : { tail: `${tail}` }),
    ...(since === undefined ? {} : { since: `${Math.floor(since / 1_000)}` }),
  };
  let answer: IncomingMessage;
  try {
    // The end of a follow proves nothing, so it need not be distinguished from a cut; but of a terminal's log the last
    // line would be cut, too.
    const how = follow && !tty ? 'unchunked' : 'stream';
    answer = await client[how](`/containers/${id}/logs`, query, signal);
  } catch (error) {
    if (signal.aborted) return;
    throw error;
  }
  opened?.();
  let done = false;
  const finished = () => done;
  const sink = recordsOf((record) => {
    if (!done && !use(record)) done = true;
  }, undated);
  const framer = tty ? rawFrames(sink) : multiplexedFrames(sink);
  await new Promise<void>((resolve, reject) => {
    answer.on('data', (chunk: Buffer) => {
      if (done) return;
      try {
        framer.push(chunk);
      } catch (error) {
        if (finished()) finish();
        else fail(error);
        return;
      }
      progress?.();
      if (finished()) finish();
    });
    answer.on('end', () => {
      if (!done) framer.end();
      finish();
    });
    answer.on('error', fail);
    answer.on('close', () => fail(new Error('socket hang up')));

    function fail(error: unknown): void {
      if (signal.aborted) finish();
      else {
        done = true;
        answer.destroy();
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    }

    function finish(): void {
      done = true;
      answer.destroy();
      resolve();
    }
  });
}
