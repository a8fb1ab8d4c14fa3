import type { Command } from 'commander';
import { askDaemon, daemonOptions, withoutDaemon, type DaemonFlags } from './ask-daemon.ts';
import { print } from './print.ts';

/** `pause [DURATION]`: no heal starts until then; one that runs goes on. */
export function pauseCommand(program: Command): void {
  daemonOptions(program.command('pause'))
    .description('start no heal for a while; incidents are told all the same')
    .argument('[duration]', 'how long, e.g. 30m, 2h or 1d', '1h')
    .action(async (text: string, flags: DaemonFlags) => {
      const [{ parseDuration }, { LONGEST_PAUSE }, { localDateTime }, { UsageError }, { z }] =
        await Promise.all([
          import('../time/duration.ts'),
          import('../control/routes.ts'),
          import('../text/plain.ts'),
          import('../usage.ts'),
          import('zod'),
        ]);
      const duration = parseDuration(text);
      if (duration === undefined || duration <= 0 || duration > LONGEST_PAUSE)
        throw new UsageError(
          `${text}: expected a duration such as 30m, 2h or 1d, of at most 30d` +
            (/^\d+$/.test(text) ? `; its unit is missing, perhaps ${text}m or ${text}h` : ''),
        );
      const until = Math.round(Date.now() + duration);
      let answer: unknown;
      try {
        answer = await askDaemon(flags, 'POST', '/pause', { until });
      } catch (error) {
        const { writePause } = await import('../daemon/pause-file.ts');
        const { dir } = await withoutDaemon(flags, error, (place) => writePause(place, until));
        print(
          `The daemon is not running; once it runs, no heal starts before ${localDateTime(until)} (${dir}/PAUSE).\n`,
        );
        return;
      }
      const { pausedUntil, problem } = z
        .object({ pausedUntil: z.number(), problem: z.string().optional() })
        .parse(answer);
      print(
        `No heal starts before ${localDateTime(pausedUntil)}; one that runs now goes on.\n` +
          (problem === undefined ? '' : `A restart of the daemon will not know of it: ${problem}\n`),
      );
    });
}
