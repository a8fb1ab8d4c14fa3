import { readFileSync } from 'node:fs';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { dropIns, type InstallRequest } from '../src/commands/install/drop-ins.ts';
import type { Host } from '../src/commands/install/host.ts';
import { installedRequest, serviceEnvironment } from '../src/commands/install/installed.ts';
import { planInstall, planUninstall } from '../src/commands/install/plan.ts';
import { wholeRequest } from '../src/commands/install/request.ts';
import { PLACES } from '../src/systemd/places.ts';
import { cli, LAUNCHER } from './support/cli.ts';

const UNIT = readFileSync('deploy/quantum_realtime.service', 'utf8');
const PAGE = readFileSync('deploy/quantum_realtime_page.service', 'utf8');
const PROGRAM = { root: '/src', node: '/usr/bin/node' };
const REQUEST = { user: 'qt', report: '/srv/reports', heal: '/opt/heal.sh' };

/** A host on which nothing stands in the way, but for what is given. */
function host(differs: Partial<Host> & { files?: Readonly<Record<string, string>> } = {}): Host {
  const files: Readonly<Record<string, string>> = {
    '/src/deploy/quantum_realtime.service': UNIT,
    '/src/deploy/quantum_realtime_page.service': PAGE,
    '/opt/heal.sh': '#!/bin/sh\n',
    ...differs.files,
  };
  return {
    isRoot: true,
    hasSystemd: true,
    hasUser: () => true,
    kindOf: (path) => (path in files ? 'file' : undefined),
    may: () => true,
    groupOf: () => 'docker',
    hasGroup: () => true,
    read: (path) => files[path],
    ...differs,
  };
}

describe('planning an installation', () => {
  test('the report folder, the heal command and the Docker group become drop-ins', () => {
    const { actions, refusals } = planInstall(REQUEST, PROGRAM, host());
    const written = Object.fromEntries(
      actions.flatMap((one) => (one.do === 'write' ? [[one.path, one.text]] : [])),
    );
    expect(refusals).toEqual([]);
    expect(written[PLACES.unit]).toBe(UNIT);
    expect(written[`${PLACES.dropIns}/10-report.conf`]).toContain(
      'Environment=QT_REPORT_DIR=/srv/reports\nReadWritePaths=/srv/reports\n',
    );
    expect(written[`${PLACES.dropIns}/10-heal.conf`]).toContain('Environment=QT_HEAL_COMMAND=/opt/heal.sh\n');
    expect(written[`${PLACES.dropIns}/10-docker.conf`]).toContain('SupplementaryGroups=docker\n');
    expect(actions).toContainEqual({ do: 'remove', path: `${PLACES.dropIns}/10-config.conf` });
  });

  test('settings that ask for the journal bring the group that may read it, and say so', () => {
    const install = (settings: string) => {
      const files = { '/etc/qt.yaml': settings };
      const { actions, warnings } = planInstall(
        { ...REQUEST, config: '/etc/qt.yaml' },
        PROGRAM,
        host({ files }),
      );
      const path = `${PLACES.dropIns}/10-journal.conf`;
      return {
        action: actions.find((one) => 'path' in one && one.path === path),
        warnings: warnings.join('\n'),
      };
    };
    const asked = install('sources: { journald: { units: [api] } }');
    expect(asked.action).toMatchObject({
      do: 'write',
      text: expect.stringContaining('\nSupplementaryGroups=systemd-journal\n') as string,
    });
    expect(asked.warnings).toContain('qt joins the group systemd-journal while the service runs');
    for (const settings of ['sources: { journald: false }', 'sources: { docker: true }', 'name: x', ': :'])
      expect(install(settings)).toMatchObject({
        action: { do: 'remove' },
        warnings: expect.not.stringContaining('journal') as string,
      });
  });

  test('the page is there only if it was asked for: a unit and a group of its own, and a way through to one socket', () => {
    const asked = planInstall({ ...REQUEST, page: true }, PROGRAM, host({ hasGroup: () => false })).actions;
    expect(asked).toContainEqual({ do: 'run', argv: ['groupadd', '--system', 'qt-view'], unless: false });
    expect(asked).toContainEqual({ do: 'write', path: PLACES.pageUnit, text: PAGE, mode: 0o644 });
    const dropIn = asked.find((one) => 'path' in one && one.path === `${PLACES.dropIns}/10-page.conf`);
    expect(dropIn).toMatchObject({
      do: 'write',
      text: expect.stringContaining('RuntimeDirectoryMode=0711\nSupplementaryGroups=qt-view\n') as string,
    });
    const plain = planInstall(REQUEST, PROGRAM, host({ files: { [PLACES.pageUnit]: PAGE } })).actions;
    const ended = {
      do: 'run',
      argv: ['systemctl', 'disable', '--now', 'quantum_realtime_page.service'],
      unless: false,
    };
    for (const actions of [plain, planUninstall(host({ files: { [PLACES.pageUnit]: PAGE } }), false)]) {
      expect(actions).toContainEqual(ended);
      expect(actions).toContainEqual({ do: 'remove', path: PLACES.pageUnit });
      expect(actions).toContainEqual({ do: 'remove', path: `${PLACES.dropIns}/10-page.conf` });
    }
  });

  test('the page listens on the loopback, and its user is in no group but the one that may look', () => {
    expect(PAGE).toMatch(/^ExecStart=\/opt\/quantum-realtime\/bin\/quantum-realtime page --port 7070$/m);
    expect(PAGE.match(/^(?:User|Group|SupplementaryGroups|DynamicUser)=.*$/gm)).toEqual([
      'DynamicUser=yes',
      'SupplementaryGroups=qt-view',
    ]);
    expect(UNIT).toMatch(/^RuntimeDirectoryMode=0700$/m);
  });

  test('a state directory of its own is made, and is writable in the unit; uninstall leaves it', () => {
    const files = { '/etc/qt.yaml': 'state: { dir: /srv/state }' };
    const { actions, refusals } = planInstall(
      { ...REQUEST, config: '/etc/qt.yaml' },
      PROGRAM,
      host({ files }),
    );
    expect(refusals).toEqual([]);
    expect(actions).toContainEqual({ do: 'folder', path: '/srv/state', owner: 'qt' });
    expect(actions).toContainEqual(
      expect.objectContaining({
        text: expect.stringMatching(/--config \/etc\/qt\.yaml\n.*\nReadWritePaths=\/srv\/state\n/) as string,
      }),
    );
    const removed = planUninstall(host({ files }), false).flatMap((one) => ('path' in one ? [one.path] : []));
    expect(removed).not.toContain('/srv/state');
  });

  test('a proxy needs no group', () => {
    const texts = dropIns({ ...REQUEST, docker: 'tcp://127.0.0.1:2375' }, undefined);
    expect(texts.docker).toContain('Environment=QT_DOCKER_HOST=tcp://127.0.0.1:2375\n');
    expect(texts.docker).not.toContain('SupplementaryGroups');
  });

  test('paths under /home are made visible, blanks and percent signs are kept', () => {
    const { report } = dropIns({ user: 'qt', report: '/home/me/my 100% reports' }, undefined);
    expect(report).toContain('ProtectHome=read-only');
    expect(report).toContain('ReadWritePaths="/home/me/my 100%% reports"');
  });

  test('the unit of the program it replaces is kept, and comes back at the end', () => {
    const old = { [PLACES.unit]: '[Service]\nExecStart=/usr/bin/python3 monitor.py\n' };
    const kept = { do: 'move', from: PLACES.unit, to: PLACES.replacedUnit };
    expect(planInstall(REQUEST, PROGRAM, host({ files: old })).actions).toContainEqual(kept);
    expect(
      planInstall(REQUEST, PROGRAM, host({ files: { [PLACES.unit]: UNIT } })).actions,
    ).not.toContainEqual(kept);
    const back = planUninstall(host({ files: { [PLACES.unit]: UNIT, [PLACES.replacedUnit]: 'x' } }), false);
    expect(back).toContainEqual({ do: 'move', from: PLACES.replacedUnit, to: PLACES.unit });
  });

  test('what belongs to a package is left to it: neither copied, linked nor removed', () => {
    const settings = planInstall(REQUEST, PROGRAM, host()).actions.find(
      (one) => one.do === 'write' && one.path === PLACES.environment,
    );
    const packaged = host({
      files: {
        [PLACES.packagedUnit]: UNIT,
        [`${PLACES.program}/deploy/quantum_realtime.service`]: UNIT,
        [PLACES.environment]: settings?.do === 'write' ? settings.text : '',
      },
    });
    const inPlace = { root: PLACES.program, node: '/usr/bin/node' };
    const { actions, refusals } = planInstall(REQUEST, inPlace, packaged);
    expect(refusals).toEqual([]);
    expect(actions.filter((one) => one.do === 'program' || one.do === 'link')).toEqual([]);
    expect(actions).toContainEqual({ do: 'remove', path: PLACES.unit });
    const removed = planUninstall(packaged, false).flatMap((one) => (one.do === 'remove' ? [one.path] : []));
    expect(removed).toContain(PLACES.state);
    expect(removed).not.toContain(PLACES.program);
    expect(removed).not.toContain(PLACES.environment);
    expect(planInstall(REQUEST, PROGRAM, packaged).refusals.join()).toContain(
      'apt install ./quantum-realtime_',
    );
  });

  test('one executable file is copied as the launcher it is, and not onto itself', () => {
    const oneFile = { root: '/src', node: '/root/quantum-realtime', isOneFile: true };
    expect(planInstall(REQUEST, oneFile, host()).actions).toContainEqual({
      do: 'program',
      program: oneFile,
      path: PLACES.program,
    });
    const there = { ...oneFile, node: `${PLACES.program}/bin/quantum-realtime` };
    expect(planInstall(REQUEST, there, host()).actions.some((one) => one.do === 'program')).toBe(false);
  });

  const refused: readonly (readonly [string, Host, object, RegExp])[] = [
    ['without root', host({ isRoot: false }), {}, /needs root/],
    ['without systemd', host({ hasSystemd: false }), {}, /systemd does not run here/],
    ['as root', host(), { user: 'root' }, /without privileges/],
    [
      'a user that cannot be, and no command with its name is told to be run',
      host({ hasUser: () => false, kindOf: () => 'folder' }),
      { user: 'A b', heal: undefined },
      /^--user A b: not a name useradd would take$/,
    ],
    ['a report folder in /tmp', host(), { report: '/tmp/reports' }, /\/tmp of its own/],
    ['a report folder that is a file', host(), { report: '/opt/heal.sh' }, /not a folder/],
    [
      'a folder it cannot write',
      host({ kindOf: () => 'folder', may: (_user, right) => right !== 'w' }),
      {},
      /qt cannot write there/,
    ],
    ['a heal that is not there', host(), { heal: '/opt/none' }, /no such program/],
    ['a heal it cannot execute', host({ may: (_user, right) => right !== 'x' }), {}, /cannot execute it/],
    [
      'a report folder behind one that it may not enter',
      host({
        kindOf: (path) => (path === '/root' ? 'folder' : path === '/opt/heal.sh' ? 'file' : undefined),
        may: (_user, _right, path) => path !== '/root',
      }),
      { report: '/root/a/reports' },
      /qt cannot get into \/root\. Choose another place/,
    ],
    [
      'for a user that is made now, what is not for everybody',
      host({ hasUser: () => false, may: (user) => user !== 'nobody' }),
      {},
      /qt cannot execute it/,
    ],
    ['a config that is not there', host(), { config: '/etc/none.yaml' }, /no such file/],
    [
      'a state directory in /tmp',
      host({ files: { '/etc/qt.yaml': 'state: { dir: /tmp/state }' } }),
      { config: '/etc/qt.yaml' },
      /\/tmp\/state: the service has a \/tmp of its own/,
    ],
    [
      'a state directory it cannot write',
      host({
        files: { '/etc/qt.yaml': 'state: { dir: /srv/state }' },
        kindOf: (path) => (path === '/srv/state' ? 'folder' : path === '/srv/reports' ? undefined : 'file'),
        may: (_user, right) => right !== 'w',
      }),
      { config: '/etc/qt.yaml' },
      /state\.dir \/srv\/state: qt cannot write there/,
    ],
    [
      'a webhook file with nothing in it',
      host({ files: { '/etc/hook': '\n' } }),
      { webhookFile: '/etc/hook' },
      /\/etc\/hook: is empty/,
    ],
  ];
  test.each(refused)('refused: %s', (_name, where, differs, reason) => {
    expect(planInstall({ ...REQUEST, ...differs }, PROGRAM, where).refusals.join('\n')).toMatch(reason);
  });

  test('sudo in the heal script and a root-equal group are said beforehand', () => {
    const { warnings } = planInstall(
      REQUEST,
      PROGRAM,
      host({ files: { '/opt/heal.sh': '#!/bin/sh\nsudo x\n' } }),
    );
    expect(warnings.join('\n')).toMatch(/is root on this host[\s\S]*NoNewPrivileges/);
  });
});

describe('installing again', () => {
  const NOTHING = {
    user: undefined,
    report: undefined,
    heal: undefined,
    config: undefined,
    webhookFile: undefined,
    docker: undefined,
  };
  const FIRST = {
    user: 'watcher',
    report: '/srv/my 100% reports',
    heal: '/opt/heal it.sh',
    config: '/etc/qt.yaml',
    webhookFile: '/etc/hook',
    docker: 'tcp://127.0.0.1:2375',
  };
  const installed = (request: InstallRequest) => {
    const { actions } = planInstall(request, PROGRAM, host());
    const written = actions.flatMap((one) => (one.do === 'write' ? [[one.path, one.text]] : []));
    return installedRequest(host({ files: Object.fromEntries(written) as Record<string, string> }));
  };

  test('keeps what was given before and is not given now, and says so', () => {
    const { request, kept } = wholeRequest(NOTHING, installed(FIRST));
    expect(request).toEqual(FIRST);
    expect(kept).toContain('--heal /opt/heal it.sh stays as it was; --no-heal takes it away');
    expect(kept).toHaveLength(6);
  });

  test('keeps the page until it is told to take it away', () => {
    const before = installed({ ...FIRST, page: true });
    const { request, kept } = wholeRequest(NOTHING, before);
    expect(request.page).toBe(true);
    expect(kept).toContain('--page stays as it was; --no-page takes it away');
    expect(wholeRequest({ ...NOTHING, page: false }, before).request.page).toBeUndefined();
  });

  test('takes what is given now, and takes away what it is told to', () => {
    const asked = {
      ...NOTHING,
      report: '/srv/new',
      heal: false,
      docker: false,
      config: '/etc/new.yaml',
    } as const;
    const { request } = wholeRequest(asked, installed(FIRST));
    expect(request).toEqual({
      ...FIRST,
      report: '/srv/new',
      heal: undefined,
      docker: undefined,
      config: '/etc/new.yaml',
    });
  });

  test('the first one needs a report folder, and is for the user qt', () => {
    expect(() => wholeRequest(NOTHING, installedRequest(host()))).toThrow('--report: expected the folder');
    const { request, kept } = wholeRequest({ ...NOTHING, report: '/srv/r' }, installedRequest(host()));
    expect(request).toMatchObject({ user: 'qt', report: '/srv/r', heal: undefined });
    expect(kept).toEqual([]);
  });

  test('settings are checked as the service would have them: its variables, its webhook', () => {
    const files = {
      [PLACES.environment]: '# a comment\nQT_LIMITS_ERRORS="7"\nOTHER=1\n#QT_NAME=x\n',
      '/etc/hook': 'https://example.com/hook\n',
    };
    expect(serviceEnvironment({ ...REQUEST, webhookFile: '/etc/hook' }, host({ files }))).toEqual({
      QT_ALERT_WEBHOOK: 'https://example.com/hook',
      QT_REPORT_DIR: '/srv/reports',
      QT_HEAL_COMMAND: '/opt/heal.sh',
      QT_LIMITS_ERRORS: '7',
    });
  });
});

describe('the commands', () => {
  test('install --print shows every file and changes nothing', async () => {
    const { stdout, exitCode } = await cli(['install', '--report', '/srv/none/reports', '--print']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('| ReadWritePaths=/srv/none/reports');
    expect(stdout).toContain('| WatchdogSec=120');
  });

  test.skipIf(process.getuid?.() !== 0)('install without root is refused with exit code 1', async () => {
    const { stdout, exitCode } = await execa(LAUNCHER, ['install', '--report', '/srv/none'], {
      uid: 65_534,
      reject: false,
    });
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/Nothing was done:[\s\S]*run it again with sudo/);
  });

  test('a configuration that is not usable is refused, with every reason, before anything is done', async () => {
    const { stdout } = await cli([
      'install',
      '--report',
      '/srv/none',
      '--config',
      'test/install.test.ts',
      '--print',
    ]);
    expect(stdout).toMatch(/It would be refused:[^]*test\/install\.test\.ts/);
  });

  test('a wrong endpoint is wrong usage', async () => {
    const { exitCode, stderr } = await cli([
      'install',
      '--report',
      '/srv/x',
      '--docker',
      'npipe://x',
      '--print',
    ]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('--docker is npipe://x');
  });
});
