import { describe, expect, test } from 'vitest';
import { statePlaces } from '../src/commands/ask-daemon.ts';
import { socketCandidates } from '../src/control/socket-path.ts';
import { settingsOfUnit } from '../src/doctor/installed-service.ts';
import { toSet } from '../src/doctor/service-view.ts';
import { environmentFile } from '../src/systemd/environment-file.ts';
import { cli } from './support/cli.ts';

describe('what an installed unit says', () => {
  test('the configuration file is that of the last start, whatever stands in its name', () => {
    const { config } = settingsOfUnit(
      'ExecStart=/opt/q/bin/quantum-realtime run\nExecStart=\nExecStart=/opt/q/bin/quantum-realtime run --config "/srv/my 100%% \\"own\\".yaml"\n',
    );
    expect(config).toBe('/srv/my 100% "own".yaml');
    expect(settingsOfUnit('ExecStart=/x run --config /a.yaml\nExecStart=\nExecStart=/x run\n').config).toBe(
      undefined,
    );
  });

  test('its own variables that are settings are read, the last of a name', () => {
    const { env } = settingsOfUnit(
      'Environment=QT_STATE_DIR=/a X=1\nEnvironment="QT_STATE_DIR=/b c" \'QT_NAME=two words\'\n# Environment=QT_NAME=no\n',
    );
    expect(env).toEqual({ QT_STATE_DIR: '/b c', QT_NAME: 'two words' });
  });

  test('of an environment file the settings are read, and lines that systemd passes over are named', () => {
    const read = environmentFile(
      '# QT_A=1\n\n; QT_B=1\nQT_NAME="a b"\nexport QT_WINDOW=30m\nQT_LIMITS_ERRORS 5\nLANG=C\n  QT_STATE_DIR = /s\n',
    );
    expect(read.variables).toEqual({ QT_NAME: 'a b', QT_STATE_DIR: '/s' });
    expect(read.ignored).toEqual([5, 6]);
  });
});

describe('which daemon is meant', () => {
  test('with the service installed root means the service, its state wherever it is, and nobody else', () => {
    const dirs = { named: undefined, usual: '/srv/state', isService: true };
    expect(socketCandidates(dirs, {})).toEqual([
      '/run/quantum-realtime/control.sock',
      '/srv/state/control.sock',
    ]);
    expect(statePlaces(dirs)).toEqual(['/srv/state']);
  });

  test('anybody else means their own first, and a directory that is named is the only one', () => {
    expect(statePlaces({ named: undefined, usual: '/home/a' })).toEqual([
      '/home/a',
      '/var/lib/quantum-realtime',
    ]);
    expect(statePlaces({ named: '/n', usual: '/home/a', isService: true })).toEqual(['/n']);
  });
});

test('a remedy names the place where a setting of the service stands', () => {
  const inside = { QUANTUM_REALTIME_AS_SERVICE: '1' };
  expect(toSet('QT_X', 'x.y', {})).toBe('set QT_X, or x.y');
  expect(toSet('QT_X', 'x.y', inside)).toBe(
    'put QT_X=… into /etc/quantum-realtime/environment, or set x.y; then sudo systemctl restart quantum_realtime',
  );
});

test('pause says that the unit is missing, and what was probably meant', async () => {
  const { exitCode, stderr } = await cli(['pause', '30']);
  expect(stderr).toContain('30: expected a duration such as 30m');
  expect(stderr).toContain('its unit is missing, perhaps 30m or 30h');
  expect(exitCode).toBe(2);
});
