import type { Config } from './config.ts';

/**
 * What `heal.action: restart` does nothing for, in a sentence: it restarts containers through an engine, and groups of
 * files and units have none. Undefined where that action is not set, or everything that is read is a container.
 */
export function beyondRestart({ heal, sources }: Config): string | undefined {
  if (heal.action !== 'restart') return undefined;
  const others = [
    ...(sources.files.length > 0 ? ['the groups of sources.files'] : []),
    ...(sources.journald === false ? [] : ['the units of sources.journald']),
  ];
  if (others.length === 0) return undefined;
  return `heal.action: restart restarts containers only; nothing heals ${others.join(' and ')}, of which people are told`;
}
