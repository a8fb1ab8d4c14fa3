import { merge, NEVER, timer } from 'rxjs';
import type { Config } from '../../config/config.ts';
import { stopSignals } from '../../daemon/stop-signals.ts';
import { openLog } from '../../daemon/open-log.ts';
import { resolveEndpoint } from '../../streams/docker/endpoint.ts';
import { followDocker } from '../../streams/docker/follow-docker.ts';
import { openSessionWriter, type SessionWriterOptions } from '../../streams/recording/session-writer.ts';
import { recordSession } from './record-session.ts';

/**
 * Follows the engine of these settings and records it until SIGINT or SIGTERM, or for so many milliseconds. Resolves
 * with the number of lines; rejects if the recording cannot be written.
 */
export async function recordDocker(
  config: Config,
  target: SessionWriterOptions,
  length: number | undefined,
): Promise<number> {
  const log = await openLog(config, { pretty: process.stderr.isTTY, file: false });
  const writer = openSessionWriter(target);
  const live = followDocker({
    endpoint: resolveEndpoint(config.docker.host),
    containers: config.containers,
    window: config.window,
    restarts: config.restarts,
    log,
  });
  const ended$ = length === undefined ? NEVER : timer(length);
  return recordSession(live, writer, merge(stopSignals(), ended$));
}
