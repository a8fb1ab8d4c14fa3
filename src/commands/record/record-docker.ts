import { asyncScheduler, merge, NEVER, timer } from 'rxjs';
import type { Config } from '../../config/config.ts';
import { stopSignals } from '../../daemon/stop-signals.ts';
import { openLog } from '../../daemon/open-log.ts';
import { LOCAL_DOCKER } from '../../model.ts';
import { dockerSource } from '../../streams/docker/docker-source.ts';
import { resolveEndpoint } from '../../streams/docker/endpoint.ts';
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
  const engine = { id: LOCAL_DOCKER, endpoint: resolveEndpoint(config.docker.host) };
  const source = dockerSource(engine, { config, clock: asyncScheduler, log });
  const ended$ = length === undefined ? NEVER : timer(length);
  return recordSession(source, writer, merge(stopSignals(), ended$));
}
