import type { Command } from 'commander';
import { asService } from './as-service.ts';
import { print, printError, printJson } from './print.ts';

interface Flags {
  readonly config?: string;
  readonly state?: string;
  readonly report?: string;
  readonly json?: boolean;
}

/**
 * `check-config`: validates the settings and prints the effective ones with where each came from, what containers set for
 * themselves by their labels, and which channel gets what. Exit 2 for settings that are not usable, 1 for a label, a file of
 * certificates or a heal command that is not.
 */
export function checkConfigCommand(program: Command): void {
  program
    .command('check-config')
    .description('validate the configuration and print the effective settings with their sources')
    .option('--config <file>', 'configuration file (YAML)')
    .option('--state <dir>', 'as run takes it')
    .option('--report <dir>', 'as run takes it')
    .option('--json', 'one JSON array instead of a list')
    .action(async (flags: Flags) => {
      const own = flags.config ?? flags.state ?? flags.report;
      if (own === undefined && (await asService())) return;
      const [
        { loadConfig },
        { effectiveSettings },
        { beyondRestart },
        { containerSettings },
        { imageSettings },
      ] = await Promise.all([
        import('../config/load-config.ts'),
        import('../config/effective-settings.ts'),
        import('../config/beyond-restart.ts'),
        import('./check-config/container-settings.ts'),
        import('./check-config/image-settings.ts'),
      ]);
      const loaded = await loadConfig({
        file: flags.config,
        env: process.env,
        flags: { 'state.dir': flags.state, 'report.dir': flags.report },
      });
      const { caProblem } = await import('../sinks/alert/authorities.ts');
      const caTrouble = await caProblem(loaded.config.alerts.ca);
      const { healProblem, isRelativeHeal, RELATIVE_HEAL } = await import('../sinks/heal/heal-problem.ts');
      const unhealable = healProblem(loaded.config.heal);
      const isRelative = isRelativeHeal(loaded.config.heal);
      const { settings: labelled, problems, unseen } = await containerSettings(loaded.config);
      const settings = [...effectiveSettings(loaded), ...imageSettings(), ...labelled];
      if (flags.json === true) printJson(settings);
      else
        for (const { path, value, source, container } of settings) {
          const where = container === undefined ? '' : `container ${container}: `;
          print(`${where}${path} = ${value}  (${source})\n`);
        }
      if (flags.json !== true) {
        const { whoIsTold } = await import('./check-config/who-is-told.ts');
        const told = whoIsTold(loaded.config);
        if (told.length > 0) print(`\n${told.join('\n')}\n`);
      }
      for (const name of loaded.ignored)
        printError(`${name} in the environment is no setting of this program\n`);
      const unhealed = beyondRestart(loaded.config);
      if (unhealed !== undefined) printError(`${unhealed}\n`);
      if (unseen !== undefined) printError(`labels of containers are not shown: ${unseen}\n`);
      for (const problem of problems) printError(`${problem}; it is left out of account\n`);
      if (caTrouble !== undefined) printError(`${caTrouble}\n`);
      if (unhealable !== undefined) printError(`the heal cannot be run: ${unhealable}\n`);
      else if (isRelative) printError(`${RELATIVE_HEAL}\n`);
      if (problems.length > 0 || caTrouble !== undefined || unhealable !== undefined) process.exitCode = 1;
    });
}
