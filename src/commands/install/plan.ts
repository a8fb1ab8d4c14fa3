import { dirname } from 'node:path';
import type { Action } from './actions.ts';
import { dropIns, type InstallRequest, isUnderHome } from './drop-ins.ts';
import type { Host } from './host.ts';
import { DROP_INS, dropInFile, PAGE_UNIT, PLACES, UNIT, VIEW_GROUP } from '../../systemd/places.ts';
import type { Program } from './program.ts';
import { JOURNAL_GROUP, readsJournal } from './reads-journal.ts';

/** What an installation would do, in order; why it cannot be done; and what is worth knowing before. */
export interface InstallPlan {
  readonly actions: readonly Action[];
  readonly refusals: readonly string[];
  readonly warnings: readonly string[];
}

/** By this a unit is known to be ours. */
const OURS = `${PLACES.program}/bin/quantum-realtime`;

const ENVIRONMENT = `# Settings and secrets of quantum-realtime, one NAME=value a line; read at the start of the service.
#QT_ALERT_WEBHOOK=https://discord.com/api/webhooks/…
`;

/** Plans an installation. Running it again plans the same, and finds it done. */
export function planInstall(request: InstallRequest, program: Program, host: Host): InstallPlan {
  const { user, report, config } = request;
  const newUser = !host.hasUser(user);
  const group = groupFor(request, host);
  const journal = config !== undefined && readsJournal(host.read(config) ?? '');
  const texts = dropIns(request, group, journal);
  const unit = host.read(`${program.root}/deploy/${UNIT}`) ?? '';
  const before = host.read(PLACES.unit);
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
    ...(program.root === PLACES.program ? [] : [{ do: 'program', program, path: PLACES.program } as const]),
    { do: 'link', path: PLACES.link, target: OURS },
    ...(host.read(PLACES.environment) === undefined
      ? [{ do: 'write', path: PLACES.environment, text: ENVIRONMENT, mode: 0o600 } as const]
      : []),
    ...(before === undefined || before.includes(OURS)
      ? []
      : [{ do: 'move', from: PLACES.unit, to: PLACES.replacedUnit } as const]),
    { do: 'write', path: PLACES.unit, text: unit, mode: 0o644 },
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
    refusals: refusals(request, host, newUser, unit),
    warnings: [...warnings(request, host, group), ...(journal ? journalWarnings(request, host) : [])],
  };
}

/** Takes away what `planInstall` put there, and what the service wrote for itself; never a report. */
export function planUninstall(host: Host, keepState: boolean): readonly Action[] {
  const replaced = host.read(PLACES.replacedUnit) !== undefined;
  const untouched = host.read(PLACES.environment) === ENVIRONMENT;
  return [
    {
      do: 'run',
      argv: ['systemctl', 'disable', '--now', UNIT],
      unless: host.read(PLACES.unit) === undefined,
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
    { do: 'remove', path: PLACES.link },
    { do: 'remove', path: PLACES.program },
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

function refusals(request: InstallRequest, host: Host, newUser: boolean, unit: string): readonly string[] {
  const { user, report, heal, config, webhookFile } = request;
  const found: string[] = [];
  if (!host.hasSystemd)
    found.push('systemd does not run here: start quantum-realtime run by what does instead');
  if (!host.isRoot) found.push('this needs root: run it again with sudo');
  if (unit === '')
    found.push('deploy/quantum_realtime.service is missing beside this program: install it anew');
  if (!/^[a-z_][a-z0-9_-]{0,31}$/.test(user)) found.push(`--user ${user}: not a name useradd would take`);
  if (user === 'root')
    found.push('--user root: the service is made to run without privileges; name another user');

  for (const path of [report, heal, config]) if (path !== undefined) found.push(...hidden(path));
  // A user that is made now may do what everybody may.
  const may = (right: 'r' | 'w' | 'x', path: string): boolean =>
    !host.isRoot || host.may(newUser ? 'nobody' : user, right, path);
  const kind = host.kindOf(report);
  const closed = closedFolder(report, host, may);
  if (kind !== undefined && kind !== 'folder') found.push(`--report ${report}: not a folder`);
  else if (closed !== undefined)
    found.push(
      `--report ${report}: ${user} cannot get into ${closed}. Choose another place, such as /var/lib/quantum/reports`,
    );
  else if (kind === 'folder' && newUser)
    found.push(
      `--report ${report}: exists, and ${user} does not yet, so could not write there. First: sudo ${newUserCommand(user).join(' ')} && sudo chown ${user} ${report}`,
    );
  else if (kind === 'folder' && !may('w', report))
    found.push(`--report ${report}: ${user} cannot write there. sudo chown ${user} ${report}`);

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
  return found;
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
