import { type Command, InvalidArgumentError } from 'commander';
import { parseDuration } from '../duration.ts';

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
    .option('--for <duration>', 'how long, such as 1h; otherwise until interrupted', duration)
    .option('--max-size <MiB>', 'compressed size after which another file is begun', whole, 64)
    .option('--keep <files>', 'how many files are kept; otherwise all', whole)
    .option('--mask', 'mask passwords, tokens and keys')
    .action(async (folder: string, flags: RecordFlags) => {
      const [
        rxjs,
        { loadConfig },
        { recordSession },
        { openSessionWriter },
        { followDocker },
        endpoint,
        log,
        redaction,
        stops,
      ] = await Promise.all([
        import('rxjs'),
        import('../load-config.ts'),
        import('./record/record-session.ts'),
        import('../streams/session-writer.ts'),
        import('../streams/live.ts'),
        import('../streams/endpoint.ts'),
        import('../logger.ts'),
        import('../sinks/redact.ts'),
        import('../daemon/stop-signals.ts'),
      ]);
      const { config } = await loadConfig({ file: flags.config, env: process.env });
      const writer = openSessionWriter({
        dir: folder,
        maxBytes: flags.maxSize * 1024 * 1024,
        ...(flags.keep === undefined ? {} : { maxFiles: flags.keep }),
        ...(flags.mask === true ? { mask: redaction.redact } : {}),
      });
      const live = followDocker({
        endpoint: endpoint.resolveEndpoint(config.docker.host),
        containers: config.containers,
        window: config.window,
        restarts: config.restarts,
        log: await log.openLog(config, { pretty: process.stderr.isTTY, file: false }),
      });
      const ended$ = flags.for === undefined ? rxjs.NEVER : rxjs.timer(flags.for);
      const lines = await recordSession(live, writer, rxjs.merge(stops.stopSignals(), ended$));
      process.stderr.write(`${lines} lines recorded in ${folder}\n`);
    });
}

function duration(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined || ms === 0) throw new InvalidArgumentError('expected a duration such as 10m or 1h');
  return ms;
}

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError('expected a whole number from 1 on');
  return value;
}
