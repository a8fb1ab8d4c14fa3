import type { Command } from 'commander';
import type { Finding } from '../doctor/finding.ts';
import { print, printError, printJson } from './print.ts';

interface DoctorFlags {
  readonly config?: string;
  readonly json?: boolean;
}

/** `doctor`: what keeps the daemon from doing its work, a line each, with the remedy. Exit 1 if there is a fault. */
export function doctorCommand(program: Command): void {
  program
    .command('doctor')
    .description('find what keeps the daemon from doing its work, with the remedy; changes and posts nothing')
    .option('--config <file>', 'configuration file (YAML)')
    .option('--json', 'one JSON array instead of lines')
    .action(async (flags: DoctorFlags) => {
      const [{ loadConfig }, { examine }, { serviceView }] = await Promise.all([
        import('../config/load-config.ts'),
        import('../doctor/examine.ts'),
        import('../doctor/service-view.ts'),
      ]);
      const service = flags.config === undefined ? serviceView() : undefined;
      if (service?.as !== undefined) {
        for (const note of service.notes) printError(`${note}\n`);
        process.exitCode = service.as(process.argv.slice(2));
        return;
      }
      const { config } = await loadConfig({ file: flags.config, env: process.env });
      const findings = await examine(config);
      printFindings(findings, flags.json === true, service?.note);
      if (findings.some(({ verdict }) => verdict === 'fault')) process.exitCode = 1;
    });
}

function printFindings(findings: readonly Finding[], json: boolean, note: string | undefined): void {
  if (json) {
    printJson(findings);
    return;
  }
  if (note !== undefined) print(`${note}\n`);
  for (const { verdict, check, found, remedy } of findings) {
    const line = `${verdict.padEnd(7)}  ${check}: ${found}`;
    print(remedy === undefined ? `${line}\n` : `${line}\n         -> ${remedy}\n`);
  }
}
