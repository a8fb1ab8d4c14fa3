import type { HealConfig } from './config.ts';

/** Whether a heal is configured: a command that is given, or any other action, each of which is asked for by name. */
export function canHeal({ action, command }: Pick<HealConfig, 'action' | 'command'>): boolean {
  return action !== 'command' || command.length > 0;
}
