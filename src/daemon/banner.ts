import { resolve } from 'node:path';
import { canHeal } from '../config/can-heal.ts';
import type { Config } from '../config/config.ts';
import { healAction } from '../sinks/heal/actions/registry.ts';
import type { SourceStatus } from '../streams/source.ts';
import { formatDuration } from '../time/duration.ts';

/** What the daemon says of itself at its start, in one record. Secrets are told as configured or not. */
export function banner(
  config: Config,
  facts: { sources: readonly Pick<SourceStatus, 'id' | 'endpoint'>[]; stateDir: string; dryRun: boolean },
): object {
  const { limits, report, log, alerts, heal } = config;
  const channels = alerts.channels.length + (alerts.webhook === '' ? 0 : 1);
  return {
    limits: { critical: limits.critical, errors: limits.errors, restarts: limits.restarts },
    window: formatDuration(config.window),
    reports: resolve(report.dir),
    logFile: resolve(report.dir, log.file),
    webhook: channels === 0 ? 'not configured' : 'configured',
    channels,
    heal: canHeal(heal) ? healAction(heal).summary : 'not configured',
    ...Object.fromEntries(facts.sources.map(({ id, endpoint }) => [id, endpoint])),
    state: facts.stateDir,
    dryRun: facts.dryRun,
  };
}
