import { EXIT, UsageError } from '../../usage.ts';
import { parseEndpoint } from '../../streams/docker/endpoint.ts';
import { type Action, inWords, isDone, perform, run } from './actions.ts';
import type { Config } from '../../config/config.ts';
import { ConfigError } from '../../config/config-error.ts';
import { loadConfig } from '../../config/load-config.ts';
import { type InstallRequest, unquoted } from './drop-ins.ts';
import { type Host, thisHost } from './host.ts';
import { installedRequest, serviceEnvironment } from './installed.ts';
import { isPackaged, planInstall, planUninstall } from './plan.ts';
import { dropInFile, PAGE_UNIT, PLACES, UNIT } from '../../systemd/places.ts';
import { print } from '../print.ts';
import { printPlan } from './print-plan.ts';
import { thisProgram } from './program.ts';
import { type AskedNow, wholeRequest } from './request.ts';

/** Installs the service, or shows how; the exit code. Nothing is touched before everything was found usable. */
export async function install(
  asked: AskedNow,
  { print: only, start }: { readonly print: boolean; readonly start: boolean },
): Promise<number> {
  const host = thisHost();
  const { request, kept } = wholeRequest(asked, installedRequest(host));
  checkEndpoint(request.docker);
  const { actions, refusals, warnings } = planInstall(request, thisProgram(), host);
  const all = [...refusals, ...(await settingsProblems(request, host))];
  const notes = [...kept, ...warnings];
  if (only) {
    printLine('This would be done:');
    printPlan({ actions, warnings: notes }, printLine, true);
    if (start) printLine(`  enable and start ${UNIT}${request.page === true ? ` and ${PAGE_UNIT}` : ''}`);
    if (all.length > 0) printRefusals('It would be refused:', all);
    return EXIT.fine;
  }
  if (all.length > 0) {
    printRefusals('Nothing was done:', all);
    return EXIT.fault;
  }
  for (const note of notes) printLine(`  note: ${note}`);
  const changed = performAll(actions);
  if (changed) run(['systemctl', 'daemon-reload']);
  if (!start) return done('Installed, not started.');
  run(['systemctl', 'enable', '--quiet', UNIT]);
  const isPageDue = request.page === true && (changed || !isActive(PAGE_UNIT));
  if (!changed && !isPageDue && isActive(UNIT)) return done('It runs, and everything was so already.');
  if ((changed || !isActive(UNIT)) && !restarted(UNIT)) return EXIT.fault;
  if (isPageDue) {
    run(['systemctl', 'enable', '--quiet', PAGE_UNIT]);
    if (!restarted(PAGE_UNIT)) return EXIT.fault;
    printLine(
      `The page: http://127.0.0.1:7070/, on this host alone; the code for it: journalctl -u ${PAGE_UNIT.replace('.service', '')}`,
    );
  }
  const service = UNIT.replace('.service', '');
  const told = request.webhookFile !== undefined || (await hasChannel(request, host));
  const webhook = told
    ? ''
    : ` Put the webhook into ${PLACES.environment}, then systemctl restart ${service}.`;
  return done(
    `It runs: systemctl status ${service}.${webhook} sudo quantum-realtime doctor tells what is missing.`,
  );
}

/** Removes the service and everything it kept, except reports and settings; the exit code. */
export function uninstall({
  print: only,
  keepState,
}: {
  readonly print: boolean;
  readonly keepState: boolean;
}): number {
  const host = thisHost();
  const actions = planUninstall(host, keepState);
  const isRemoved = actions.some((action) => action.do === 'remove' && action.path === PLACES.environment);
  const stateDir = /^ReadWritePaths=(.+)$/m.exec(host.read(dropInFile('config')) ?? '')?.[1];
  const stays = [
    'reports',
    ...(stateDir === undefined ? [] : [`the state in ${unquoted(stateDir)}`]),
    ...(isRemoved || host.kindOf(PLACES.environment) === undefined ? [] : [PLACES.environment]),
  ];
  const notes = [
    `${stays.join(', ')} and the user stay`,
    ...(isPackaged(host)
      ? ['the program stays: it belongs to the package. apt remove quantum-realtime']
      : []),
  ];
  if (only) {
    printLine('This would be done:');
    printPlan({ actions, warnings: notes }, printLine, false);
    return EXIT.fine;
  }
  if (!host.isRoot || !host.hasSystemd) {
    const needs = host.isRoot ? 'a running systemd' : 'root: run it again with sudo';
    printLine(`Nothing was done: this needs ${needs}`);
    return EXIT.fault;
  }
  const isThere = [PLACES.unit, PLACES.program, PLACES.state].some((path) => host.kindOf(path) !== undefined);
  if (!isThere) return done('Nothing was done: it is not installed.');
  for (const note of notes) printLine(`  note: ${note}`);
  performAll(actions);
  return done('Uninstalled.');
}

/** Does what is not done yet, in order, and prints each as it is done; whether there was anything. The first failure ends it. */
function performAll(actions: readonly Action[]): boolean {
  let changed = false;
  for (const action of actions) {
    if (isDone(action)) continue;
    try {
      perform(action);
    } catch (error) {
      throw new Error(`${inWords(action)}: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
    printLine(`  ${inWords(action)}`);
    changed = true;
  }
  return changed;
}

/** What is wrong with the settings as the service would have them: a bad file must not stop one that runs. */
async function settingsProblems(request: InstallRequest, host: Host): Promise<readonly string[]> {
  const { config } = request;
  if (config !== undefined && host.kindOf(config) !== 'file') return [];
  try {
    await serviceSettings(request, host);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

async function hasChannel(request: InstallRequest, host: Host): Promise<boolean> {
  const { alerts } = await serviceSettings(request, host);
  return alerts.webhook !== '' || alerts.channels.length > 0;
}

async function serviceSettings(request: InstallRequest, host: Host): Promise<Config> {
  return (await loadConfig({ file: request.config, env: serviceEnvironment(request, host) })).config;
}

function printRefusals(title: string, refusals: readonly string[]): void {
  printLine(title);
  for (const refusal of refusals) printLine(`  ${refusal}`);
}

function checkEndpoint(docker: string | undefined): void {
  if (docker === undefined) return;
  try {
    parseEndpoint(docker, '--docker');
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** Restarts a unit; if it does not come up, says why and is false. */
function restarted(unit: string): boolean {
  try {
    run(['systemctl', 'restart', unit]);
    return true;
  } catch {
    printLine(`It does not start. journalctl -u ${unit} says:`);
    printLine(run(['journalctl', '--no-pager', '--quiet', '-n', '15', '-o', 'cat', '-u', unit]));
    return false;
  }
}

function isActive(unit: string): boolean {
  try {
    run(['systemctl', 'is-active', '--quiet', unit]);
    return true;
  } catch {
    return false;
  }
}

function done(text: string): number {
  printLine(text);
  return EXIT.fine;
}

function printLine(line: string): void {
  print(`${line}\n`);
}
