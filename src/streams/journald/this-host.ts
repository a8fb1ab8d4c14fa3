import { existsSync, readFileSync } from 'node:fs';
import { ownUnits } from './own-units.ts';

/** What has to be known of the host whose journal is read. */
export interface ThisHost {
  /** The id of this machine, by which it signs its entries; undefined where it is not known. */
  readonly machine: string | undefined;
  /** The id of this boot; undefined where there is none. */
  readonly boot: string | undefined;
  /** The program that asks systemd. */
  readonly systemctl: string;
  readonly isOwnUnit: (unit: string) => boolean;
}

/** This host, as its files tell. */
export function thisHost(): ThisHost {
  return {
    machine: readId('/etc/machine-id'),
    boot: readId('/proc/sys/kernel/random/boot_id'),
    systemctl: 'systemctl',
    isOwnUnit: ownUnits(),
  };
}

/**
 * Which entries are of this host: a journal may hold those of others, sent to it. In a container that sees the host's
 * journal, which is of another machine than its own id tells, all are taken.
 */
export function machineOf({ machine }: ThisHost): (id: string | undefined) => boolean {
  const isHere = ['/var/log/journal', '/run/log/journal'].some((dir) =>
    existsSync(`${dir}/${machine ?? ''}`),
  );
  if (machine === undefined || !isHere) return () => true;
  return (id) => id === undefined || id === machine;
}

function readId(path: string): string | undefined {
  try {
    const id = readFileSync(path, 'utf8').trim().replaceAll('-', '');
    return /^[0-9a-f]{32}$/.test(id) ? id : undefined;
  } catch {
    return undefined;
  }
}
