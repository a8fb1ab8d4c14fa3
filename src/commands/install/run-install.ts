import { realpathSync } from 'node:fs';
import { EXIT, UsageError } from '../../usage.ts';
import { parseEndpoint } from '../../streams/docker/endpoint.ts';
import { type Action, inWords, isDone, perform, run } from './actions.ts';
import type { InstallRequest } from './drop-ins.ts';
import { thisHost } from './host.ts';
import { planInstall, planUninstall } from './plan.ts';
import { PLACES, UNIT } from '../../systemd/places.ts';
import { print } from '../print.ts';
import { printPlan } from './print-plan.ts';
import { thisProgram } from './program.ts';

/** Installs the service, or shows how; the exit code. */
export function install(
  request: InstallRequest,
  { print: only, start }: { readonly print: boolean; readonly start: boolean },
): number {
  checkEndpoint(request.docker);
  const { actions, refusals, warnings } = planInstall(request, thisProgram(mainModule()), thisHost());
  printLine(only ? 'This would be done:' : 'This is done now:');
  printPlan({ actions, warnings }, printLine, only);
  if (start) printLine(`  enable and start ${UNIT}`);
  if (refusals.length > 0) {
    printLine(only ? 'It would be refused:' : 'Nothing was done:');
    for (const refusal of refusals) printLine(`  ${refusal}`);
    return only ? EXIT.fine : EXIT.fault;
  }
  if (only) return EXIT.fine;
  const changed = performAll(actions);
  if (changed) run(['systemctl', 'daemon-reload']);
  if (!start) return done('Installed, not started.');
  run(['systemctl', 'enable', '--quiet', UNIT]);
  if (!changed && isActive()) return done('It runs, and everything was so already.');
  try {
    run(['systemctl', 'restart', UNIT]);
  } catch {
    printLine(`It does not start. journalctl -u ${UNIT} says:`);
    printLine(run(['journalctl', '--no-pager', '--quiet', '-n', '15', '-o', 'cat', '-u', UNIT]));
    return EXIT.fault;
  }
  const service = UNIT.replace('.service', '');
  const webhook = `Put the webhook into ${PLACES.environment}, then systemctl restart ${service}.`;
  return done(
    `It runs: systemctl status ${service}.${request.webhookFile === undefined ? ` ${webhook}` : ''} sudo quantum-realtime doctor tells what is missing.`,
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
  printLine(only ? 'This would be done:' : 'This is done now:');
  printPlan({ actions, warnings: ['reports stay where they are, and so does the user'] }, printLine, false);
  if (only) return EXIT.fine;
  if (!host.isRoot || !host.hasSystemd) {
    printLine(
      `Nothing was done: this needs ${host.isRoot ? 'a running systemd' : 'root: run it again with sudo'}`,
    );
    return EXIT.fault;
  }
  performAll(actions);
  return done('Uninstalled.');
}

/** Does what is not done yet, in order; whether there was anything. The first failure ends it, and says where. */
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
    changed = true;
  }
  return changed;
}

function checkEndpoint(docker: string | undefined): void {
  if (docker === undefined) return;
  try {
    parseEndpoint(docker, '--docker');
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function mainModule(): string {
  return realpathSync(process.argv[1] ?? '');
}

function isActive(): boolean {
  try {
    run(['systemctl', 'is-active', '--quiet', UNIT]);
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
