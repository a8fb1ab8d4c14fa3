import type { Command } from 'commander';
import type { Config } from '../config/config.ts';

type Load = (options: Readonly<Record<string, unknown>>) => Promise<Config>;

/** `fleet`: many hosts that are watched together; each of its commands is loaded when it is called. */
export function fleetCommand(program: Command, load: Load): void {
  const fleet = program.command('fleet').description('many hosts that are watched together');
  fleet
    .command('init')
    .description("make the fleet's streams at its server; with --files, the server's configuration and keys")
    .option('--config <file>', 'configuration file (YAML)')
    .option('--print', 'only say what would be made')
    .option('--key <file>', 'key of the one who may make streams. Default: fleet.credentials')
    .option('--files <dir>', "write the server's configuration and a key for each host here, and do no more")
    .option('--host <names...>', 'with --files: the hosts, as fleet.host calls them')
    .option('--decider <names...>', 'with --files: those that may decide for all')
    .option('--listen <address>', 'with --files: where the server listens', '127.0.0.1:4222')
    .action(async (flags: InitFlags) => {
      const { initFleet } = await import('./fleet/init.ts');
      await initFleet(flags, await load({ ...flags }));
    });
  fleet
    .command('status')
    .description('the hosts, those in trouble first: state, incidents, version, lag')
    .option('--config <file>', 'configuration file (YAML)')
    .option('--json', 'one JSON object instead of a table')
    .action(async (flags: { readonly json?: boolean }) => {
      const { showFleet } = await import('./fleet/status.ts');
      await showFleet(await load({ ...flags }), flags.json === true);
    });
}

/** What `fleet init` was given. */
export interface InitFlags {
  readonly print?: boolean;
  readonly key?: string;
  readonly files?: string;
  readonly host?: readonly string[];
  readonly decider?: readonly string[];
  readonly listen: string;
}
