import type { Command } from 'commander';
import { askDaemon, daemonOptions, type DaemonFlags } from './ask-daemon.ts';
import { print } from './print.ts';

/** `heal reset`: new attempts are allowed. */
export function healCommand(program: Command): void {
  const heal = program.command('heal').description('heal reset: allow new attempts to heal');
  daemonOptions(heal.command('reset'))
    .description('allow new attempts to heal; an escalated incident is decided again')
    .action(async (flags: DaemonFlags) => {
      const { z } = await import('zod');
      const shown = z.object({ id: z.string(), state: z.string() });
      const answer = await askDaemon(flags, 'POST', '/heal-reset');
      const { before, incidents } = z
        .object({ before: z.array(shown), incidents: z.array(shown) })
        .parse(answer);
      const reset = before.filter(({ state }) => state !== 'resolved');
      if (reset.length === 0) print('No incident is open: there is nothing to reset.\n');
      for (const { id, state } of reset) {
        const now = incidents.find((incident) => incident.id === id)?.state ?? 'closed';
        print(
          `${id}: attempts are counted from zero again; ${state === now ? `it stays ${now}` : `${state} → ${now}`}. ` +
            'Cooldown and budget stay as they are.\n',
        );
      }
    });
}
