import type { Command } from 'commander';

/** `uninstall`: removes the service and all its files, except reports and settings that were changed. */
export function uninstallCommand(program: Command): void {
  program
    .command('uninstall')
    .description('stop and remove the systemd service; reports stay')
    .option('--keep-state', 'keep counts, cursors and the history of incidents')
    .option('--print', 'only show what would be done')
    .action(async (flags: { keepState?: boolean; print?: boolean }) => {
      const { uninstall } = await import('./install/run-install.ts');
      process.exitCode = uninstall({ print: flags.print === true, keepState: flags.keepState === true });
    });
}
