import type { HealConfig } from '../../../config/config.ts';
import type { HealAction } from '../heal-action.ts';
import { command } from './command.ts';
import { restart } from './restart.ts';

/** All that `heal.action` may name, in the order in which the settings list it. */
export const HEAL_ACTIONS: readonly HealAction[] = [command, restart];

/** The action that the settings name. */
export function healAction(config: Pick<HealConfig, 'action'>): HealAction {
  return HEAL_ACTIONS.find(({ name }) => name === config.action) ?? command;
}
