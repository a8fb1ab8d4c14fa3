import type { Command } from 'commander';
import { askDaemon, daemonOptions, type DaemonFlags } from './ask-daemon.ts';
import { print } from './print.ts';

/** `ack [ID] [--gone NAME]`: acknowledges an incident, by its id or the beginning of it, or the only one; its reminders end. */
export function ackCommand(program: Command): void {
  daemonOptions(program.command('ack'))
    .description('say that you have taken an incident on: its reminders end')
    .argument('[incident]', 'its id or the beginning of it; may be left out while only one is open')
    .option('--gone <name>', 'a container that is gone for good: no incident misses it any more')
    .action(
      async (given: string | undefined, { gone, ...flags }: DaemonFlags & { readonly gone?: string }) => {
        const { z } = await import('zod');
        const shown = z.object({ id: z.string(), acknowledged: z.boolean(), state: z.string() });
        const answer = await askDaemon(flags, 'POST', '/ack', {
          ...(given !== undefined && { incident: given }),
          ...(gone !== undefined && { gone }),
        });
        const { before, incident: after } = z
          .object({ before: shown, incident: shown.optional() })
          .parse(answer);
        const incident = before.id;
        print(
          before.acknowledged
            ? `${incident} was acknowledged before.\n`
            : after?.acknowledged === true
              ? `${incident} is acknowledged; no more reminders. It is ${after.state}.\n`
              : `${incident} is ${before.state}: nothing is left to acknowledge.\n`,
        );
      },
    );
}
