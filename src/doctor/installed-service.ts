import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { loadConfig } from '../config/load-config.ts';
import { environmentFile } from '../systemd/environment-file.ts';
import { PLACES, UNIT } from '../systemd/places.ts';

/** Whether the service is installed, and by this program: the one that it replaces has a unit of the same name. */
export function isInstalled(): boolean {
  return [PLACES.unit, PLACES.packagedUnit].some((path) => existsSync(path)) && existsSync(PLACES.launcher);
}

/** The unit with its drop-ins, the last of which win. */
export function unitText(): string {
  return spawnSync('systemctl', ['cat', UNIT], { encoding: 'utf8' }).stdout;
}

/** The configuration file that a unit names, and the settings among the variables that it sets itself. */
export function settingsOfUnit(unit: string): {
  readonly config: string | undefined;
  readonly env: Readonly<Record<string, string>>;
} {
  const starts = [...unit.matchAll(/^ExecStart=\S+ run(?: --config (?:"((?:[^"\\]|\\.)*)"|(\S+)))?$/gm)];
  const last = starts.at(-1);
  const config = last?.[1] ?? last?.[2];
  const env = Object.fromEntries(
    [...unit.matchAll(/^Environment=(.*)$/gm)].flatMap(([, words = '']) =>
      [...words.matchAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'|(\S+)/g)].flatMap(([, double, single, bare]) => {
        const [, name, value = ''] = /^(QT_\w+)=(.*)$/.exec(double ?? single ?? bare ?? '') ?? [];
        return name === undefined ? [] : [[name, unescaped(value)]];
      }),
    ),
  );
  return { config: config === undefined ? undefined : unescaped(config), env };
}

/**
 * The state directory of the installed service, by its own settings as far as this user may read them; undefined where
 * none is installed, or for anybody but root, who cannot enter it.
 */
export async function serviceStateDir(): Promise<string | undefined> {
  if (process.getuid?.() !== 0 || !isInstalled()) return undefined;
  const { config, env } = settingsOfUnit(unitText());
  const all = { ...env, ...environmentFile(readable(PLACES.environment)).variables };
  try {
    const loaded = config === undefined ? undefined : await loadConfig({ file: config, env: all });
    return loaded?.config.state.dir ?? all['QT_STATE_DIR'] ?? PLACES.state;
  } catch {
    // A file that is not usable says nothing of a state: what is there is that of the usual place.
    return PLACES.state;
  }
}

/** Why nobody answers for the installed service, and what to do; undefined where none is installed. */
export function whyServiceIsDown(): string | undefined {
  if (!isInstalled()) return undefined;
  const { ActiveState: state, ExecMainStatus: code = '0' } = shown(['ActiveState', 'ExecMainStatus']);
  if (state === 'active' || state === 'reloading')
    return `The service runs and does not answer yet; if that stays so: journalctl -u ${NAME} -n 20`;
  if (state === 'activating')
    return `The service is being started (it last ended with exit code ${code}): journalctl -u ${NAME} -n 20`;
  if (state === 'failed' && code === '2')
    return `The service does not run: its settings are not usable. sudo quantum-realtime check-config says what is wrong; then sudo systemctl restart ${NAME}`;
  if (state === 'failed')
    return `The service does not run: it ended with exit code ${code}, and journalctl -u ${NAME} -n 20 says why. Then: sudo systemctl restart ${NAME}`;
  return `The service does not run. Start it: sudo systemctl start ${NAME}`;
}

/** What the running service does not know yet of its files, and what it never will: a sentence each, for people. */
export function serviceNotes(): readonly string[] {
  const properties = ['ActiveState', 'ExecMainStartTimestamp', 'NeedDaemonReload'];
  const { ActiveState: state, ExecMainStartTimestamp: start, NeedDaemonReload: reload } = shown(properties);
  const isNewer =
    state === 'active' && (changedAt(PLACES.environment) ?? 0) > Number(start?.replace('@', '')) + 1;
  const { ignored } = environmentFile(readable(PLACES.environment));
  return [
    ...(reload === 'yes'
      ? [`Files of the unit have been changed since: sudo systemctl daemon-reload && ${RESTART}`]
      : isNewer
        ? [
            `${PLACES.environment} has been changed since the service was started, which reads it then: ${RESTART}`,
          ]
        : []),
    ...ignored.map(
      (line) => `${PLACES.environment}, line ${line}: systemd reads NAME=value alone, and passes over this`,
    ),
  ];
}

const NAME = UNIT.replace('.service', '');
const RESTART = `sudo systemctl restart ${NAME}`;

/** Properties of the unit; moments are `@` and seconds since 1970. */
function shown(names: readonly string[]): Readonly<Record<string, string>> {
  const asked = ['show', UNIT, '--timestamp=unix', ...names.map((name) => `--property=${name}`)];
  const { stdout } = spawnSync('systemctl', asked, { encoding: 'utf8' });
  return Object.fromEntries(
    stdout.split('\n').map((line): [string, string] => {
      const [name = '', ...rest] = line.split('=');
      return [name, rest.join('=')];
    }),
  );
}

/** Seconds since 1970. */
function changedAt(path: string): number | undefined {
  const at = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  return at === undefined ? undefined : at / 1_000;
}

function readable(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function unescaped(text: string): string {
  return text.replaceAll('%%', '%').replace(/\\(["\\])/g, '$1');
}
