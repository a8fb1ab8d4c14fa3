import type { Command } from 'commander';
import { askDaemon, daemonOptions, type DaemonFlags } from './ask-daemon.ts';
import { print, printJson } from './print.ts';

/** `status`: what the running daemon sees and does. Exit 1 if none runs. */
export function statusCommand(program: Command): void {
  daemonOptions(program.command('status'))
    .description('what the running daemon sees: containers, counts, incidents, heals, gaps')
    .option('--json', 'one JSON object instead of a table')
    .option('--healthy', 'only whether it watches and can store: exit 0 or 1, for health checks')
    .action(async (flags: DaemonFlags & { readonly json?: boolean; readonly healthy?: boolean }) => {
      const answer = await askDaemon(flags, 'GET', '/status').catch(async (error: unknown) => {
        const { NotRunningError } = await import('../control/control-client.ts');
        if (!(error instanceof NotRunningError)) throw error;
        throw new Error(`${error.message}\nquantum-realtime incidents works without it.`, { cause: error });
      });
      if (flags.healthy === true) {
        const [{ statusSchema }, { healthProblem }] = await Promise.all([
          import('../control/status.ts'),
          import('../control/health.ts'),
        ]);
        const problem = healthProblem(statusSchema.parse(answer));
        if (problem !== undefined) throw new Error(`not healthy: ${problem}`);
        print('healthy\n');
        return;
      }
      if (flags.json === true) {
        printJson(answer);
        return;
      }
      const [{ statusSchema }, { statusText }, { roomOn }] = await Promise.all([
        import('../control/status.ts'),
        import('../control/status-text.ts'),
        import('../control/table.ts'),
      ]);
      print(statusText(statusSchema.parse(answer), roomOn(process.stdout, 100)));
    });
}
