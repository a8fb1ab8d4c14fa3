import type { Config } from '../config/config.ts';
import { defaultStateDir } from '../state/dir.ts';
import { checkDocker } from './check-docker.ts';
import { checkFolder } from './check-folder.ts';
import { checkHeal } from './check-heal.ts';
import { checkRestart } from './check-restart.ts';
import { checkWebhooks } from './check-webhooks.ts';
import type { HealAction } from '../sinks/heal/heal-action.ts';
import { healAction } from '../sinks/heal/actions/registry.ts';
import type { Finding } from './finding.ts';

/** Looks at everything that goes wrong on hosts, as this user and with these settings. Changes and posts nothing. */
export async function examine(config: Config): Promise<readonly Finding[]> {
  const [docker, webhooks, heal] = await Promise.all([
    checkDocker(config),
    checkWebhooks(config.alerts),
    HEAL_CHECKS[healAction(config.heal).needs](config),
  ]);
  return [
    ...docker,
    checkFolder('state', config.state.dir ?? defaultStateDir(), 'state.dir (QT_STATE_DIR)'),
    checkFolder('report', config.report.dir, 'report.dir (QT_REPORT_DIR)'),
    ...webhooks,
    ...heal,
  ];
}

/** By what the configured action needs. */
const HEAL_CHECKS: Readonly<
  Record<HealAction['needs'], (config: Config) => readonly Finding[] | Promise<readonly Finding[]>>
> = { program: ({ heal }) => checkHeal(heal), engine: checkRestart };
