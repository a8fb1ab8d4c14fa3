import type { Command } from 'commander';
import { KINDS } from '../model.ts';
import { someDuration } from './arguments.ts';
import { askDaemon, daemonOptions, type DaemonFlags } from './ask-daemon.ts';
import { print, printJson } from './print.ts';

interface Add extends DaemonFlags {
  readonly container: readonly string[];
  readonly kind: readonly string[];
  readonly rule: readonly string[];
  readonly pattern?: string;
  readonly all?: boolean;
  readonly for: number;
  readonly why: string;
}

const each = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];

/** `silence add`, `silence list`, `silence rm`: what is known opens no incident and is not told, for a while. */
export function silenceCommand(program: Command): void {
  const silence = program.command('silence').description('keep what is known from opening incidents');
  daemonOptions(silence.command('add'))
    .description('hide what matches all that is given; it is still counted and shown')
    .option('--container <glob>', 'of these containers; may be given several times', each, [])
    .option('--kind <kind>', `${KINDS.join(', ')}; may be given several times`, each, [])
    .option('--rule <name>', 'from these rules alone, such as errors or down', each, [])
    .option('--pattern <regex>', 'whose text matches, whatever the case')
    .option('--all', 'everything of these containers, whatever it says')
    .requiredOption('--for <duration>', 'how long, at most 30d', someDuration)
    .requiredOption('--why <text>', 'the reason, for status and messages')
    .action(async (flags: Add) => {
      const { UsageError } = await import('../usage.ts');
      const { container, kind, rule, pattern = '', all } = flags;
      if (container.length + rule.length + pattern.length === 0)
        throw new UsageError('expected --container, --rule or --pattern: not everything can be silenced');
      if (kind.length + rule.length + pattern.length === 0 && all !== true)
        throw new UsageError(
          'expected --kind, --rule or --pattern, or --all to hide everything that these containers say',
        );
      const answer = await askDaemon(flags, 'POST', '/silence', {
        ...{ containers: container, kinds: kind, rules: rule, pattern, why: flags.why },
        until: Math.round(Date.now() + flags.for),
      });
      const { z } = await import('zod');
      const { localDateTime } = await import('../text/plain.ts');
      const shape = z.object({ silence: z.object({ id: z.string(), until: z.number() }) });
      const { id, until } = shape.parse(answer).silence;
      print(`${id} is in force until ${localDateTime(until)}; quantum-realtime silence rm ${id} ends it.\n`);
    });
  daemonOptions(silence.command('list'))
    .description('what is silenced, until when, why, and how much it has hidden')
    .option('--json', 'JSON instead of text')
    .action(async (flags: DaemonFlags & { readonly json?: boolean }) => {
      const [{ statusSchema }, { silenceLines }, { safeLine }] = await Promise.all([
        import('../control/status.ts'),
        import('../control/silence-lines.ts'),
        import('../text/safe-text.ts'),
      ]);
      const status = statusSchema.parse(await askDaemon(flags, 'GET', '/status'));
      if (flags.json === true) printJson(status.silences ?? []);
      else if (status.silences === undefined) print('Nothing is silenced.\n');
      else for (const line of silenceLines(status)) print(`${safeLine(line)}\n`);
    });
  daemonOptions(silence.command('rm'))
    .description('end a silence now; a container that is still down is told then')
    .argument('<id>', 'of the silence, as silence list shows it')
    .action(async (id: string, flags: DaemonFlags) => {
      await askDaemon(flags, 'POST', '/unsilence', { id });
      print(`${id} is over.\n`);
    });
}
