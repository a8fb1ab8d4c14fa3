import type { Command } from 'commander';
import { someDuration, whole } from './arguments.ts';
import { printError } from './print.ts';

interface RecordFlags {
  readonly config?: string;
  readonly for?: number;
  readonly maxSize: number;
  readonly keep?: number;
  readonly mask?: boolean;
}

/** `record FOLDER`: what `run` would see, in a form that `replay` reads. */
export function recordCommand(program: Command): void {
  program
    .command('record')
    .description('save what run would see - lines, restarts, states - in a folder that replay reads')
    .argument('<folder>', 'where the recording is written; made if it is missing')
    .option('--config <file>', 'configuration file (YAML)')
    .option('--for <duration>', 'how long, such as 1h; otherwise until interrupted', someDuration)
    .option('--max-size <MiB>', 'compressed size after which another file is begun', whole, 64)
    .option('--keep <files>', 'how many files are kept; otherwise all', whole)
    .option('--mask', 'mask passwords, tokens and keys')
    .action(async (folder: string, flags: RecordFlags) => {
      const [{ loadConfig }, { recordSources }, { redact }, { counted }] = await Promise.all([
        import('../config/load-config.ts'),
        import('./record/record-sources.ts'),
        import('../sinks/text/redact.ts'),
        import('../text/plain.ts'),
      ]);
      const { config } = await loadConfig({ file: flags.config, env: process.env });
      const target = {
        dir: folder,
        maxBytes: flags.maxSize * 1024 * 1024,
        ...(flags.keep === undefined ? {} : { maxFiles: flags.keep }),
        ...(flags.mask === true ? { mask: redact } : {}),
      };
      const lines = await recordSources(config, target, flags.for);
      printError(`${counted(lines, 'line')} recorded in ${folder}
`);
    });
}
