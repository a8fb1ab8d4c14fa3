import type { Command } from 'commander';
import { askDaemon, daemonOptions, withoutDaemon, type DaemonFlags } from './ask-daemon.ts';
import { print } from './print.ts';

/** `resume`: the end of a pause. */
export function resumeCommand(program: Command): void {
  daemonOptions(program.command('resume'))
    .description('allow heals again after a pause')
    .action(async (flags: DaemonFlags) => {
      const { z } = await import('zod');
      let answer: unknown;
      try {
        answer = await askDaemon(flags, 'POST', '/resume');
      } catch (error) {
        const { removePause } = await import('../daemon/pause-file.ts');
        const { dir } = await withoutDaemon(flags, error, removePause);
        print(`The daemon is not running; once it runs, heals are allowed (no PAUSE file in ${dir}).\n`);
        return;
      }
      const { wasPaused, problem } = z
        .object({ wasPaused: z.boolean(), problem: z.string().optional() })
        .parse(answer);
      print(wasPaused ? 'Heals are allowed again.\n' : 'Heals were not paused.\n');
      if (problem !== undefined) throw new Error(`The PAUSE file could not be removed: ${problem}`);
    });
}
