import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { PLACES, UNIT } from '../systemd/places.ts';
import { isInstalled, serviceNotes, settingsOfUnit, unitText } from './installed-service.ts';

/**
 * How the installed service is examined: in a unit with its own user, settings and mounts, or not, with a note that
 * says so. `notes` are what the running service does not know of its files.
 */
export type ServiceView =
  | {
      readonly as: (args: readonly string[]) => number;
      readonly note?: undefined;
      readonly notes: readonly string[];
    }
  | { readonly as?: undefined; readonly note: string };

/**
 * The directives that decide how the service sees the host. Not RuntimeDirectory: when a unit that has it ends, the
 * running service's own would be removed.
 */
const TAKEN = new Set([
  ...['User', 'Group', 'SupplementaryGroups', 'Environment', 'EnvironmentFile', 'LoadCredential', 'UMask'],
  ...[
    'StateDirectory',
    'StateDirectoryMode',
    'WorkingDirectory',
    'ReadWritePaths',
    'ReadOnlyPaths',
    'BindPaths',
  ],
  ...['BindReadOnlyPaths', 'InaccessiblePaths', 'ProtectHome', 'ProtectSystem', 'ProtectProc', 'PrivateTmp'],
  ...['PrivateDevices', 'NoNewPrivileges', 'RestrictAddressFamilies', 'IPAddressDeny', 'IPAddressAllow'],
]);

/** Set within that unit, so that it is not started again. */
const INSIDE = 'QUANTUM_REALTIME_AS_SERVICE';

/** How a setting is made: for the installed service, while it is looked at as it sees the host, in its own file. */
export function toSet(variable: string, orElse: string, env: NodeJS.ProcessEnv = process.env): string {
  return env[INSIDE] === undefined
    ? `set ${variable}, or ${orElse}`
    : `put ${variable}=… into ${PLACES.environment}, or set ${orElse}; then sudo systemctl restart ${UNIT.replace('.service', '')}`;
}

/**
 * With the service installed, root examines the host as the service sees it: same user, groups, settings and mounts,
 * in a transient unit made from the service's directives. Any other user examines it with their own rights, and a
 * note says so. Undefined without a service.
 */
export function serviceView(env: NodeJS.ProcessEnv = process.env): ServiceView | undefined {
  if (env[INSIDE] !== undefined || !isInstalled() || !existsSync('/run/systemd/system')) return undefined;
  if (process.getuid?.() !== 0)
    return {
      note: 'This is how it looks to you, with the settings of this shell. The same with sudo shows how it looks to the service.',
    };
  return { as: (args) => lookAsService(args), notes: serviceNotes() };
}

function lookAsService(args: readonly string[]): number {
  const unit = unitText();
  const { config } = settingsOfUnit(unit);
  const { status } = spawnSync(
    'systemd-run',
    [
      '--pipe',
      '--wait',
      '--quiet',
      '--collect',
      '--service-type=exec',
      ...propertiesOf(unit).map((property) => `--property=${property}`),
      `--setenv=${INSIDE}=1`,
      '--',
      PLACES.launcher,
      ...args,
      ...(config === undefined ? [] : ['--config', config]),
    ],
    { stdio: ['ignore', 'inherit', 'inherit'] },
  );
  return status ?? 1;
}

/** The directives of `[Service]` that matter here, drop-ins last, as `systemctl cat` prints them. */
export function propertiesOf(unit: string): readonly string[] {
  return unit.split('\n').flatMap((line) => {
    const name = /^(\w+)=/.exec(line)?.[1];
    return name !== undefined && TAKEN.has(name) ? [line.trim()] : [];
  });
}
