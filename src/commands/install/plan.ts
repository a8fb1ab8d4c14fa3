import { dirname } from 'node:path';
import type { Action } from './actions.ts';
import { dropIns, type InstallRequest, isUnderHome } from './drop-ins.ts';
import type { Host } from './host.ts';
import { DROP_INS, dropInFile, PAGE_UNIT, PLACES, UNIT, VIEW_GROUP } from '../../systemd/places.ts';
import { isInPlace, type Program } from './program.ts';
import { JOURNAL_GROUP, settingsAsks } from './settings-asks.ts';

/** What an installation would do, in order; why it cannot be done; and what is worth knowing before. */
export interface InstallPlan {
  readonly actions: readonly Action[];
  readonly refusals: readonly string[];
  readonly warnings: readonly string[];
}

/** The file of settings that a new installation begins with; a package brings the same. */
export const ENVIRONMENT = `# Settings and secrets of quantum-realtime, one NAME=value a line; read at the start of the service.
#QT_ALERT_WEBHOOK=https://discord.com/api/webhooks/…
`;

/** Plans an installation. Running it again plans the same, and finds it done. */
export function planInstall(request: InstallRequest, program: Program, host: Host): InstallPlan {
  const { user, report, config } = request;
  const newUser = !host.hasUser(user);
  const group = groupFor(request, host);
  const asks = settingsAsks(config === undefined ? '' : (host.read(config) ?? ''));
  const texts = dropIns(request, group, asks);
  const unit = host.read(`${program.root}/deploy/${UNIT}`) ?? '';
  const before = host.read(PLACES.unit);
  const packaged = isPackaged(host);
  const actions: Action[] = [
    { do: 'run', argv: newUserCommand(user), unless: !newUser },
    ...(request.page === true
      ? [
          {
            do: 'run',
            argv: ['groupadd', '--system', VIEW_GROUP],
            unless: host.hasGroup(VIEW_GROUP),
          } as const,
        ]
      : []),
    { do: 'folder', path: report, owner: user },
    ...(asks.stateDir === undefined ? [] : [{ do: 'folder', path: asks.stateDir, owner: user } as const]),
    ...(isInPlace(program) ? [] : [{ do: 'program', program, path: PLACES.program } as const]),
    ...(packaged ? [] : [{ do: 'link', path: PLACES.link, target: PLACES.launcher } as const]),
    ...(host.read(PLACES.environment) === undefined
      ? [{ do: 'write', path: PLACES.environment, text: ENVIRONMENT, mode: 0o600 } as const]
      : []),
    ...(before === undefined || before.includes(PLACES.launcher)
      ? []
      : [{ do: 'move', from: PLACES.unit, to: PLACES.replacedUnit } as const]),
    packaged
      ? { do: 'remove', path: PLACES.unit }
      : { do: 'write', path: PLACES.unit, text: unit, mode: 0o644 },
    ...DROP_INS.map((name): Action => {
      const text = texts[name];
      const path = dropInFile(name);
      return text === undefined ? { do: 'remove', path } : { do: 'write', path, text, mode: 0o644 };
    }),
    ...(request.page === true
      ? [
          {
            do: 'write',
            path: PLACES.pageUnit,
            text: host.read(`${program.root}/deploy/${PAGE_UNIT}`) ?? '',
            mode: 0o644,
          } as const,
        ]
      : withoutPage(host)),
  ];
  return {
    actions,
    refusals: [
      ...(packaged && !isInPlace(program) ? [PACKAGED] : []),
      ...refusals(request, host, { newUser, unit, stateDir: asks.stateDir }),
    ],
    warnings: [...warnings(request, host, group), ...(asks.journal ? journalWarnings(request, host) : [])],
  };
}

/** Whether program and unit belong to a package: they are changed by upgrading it, and go when it is removed. */
export function isPackaged(host: Host): boolean {
  return host.read(PLACES.packagedUnit) !== undefined;
}

const PACKAGED =
  'the package quantum-realtime is installed here: upgrade it (apt install ./quantum-realtime_….deb), and run its own quantum-realtime install';

/** Takes away what `planInstall` put there, and what the service wrote for itself; never a report. */
export function planUninstall(host: Host, keepState: boolean): readonly Action[] {
  const replaced = host.read(PLACES.replacedUnit) !== undefined;
  const untouched = host.read(PLACES.environment) === ENVIRONMENT && !isPackaged(host);
  return [
    {
      do: 'run',
      argv: ['systemctl', 'disable', '--now', UNIT],
      unless: host.read(PLACES.unit) === undefined && !isPackaged(host),
    },
    ...withoutPage(host),
    { do: 'remove', path: PLACES.unit },
    ...DROP_INS.map((name): Action => ({ do: 'remove', path: dropInFile(name) })),
    { do: 'remove-empty', path: PLACES.dropIns },
    ...(replaced ? [{ do: 'move', from: PLACES.replacedUnit, to: PLACES.unit } as const] : []),
    { do: 'run', argv: ['systemctl', 'daemon-reload'] },
    { do: 'run', argv: ['systemctl', 'reset-failed'] },
    ...(untouched ? [{ do: 'remove', path: PLACES.environment } as const] : []),
    { do: 'remove-empty', path: PLACES.settings },
    { do: 'remove', path: PLACES.cache },
    ...(keepState ? [] : [{ do: 'remove', path: PLACES.state } as const]),
    ...(isPackaged(host)
      ? []
      : [{ do: 'remove', path: PLACES.link } as const, { do: 'remove', path: PLACES.program } as const]),
  ];
}

/** Ends the page's service, if there is one. */
function withoutPage(host: Host): readonly Action[] {
  return [
    {
      do: 'run',
      argv: ['systemctl', 'disable', '--now', PAGE_UNIT],
      unless: host.read(PLACES.pageUnit) === undefined,
    },
    { do: 'remove', path: PLACES.pageUnit },
  ];
}

function newUserCommand(user: string): readonly string[] {
  return [
    'useradd',
    '--system',
    '--user-group',
    '--no-create-home',
    '--home-dir',
    PLACES.state,
    '--shell',
    '/usr/sbin/nologin',
    user,
  ];
}

/** The group that may use the local socket; none where the engine is reached in another way. */
function groupFor({ docker }: InstallRequest, host: Host): string | undefined {
  if (docker !== undefined && !docker.startsWith('unix://')) return undefined;
  const socket = docker?.slice('unix://'.length) ?? '/var/run/docker.sock';
  return host.groupOf(socket) ?? (host.hasGroup('docker') ? 'docker' : undefined);
}

function refusals(
  request: InstallRequest,
  host: Host,
  { newUser, unit, stateDir }: { newUser: boolean; unit: string; stateDir: string | undefined },
): readonly string[] {
  const { user, report, heal, config, webhookFile } = request;
  const found: string[] = [];
  if (!host.hasSystemd)
    found.push('systemd does not run here: start quantum-realtime run by what does instead');
  if (!host.isRoot) found.push('this needs root: run it again with sudo');
  if (unit === '')
    found.push('deploy/quantum_realtime.service is missing beside this program: install it anew');
  if (!USER_NAME.test(user)) found.push(`--user ${user}: not a name useradd would take`);
  if (user === 'root')
    found.push('--user root: the service is made to run without privileges; name another user');

  for (const path of [report, heal, config, stateDir]) if (path !== undefined) found.push(...hidden(path));
  // A user that is made now may do what everybody may.
  const may: May = (right, path) => !host.isRoot || host.may(newUser ? 'nobody' : user, right, path);
  if (USER_NAME.test(user)) {
    found.push(...folderRefusals('--report', report, request, host, newUser, may));
    if (stateDir !== undefined)
      found.push(...folderRefusals('state.dir', stateDir, request, host, newUser, may));
  }

  if (heal !== undefined) {
    if (host.kindOf(heal) !== 'file')
      found.push(`--heal ${heal}: no such program; --heal takes the path of one, without arguments`);
    else if (!may('x', heal))
      found.push(`--heal ${heal}: ${user} cannot execute it. sudo chmod a+rx ${heal} (and its folders)`);
    if (heal.includes(',')) found.push(`--heal ${heal}: a comma would part it; rename it, or use --config`);
  }
  if (config !== undefined) {
    if (host.kindOf(config) !== 'file') found.push(`--config ${config}: no such file`);
    else if (!may('r', config))
      found.push(
        newUser
          ? `--config ${config}: ${user} could not read it. sudo chmod a+r ${config} (and its folders)`
          : `--config ${config}: ${user} cannot read it. sudo chgrp ${user} ${config} && sudo chmod g+r ${config}`,
      );
  }
  if (webhookFile !== undefined && host.kindOf(webhookFile) !== 'file')
    found.push(`--webhook-file ${webhookFile}: no such file`);
  else if (webhookFile !== undefined && host.isRoot && host.read(webhookFile)?.trim() === '')
    found.push(`--webhook-file ${webhookFile}: is empty; put the webhook's address into it`);
  return found;
}

const USER_NAME = /^[a-z_][a-z0-9_-]{0,31}$/;

type May = (right: 'r' | 'w' | 'x', path: string) => boolean;

/** Why the service could not write into a folder, which is made if it is not there. */
function folderRefusals(
  option: string,
  path: string,
  { user }: InstallRequest,
  host: Host,
  newUser: boolean,
  may: May,
): readonly string[] {
  const kind = host.kindOf(path);
  const closed = closedFolder(path, host, may);
  const place = option === '--report' ? '/var/lib/quantum/reports' : '/var/lib/quantum/state';
  if (kind !== undefined && kind !== 'folder') return [`${option} ${path}: not a folder`];
  if (closed !== undefined)
    return [`${option} ${path}: ${user} cannot get into ${closed}. Choose another place, such as ${place}`];
  if (kind === 'folder' && newUser)
    return [
      `${option} ${path}: exists, and ${user} does not yet, so could not write there. First: sudo ${newUserCommand(user).join(' ')} && sudo chown ${user} ${path}`,
    ];
  return kind === 'folder' && !may('w', path)
    ? [`${option} ${path}: ${user} cannot write there. sudo chown ${user} ${path}`]
    : [];
}

/** The first folder on the way to a path that the user may not pass through; undefined if there is none. */
function closedFolder(
  path: string,
  host: Host,
  may: (right: 'x', path: string) => boolean,
): string | undefined {
  const above = dirname(path);
  if (above === path) return undefined;
  const closed = closedFolder(above, host, may);
  return closed ?? (host.kindOf(above) === 'folder' && !may('x', above) ? above : undefined);
}

function hidden(path: string): readonly string[] {
  return /^\/(?:var\/)?tmp(?:\/|$)/.test(path)
    ? [`${path}: the service has a /tmp of its own and would not see it; choose another place`]
    : [];
}

function journalWarnings({ user }: InstallRequest, host: Host): readonly string[] {
  return [
    host.hasGroup(JOURNAL_GROUP)
      ? `${user} joins the group ${JOURNAL_GROUP} while the service runs: it may read the logs of everything on this host`
      : `there is no group ${JOURNAL_GROUP} here, which sources.journald needs: the service would not start`,
  ];
}

function warnings(request: InstallRequest, host: Host, group: string | undefined): readonly string[] {
  const { heal, report, docker, user } = request;
  const found: string[] = [];
  if (group !== undefined)
    found.push(
      `${user} joins the group ${group} while the service runs: whoever can use Docker's socket is root on this host. A socket proxy (--docker tcp://…) avoids that.`,
    );
  else if (docker === undefined)
    found.push('there is no Docker socket and no group docker here yet: run install again once there is');
  if (heal !== undefined && /\bsudo\b|(?:^|[\s;&|])su\s/m.test(host.read(heal) ?? ''))
    found.push(
      `${heal} uses sudo or su, which cannot work in the service (NoNewPrivileges): let the Docker API do it`,
    );
  if (isUnderHome(report))
    found.push(`${report} is under a home folder: the service gets to see all of /home, read-only`);
  return found;
}
