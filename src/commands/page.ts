import type { Command } from 'commander';
import { daemonOptions, type DaemonFlags, stateDirOf } from './ask-daemon.ts';
import { portNumber } from './arguments.ts';
import { print, printError } from './print.ts';

interface PageFlags extends DaemonFlags {
  readonly port: number;
  readonly listen: string;
  readonly host?: readonly string[];
}

const LOOPBACK = /^(?:127\.\d+\.\d+\.\d+|::1|localhost)$/;

/** `page`: what the daemon sees, in a browser; a process of its own, which reads and does nothing else. */
export function pageCommand(program: Command): void {
  daemonOptions(program.command('page'))
    .description('what the running daemon sees, live in a browser; reads, and changes nothing')
    .option('--port <n>', 'port on which it is served', portNumber, 7070)
    .option(
      '--listen <address>',
      'address on which it is served; anything but the loopback is unencrypted',
      '127.0.0.1',
    )
    .option(
      '--host <name>',
      'a name by which browsers reach it beside localhost; may be repeated',
      (name: string, before?: readonly string[]) => [...(before ?? []), name],
    )
    .action(async (flags: PageFlags) => {
      const [{ servePage }, { socketCandidates, VIEW_SOCKET }] = await Promise.all([
        import('../page/serve-page.ts'),
        import('../control/socket-path.ts'),
      ]);
      if (!LOOPBACK.test(flags.listen))
        printError(
          `Served on ${flags.listen} without encryption: whoever is on the way can read along and take over a session.\n` +
            'Better: leave it on the loopback, and reach it by ssh -L 7070:127.0.0.1:7070 HOST.\n',
        );
      process.exitCode = await servePage({
        port: flags.port,
        listen: flags.listen,
        names: flags.host ?? [],
        sockets: socketCandidates(await stateDirOf(flags), process.env, VIEW_SOCKET),
        say: print,
      });
    });
}
