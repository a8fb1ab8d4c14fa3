import type { Config } from '../config/config.ts';
import { defaultStateDir } from '../state/dir.ts';
import { checkDocker } from './check-docker.ts';
import { checkFiles } from './check-files.ts';
import { checkFleet } from './check-fleet.ts';
import { checkFolder } from './check-folder.ts';
import { checkHeal } from './check-heal.ts';
import { checkJournal } from './check-journal.ts';
import { checkRestart } from './check-restart.ts';
import { checkWebhooks } from './check-webhooks.ts';
import { healAction } from '../sinks/heal/actions/registry.ts';
import type { Finding } from './finding.ts';

/** Looks at everything that goes wrong on hosts, as this user and with these settings. Changes and posts nothing. */
export async function examine(config: Config): Promise<readonly Finding[]> {
  const [docker, files, journal, webhooks, heal, fleet] = await Promise.all([
    checkDocker(config),
    checkFiles(config),
    checkJournal(config),
    checkWebhooks(config.alerts),
    checkAction(config),
    checkFleet(config.fleet),
  ]);
  return [
    ...docker,
    ...files,
    ...journal,
    checkFolder('state', config.state.dir ?? defaultStateDir(), 'state.dir (QT_STATE_DIR)'),
    checkFolder('report', config.report.dir, 'report.dir (QT_REPORT_DIR)'),
    ...webhooks,
    ...heal,
    ...fleet,
  ];
}

/** Whether the program that the configured action runs could be started, or the engine lets it do its work. */
function checkAction(config: Config): readonly Finding[] | Promise<readonly Finding[]> {
  const command = healAction(config.heal).program(config.heal);
  return command === undefined ? checkRestart(config) : checkHeal({ ...config.heal, command: [...command] });
}
