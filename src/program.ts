import { Command } from 'commander';
import { ackCommand } from './commands/ack.ts';
import { adviseCommand } from './commands/advise.ts';
import { alertsCommand } from './commands/alerts.ts';
import { backtestCommand } from './commands/backtest.ts';
import { checkConfigCommand } from './commands/check-config.ts';
import { classifyCommand } from './commands/classify.ts';
import { demoCommand } from './commands/demo.ts';
import { digestCommand } from './commands/digest.ts';
import { fleetCommand } from './commands/fleet.ts';
import { healCommand } from './commands/heal.ts';
import { incidentsCommand } from './commands/incidents.ts';
import { doctorCommand } from './commands/doctor.ts';
import { historyCommand } from './commands/history.ts';
import { installCommand } from './commands/install.ts';
import { pageCommand } from './commands/page.ts';
import { pauseCommand } from './commands/pause.ts';
import { recordCommand } from './commands/record.ts';
import { reloadCommand } from './commands/reload.ts';
import { replayCommand } from './commands/replay.ts';
import { resumeCommand } from './commands/resume.ts';
import { runCommand } from './commands/run.ts';
import { silenceCommand } from './commands/silence.ts';
import { statusCommand } from './commands/status.ts';
import { testAlertCommand } from './commands/test-alert.ts';
import { testCommand } from './commands/test.ts';
import { uninstallCommand } from './commands/uninstall.ts';
import { watchCommand } from './commands/watch.ts';
import type { Config } from './config/config.ts';
import { VERSION } from './version.ts';

/** What goes for every command. */
const HELP = `
Settings: --config FILE, then the environment (QT_LIMITS_ERRORS=100), then flags,
then labels of containers; later ones win, and check-config shows them.
Exit codes: 0 fine, 1 fault, 2 wrong usage or configuration, 3 an expectation was
not met.`;

/** The command line: every command with its options and help. */
export const program = new Command('quantum-realtime')
  .description('Follows the logs of every Docker container on this host, and acts when something goes wrong.')
  .version(VERSION)
  .showHelpAfterError('(quantum-realtime --help shows what there is)')
  .addHelpText('after', HELP)
  .exitOverride();

/** For commands that want nothing of the settings but the settings. */
async function load(options: Readonly<Record<string, unknown>>): Promise<Config> {
  const { loadConfig } = await import('./config/load-config.ts');
  const file = options['config'];
  return (await loadConfig({ file: typeof file === 'string' ? file : undefined, env: process.env })).config;
}

program.commandsGroup('Watching:');
runCommand(program);
statusCommand(program);
watchCommand(program);
pageCommand(program);
incidentsCommand(program);
historyCommand(program);
digestCommand(program);
adviseCommand(program);
fleetCommand(program, load);
doctorCommand(program);

program.commandsGroup('Operating:');
pauseCommand(program);
resumeCommand(program);
ackCommand(program);
healCommand(program);
silenceCommand(program);
reloadCommand(program);
testAlertCommand(program, load);
alertsCommand(program);
checkConfigCommand(program);
installCommand(program);
uninstallCommand(program);

program.commandsGroup('Trying out:');
demoCommand(program);
replayCommand(program);
recordCommand(program);
backtestCommand(program);
testCommand(program);
classifyCommand(program);

for (const command of program.commands)
  command.exitOverride().showHelpAfterError(`(quantum-realtime ${command.name()} --help)`);
