import { realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Config } from '../../config/config.ts';

/** Why a file of our own is not followed. */
export const OWN = 'it is written by this program itself';

/** Reports and the list of incidents, as the report sink names them. */
const REPORTS = /^(?:WEEKLY_HEALTH_REPORT_\d{4}-\d\d-\d\d\.md|incidents\.jsonl)/;

/**
 * Tells the daemon's own log, with those rotated, and its reports, by their paths without links: reading them would
 * make evidence of what has been said of evidence.
 */
export function ownFiles({ report, log }: Pick<Config, 'report' | 'log'>): (realPath: string) => boolean {
  const own = join(report.dir, log.file);
  return (path) => {
    const folder = dirname(path);
    const name = basename(path);
    if (folder === real(dirname(own)) && name.startsWith(basename(own))) return true;
    return folder === real(report.dir) && REPORTS.test(name);
  };
}

/** A path without links; as it stands where there is nothing of that name. */
function real(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    return resolve(path);
  }
}
