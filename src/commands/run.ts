import type { Command } from 'commander';
import { whole } from './arguments.ts';

interface RunFlags {
  readonly config?: string;
  readonly dryRun?: boolean;
  readonly state?: string;
  readonly report?: string;
  readonly requireDocker?: boolean;
  readonly record?: string;
  readonly recordKeep: number;
  readonly recordMask?: boolean;
}

/** `run`: the daemon. */
export function runCommand(program: Command): void {
  program
    .command('run')
    .description("follow this host's containers, and act when a limit is reached")
    .option('--config <file>', 'configuration file (YAML)')
    .option(
      '--dry-run',
      'log what would be sent, written and run, and do nothing of it; keeps a state of its own',
    )
    .option('--state <dir>', 'where the state is kept')
    .option('--report <dir>', 'where incident reports are written')
    .option(
      '--require-docker',
      'exit with 1 if no Docker Engine answers at the start, instead of waiting for one',
    )
    .option('--record <folder>', 'also save what is seen, and what becomes of effects, for replay')
    .option('--record-keep <files>', 'how many files of 64 MiB a recording keeps', whole, 16)
    .option('--record-mask', 'mask passwords, tokens and keys in the recording')
    .action(async (flags: RunFlags) => {
      const [{ loadConfig }, { runDaemon }, { defaultStateDir }, { join }] = await Promise.all([
        import('../config/load-config.ts'),
        import('../daemon/run-daemon.ts'),
        import('../state/dir.ts'),
        import('node:path'),
      ]);
      const load = async () => {
        const loaded = await loadConfig({
          file: flags.config,
          env: process.env,
          flags: { 'state.dir': flags.state, 'report.dir': flags.report },
        });
        return loaded.config;
      };
      if (flags.dryRun !== true) await warnOfService();
      const config = await load();
      const stateDir = config.state.dir ?? defaultStateDir();
      process.exitCode = await runDaemon({
        config,
        // A trial must not touch what the daemon itself has kept, nor be kept out by it.
        stateDir: flags.dryRun === true && flags.state === undefined ? join(stateDir, 'dry-run') : stateDir,
        configFile: flags.config,
        load,
        dryRun: flags.dryRun === true,
        requireDocker: flags.requireDocker === true,
        record:
          flags.record === undefined
            ? undefined
            : { dir: flags.record, keep: flags.recordKeep, mask: flags.recordMask === true },
      });
    });
}

/** Two daemons on one host tell everything twice, and heal twice. */
async function warnOfService(): Promise<void> {
  if (process.env['RUNTIME_DIRECTORY'] !== undefined) return;
  const [{ SERVICE_RUNTIME }, { existsSync }, { printError }] = await Promise.all([
    import('../control/socket-path.ts'),
    import('node:fs'),
    import('./print.ts'),
  ]);
  if (existsSync(SERVICE_RUNTIME))
    printError(
      'The service quantum_realtime runs on this host, too: both alert, and both heal.\n' +
        'For a trial beside it: quantum-realtime run --dry-run. To take its place: sudo systemctl stop quantum_realtime first.\n',
    );
}
