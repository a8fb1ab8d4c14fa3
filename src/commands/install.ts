import type { Command } from 'commander';

interface InstallFlags {
  readonly user: string;
  readonly report: string;
  readonly heal?: string;
  readonly config?: string;
  readonly webhookFile?: string;
  readonly docker?: string;
  readonly start: boolean;
  readonly print?: boolean;
}

/** `install`: the systemd service. Prints what it will do, then does it; idempotent. */
export function installCommand(program: Command): void {
  program
    .command('install')
    .description('install and start the systemd service quantum_realtime')
    .requiredOption('--report <dir>', 'where incident reports are written; created if need be')
    .option('--user <name>', 'the user it runs as; created if need be', 'qt')
    .option('--heal <path>', 'the program that is run to heal')
    .option('--config <file>', 'configuration file (YAML)')
    .option('--webhook-file <file>', "a file with the webhook's address, readable by root alone")
    .option('--docker <endpoint>', 'where Docker listens, if not on its local socket: unix:///… or tcp://…')
    .option('--no-start', 'put everything in place, but neither enable nor start the service')
    .option('--print', 'only show what would be done')
    .action(async (flags: InstallFlags) => {
      const [{ resolve }, { install }] = await Promise.all([
        import('node:path'),
        import('./install/run-install.ts'),
      ]);
      const absolute = (path: string | undefined): string | undefined =>
        path === undefined ? undefined : resolve(path);
      process.exitCode = install(
        {
          user: flags.user,
          report: resolve(flags.report),
          heal: absolute(flags.heal),
          config: absolute(flags.config),
          webhookFile: absolute(flags.webhookFile),
          docker: flags.docker,
        },
        { print: flags.print === true, start: flags.start },
      );
    });
}
