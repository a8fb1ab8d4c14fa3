import type { Command } from 'commander';
import { askDaemon, daemonOptions, type DaemonFlags } from './ask-daemon.ts';

/** `ack ID`: acknowledges an incident; its reminders end. */
export function ackCommand(program: Command): void {
  daemonOptions(program.command('ack'))
    .description('say that you have taken an incident on: its reminders end')
    .argument('<incident>', 'its id, as messages, status and incidents show it')
    .action(async (incident: string, flags: DaemonFlags) => {
      const { z } = await import('zod');
      const shown = z.object({ acknowledged: z.boolean(), state: z.string() });
      const answer = await askDaemon(flags, 'POST', '/ack', { incident });
      const { before, incident: after } = z
        .object({ before: shown, incident: shown.optional() })
        .parse(answer);
      process.stdout.write(
        before.acknowledged
          ? `${incident} was acknowledged before.\n`
          : after?.acknowledged === true
            ? `${incident} is acknowledged; no more reminders. It is ${after.state}.\n`
            : `${incident} is ${before.state}: nothing is left to acknowledge.\n`,
      );
    });
}
