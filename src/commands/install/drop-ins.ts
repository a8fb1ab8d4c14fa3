import { PLACES, type DropIn, VIEW_GROUP } from '../../systemd/places.ts';
import { JOURNAL_GROUP, type SettingsAsks } from './settings-asks.ts';

/** What the operator asked for. Paths are absolute. */
export interface InstallRequest {
  readonly user: string;
  readonly report: string;
  readonly heal?: string | undefined;
  readonly config?: string | undefined;
  /** A file that holds the webhook's address and nothing else; handed over as a credential. */
  readonly webhookFile?: string | undefined;
  /** `unix:///path` or `tcp://host:port`. */
  readonly docker?: string | undefined;
  /** The page has a unit of its own. */
  readonly page?: boolean | undefined;
}

/**
 * The part of the unit that depends on this host: the text of every drop-in that is needed. `group` may use Docker's
 * socket; `asks`: what the settings of the configuration file want.
 */
export function dropIns(
  request: InstallRequest,
  group: string | undefined,
  { journal, stateDir }: SettingsAsks = { journal: false },
): Partial<Record<DropIn, string>> {
  const { user, report, heal, config, webhookFile, docker, page } = request;
  const homes = [report, heal, config, stateDir].filter((path) => path !== undefined && isUnderHome(path));
  const seen = homes.length === 0 ? [] : ['# Paths under /home are to be seen.', 'ProtectHome=read-only'];
  return {
    ...(user === 'qt' ? {} : { user: service(`User=${user}`, 'Group=') }),
    report: service(...seen, environment('QT_REPORT_DIR', report), `ReadWritePaths=${quoted(report)}`),
    ...(heal === undefined ? {} : { heal: service(environment('QT_HEAL_COMMAND', heal)) }),
    ...(docker === undefined && group === undefined
      ? {}
      : {
          docker: service(
            ...(docker === undefined ? [] : [environment('QT_DOCKER_HOST', docker)]),
            ...(group === undefined
              ? []
              : [
                  "# Whoever can reach Docker's socket is root on this host.",
                  `SupplementaryGroups=${group}`,
                ]),
          ),
        }),
    ...(journal
      ? {
          journal: service(
            '# sources.journald: this group may read it.',
            `SupplementaryGroups=${JOURNAL_GROUP}`,
          ),
        }
      : {}),
    ...(config === undefined
      ? {}
      : {
          config: service(
            'ExecStart=',
            `ExecStart=${PLACES.launcher} run --config ${quoted(config)}`,
            ...(stateDir === undefined ? [] : ['# Its state.dir.', `ReadWritePaths=${quoted(stateDir)}`]),
          ),
        }),
    ...(webhookFile === undefined
      ? {}
      : { webhook: service(`LoadCredential=webhook-url:${quoted(webhookFile)}`) }),
    ...(page === true
      ? {
          page: service(
            "# The page's user gets through to view.sock, which is this group's; control.sock stays the daemon's.",
            'RuntimeDirectoryMode=0711',
            `SupplementaryGroups=${VIEW_GROUP}`,
            '# To give the socket to the group. Without capabilities that is all it allows.',
            'SystemCallFilter=@chown',
          ),
        }
      : {}),
  };
}

/** Whether `ProtectHome=yes` would hide a path. */
export function isUnderHome(path: string): boolean {
  return /^\/(?:home|root|run\/user)(?:\/|$)/.test(path);
}

function service(...lines: readonly string[]): string {
  return ['# Written by quantum-realtime install, and removed by uninstall.', '[Service]', ...lines, ''].join(
    '\n',
  );
}

function environment(name: string, value: string): string {
  return `Environment=${quoted(`${name}=${value}`)}`;
}

/** As systemd reads it: `%` begins a specifier, and quotes hold blanks together. */
function quoted(text: string): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%');
  return /[\s"'\\;]/.test(text) ? `"${escaped}"` : escaped;
}

/** What `quoted` made of a text, undone. */
export function unquoted(text: string): string {
  const inner = /^"(.*)"$/.exec(text)?.[1] ?? text;
  return inner.replaceAll('%%', '%').replace(/\\(["\\])/g, '$1');
}
