import type { Command } from 'commander';

interface InstallFlags {
  readonly user?: string;
  readonly report?: string;
  readonly heal?: string | false;
  readonly config?: string | false;
  readonly webhookFile?: string | false;
  readonly docker?: string | false;
  readonly page?: boolean;
  readonly start: boolean;
  readonly print?: boolean;
}

/**
 * `install`: the systemd service. Prints what it does; idempotent. What an earlier installation was given and this one is
 * not stays as it was, unless a `--no-…` takes it away.
 */
export function installCommand(program: Command): void {
  program
    .command('install')
    .description(
      'install, change or upgrade the systemd service quantum_realtime, and start it; what is not given again stays as it was',
    )
    .option('--report <dir>', 'where incident reports are written; created if need be')
    .option('--user <name>', 'the user it runs as; created if need be (default: qt)')
    .option('--heal <path>', 'the program that is run to heal')
    .option('--no-heal', 'run none any more')
    .option('--config <file>', 'configuration file (YAML)')
    .option('--no-config', 'use none any more')
    .option('--webhook-file <file>', "a file with the webhook's address, readable by root alone")
    .option('--no-webhook-file', 'use none any more')
    .option(
      '--docker <endpoint>',
      'where Docker listens, if not on its local socket: unix:///…, tcp://… or ssh://…',
    )
    .option('--no-docker', 'on its local socket again')
    .option('--page', 'also serve the page on this host alone, as a service and a user of its own')
    .option('--no-page', 'no page any more')
    .option('--no-start', 'put everything in place, but neither enable nor start the service')
    .option('--print', 'only show what would be done')
    .action(async (flags: InstallFlags) => {
      const [{ resolve }, { install }] = await Promise.all([
        import('node:path'),
        import('./install/run-install.ts'),
      ]);
      const absolute = (path: string | false | undefined): string | false | undefined =>
        typeof path === 'string' ? resolve(path) : path;
      process.exitCode = await install(
        {
          user: flags.user,
          report: flags.report === undefined ? undefined : resolve(flags.report),
          heal: absolute(flags.heal),
          config: absolute(flags.config),
          webhookFile: absolute(flags.webhookFile),
          docker: flags.docker,
          page: flags.page,
        },
        { print: flags.print === true, start: flags.start },
      );
    });
}
