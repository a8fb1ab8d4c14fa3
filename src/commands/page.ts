import type { Command } from 'commander';
import type { ServeRequest } from '../page/serve-page.ts';
import { daemonOptions, type DaemonFlags, stateDirOf } from './ask-daemon.ts';
import { portNumber } from './arguments.ts';
import { print, printError } from './print.ts';

interface PageFlags extends DaemonFlags {
  readonly port: number;
  readonly listen: string;
  readonly host?: readonly string[];
  readonly session?: readonly string[];
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
    .option(
      '--session <path...>',
      'saved logs, recordings or folders of them in place of the daemon, with what other limits would have meant',
    )
    .action(async (flags: PageFlags) => {
      const { servePage } = await import('../page/serve-page.ts');
      if (!LOOPBACK.test(flags.listen))
        printError(
          `Served on ${flags.listen} without encryption: whoever is on the way can read along and take over a session.\n` +
            'Better: leave it on the loopback, and reach it by ssh -L 7070:127.0.0.1:7070 HOST.\n',
        );
      process.exitCode = await servePage({
        port: flags.port,
        listen: flags.listen,
        names: flags.host ?? [],
        say: print,
        ...(await shownBy(flags)),
      });
    });
}

/** What the page is of, and where that comes from. */
async function shownBy(flags: PageFlags): Promise<Pick<ServeRequest, 'shows' | 'source'>> {
  if (flags.session === undefined) {
    const [{ upstream }, { socketCandidates, VIEW_SOCKET }] = await Promise.all([
      import('../page/upstream.ts'),
      import('../control/socket-path.ts'),
    ]);
    const sockets = socketCandidates(await stateDirOf(flags), process.env, VIEW_SOCKET);
    return { shows: 'daemon', source: upstream(sockets) };
  }
  const [{ openSession }, { loadConfig }] = await Promise.all([
    import('./page/open-session.ts'),
    import('../config/load-config.ts'),
  ]);
  const { config } = await loadConfig({ file: flags.config, env: process.env });
  return { shows: 'session', source: await openSession(flags.session, config, printError) };
}
