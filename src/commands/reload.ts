import type { Command } from 'commander';
import { askDaemon, daemonOptions, type DaemonFlags } from './ask-daemon.ts';
import { print } from './print.ts';

/** `reload`: the daemon reads its settings again. A bad configuration is refused with its reasons and exit code 2. */
export function reloadCommand(program: Command): void {
  daemonOptions(program.command('reload'))
    .description('let the running daemon read its settings again; counts and incidents are kept')
    .action(async (flags: DaemonFlags) => {
      const [{ z }, { isInstalled, serviceNotes }] = await Promise.all([
        import('zod'),
        import('../doctor/installed-service.ts'),
      ]);
      const { changed, later } = z
        .object({ changed: z.array(z.string()), later: z.array(z.string()) })
        .parse(await askDaemon(flags, 'POST', '/reload'));
      print(
        changed.length === 0
          ? 'No setting has changed; disabled channels are tried again.\n'
          : `In force now: ${changed.join(', ')}.\n`,
      );
      if (later.length > 0) print(`Takes effect at the next start only: ${later.join(', ')}.\n`);
      const isService = flags.config === undefined && flags.state === undefined && isInstalled();
      // systemd shows what a service says: the notes are for who asks in a shell.
      if (isService && process.env['INVOCATION_ID'] === undefined)
        for (const note of serviceNotes()) print(`${note}\n`);
    });
}
