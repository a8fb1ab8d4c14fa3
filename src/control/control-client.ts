import { request } from 'node:http';
import { text } from 'node:stream/consumers';

/** A daemon's answer. */
export interface Reply {
  readonly status: number;
  readonly body: string;
}

/** Nobody listens on any of the sockets. */
export class NotRunningError extends Error {
  override name = 'NotRunningError';
}

/** A reload waits for an attempt in progress; everything else is answered at once. */
const PATIENCE = 60_000;

/**
 * Sends a request to the first daemon that listens on one of the sockets. Rejects with `NotRunningError` if none
 * does, and with a reason for people if it may not be used or does not answer.
 */
export async function ask(
  sockets: readonly string[],
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
): Promise<Reply> {
  for (const socketPath of sockets) {
    try {
      return await exchange(socketPath, method, path, body);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ENOTDIR') continue;
      throw new Error(
        code === 'EACCES'
          ? `The control socket ${socketPath} belongs to another user: ask as the daemon's user, or with sudo`
          : `The daemon at ${socketPath} does not answer (${error instanceof Error ? error.message : String(error)})`,
        { cause: error },
      );
    }
  }
  throw new NotRunningError(
    `The daemon is not running: nobody listens on ${sockets.join(' or ')}.\n` +
      'Start it (sudo systemctl start quantum_realtime), or name another one by its state directory (--state DIR) or settings (--config FILE).',
  );
}

async function exchange(socketPath: string, method: string, path: string, body: unknown): Promise<Reply> {
  const { promise, resolve, reject } = Promise.withResolvers<Reply>();
  const sent = request(
    { socketPath, method, path, host: 'localhost', agent: false, signal: AbortSignal.timeout(PATIENCE) },
    (answer) => {
      text(answer).then((received) => resolve({ status: answer.statusCode ?? 0, body: received }), reject);
    },
  );
  sent.on('error', reject);
  sent.end(body === undefined ? undefined : JSON.stringify(body));
  return promise;
}
