import { asyncScheduler, merge, NEVER, timer } from 'rxjs';
import type { Config } from '../../config/config.ts';
import { openLog } from '../../daemon/open-log.ts';
import { stopSignals } from '../../daemon/stop-signals.ts';
import { drain, mergeSources } from '../../streams/merge-sources.ts';
import { openSessionWriter, type SessionWriterOptions } from '../../streams/recording/session-writer.ts';
import { configuredSources } from '../../streams/registry.ts';
import { recordSession } from './record-session.ts';

/**
 * Follows the sources of these settings and records them until SIGINT or SIGTERM, or for so many milliseconds. Resolves
 * with the number of lines; rejects if the recording cannot be written.
 */
export async function recordSources(
  config: Config,
  target: SessionWriterOptions,
  length: number | undefined,
): Promise<number> {
  const log = await openLog(config, { pretty: process.stderr.isTTY, file: false });
  const writer = openSessionWriter(target);
  const context = { config, clock: asyncScheduler, log };
  const sources = configuredSources(config).map((source) => source.open(context));
  const ended$ = length === undefined ? NEVER : timer(length);
  return recordSession(
    { batches$: mergeSources(sources), flush: () => drain(sources) },
    writer,
    merge(stopSignals(), ended$),
  );
}
