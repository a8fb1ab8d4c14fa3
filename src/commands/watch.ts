import type { Command } from 'commander';
import { daemonOptions, type DaemonFlags, stateDirOf } from './ask-daemon.ts';

/** `watch`: what the daemon sees, live in a terminal; reads, and changes nothing. */
export function watchCommand(program: Command): void {
  daemonOptions(program.command('watch'))
    .description('what the running daemon sees, live in this terminal; reads, and changes nothing')
    .action(async (flags: DaemonFlags) => {
      const [{ runWatch }, { abilitiesOf }, { ask }, { socketCandidates, VIEW_SOCKET }, { UsageError }] =
        await Promise.all([
          import('./watch/run-watch.ts'),
          import('./watch/abilities.ts'),
          import('../control/control-client.ts'),
          import('../control/socket-path.ts'),
          import('../usage.ts'),
        ]);
      if (!process.stdin.isTTY || !process.stdout.isTTY || process.env['TERM'] === 'dumb')
        throw new UsageError(
          'watch needs a terminal that it can draw on; for scripts and pipes: quantum-realtime status',
        );
      const sockets = socketCandidates(await stateDirOf(flags), process.env, VIEW_SOCKET);
      await ask(sockets, 'GET', '/v1/view');
      process.exitCode = await runWatch(sockets, process.stdin, process.stdout, abilitiesOf(process.env));
    });
}
