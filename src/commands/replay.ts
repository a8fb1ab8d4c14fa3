import { type Command, Option } from 'commander';
import type { Config } from '../config/config.ts';
import type { ReplayResult } from '../replay/replay-result.ts';
import { duration, positive } from './arguments.ts';
import { onInterrupt } from './on-interrupt.ts';
import type { Drill } from './replay/drill.ts';
import { print, printError, printJson } from './print.ts';

interface ReplayFlags {
  readonly config?: string;
  readonly json?: boolean;
  readonly assumeHeal: 'ok' | 'fail' | 'hang';
  readonly healDuration: number;
  readonly speed?: number;
  readonly rate: number;
  readonly history?: string;
  readonly expectNoIncident?: boolean;
  readonly effects?: boolean;
  readonly html?: string;
}

/** `replay PATH…`: saved logs through the very same pipeline, on event time. */
export function replayCommand(program: Command): void {
  program
    .command('replay')
    .description('show what would have happened on saved logs')
    .argument(
      '<path...>',
      "saved logs, folders of them, or - for standard input: 'docker logs -t' named for their container, Docker events, json-file " +
        "logs, 'docker compose logs -t', 'journalctl -o json', recordings, logs whose lines begin with their time; also .gz and .zst",
    )
    .option('--config <file>', 'configuration file (YAML)')
    .option('--json', 'one JSON object instead of a story')
    .addOption(
      new Option('--assume-heal <result>', 'how the heal, which is not run, is taken to end')
        .choices(['ok', 'fail', 'hang'])
        .default('ok'),
    )
    .addOption(
      new Option('--heal-duration <duration>', 'how long the heal is taken to last')
        .argParser(duration)
        .default(30_000, '30s'),
    )
    .option(
      '--speed <factor>',
      'event time against wall time, such as 60; otherwise as fast as it can',
      positive,
    )
    .option('--effects', 'send alerts, write reports and run the heal for real, each marked as a drill')
    .option('--rate <lines>', 'lines a second for files without times', positive, 10)
    .option(
      '--history <dir>',
      'what is known of the past, and gets what is replayed; without it nothing is known before',
    )
    .option('--html <file>', 'also write it as one HTML file, to attach or to send')
    .option('--expect-no-incident', 'exit with 3 if there was an incident')
    .action(async (paths: string[], flags: ReplayFlags) => {
      const [{ loadConfig }, { replayed }, { replayStory }, { openProgress }, { counted }, { EXIT }] =
        await Promise.all([
          import('../config/load-config.ts'),
          import('./replay/replayed.ts'),
          import('./replay/replay-story.ts'),
          import('./replay/progress.ts'),
          import('../text/plain.ts'),
          import('../usage.ts'),
        ]);
      const { config } = await loadConfig({ file: flags.config, env: process.env });
      const started = performance.now();
      const progress = openProgress(process.stderr);
      const drill = flags.effects === true ? await startDrill(config, progress.say) : undefined;
      onInterrupt(async () => {
        progress.close();
        await drill?.stop();
      });
      let result: ReplayResult;
      try {
        result = await replayed(flags.html, {
          paths,
          config,
          assumeHeal: { result: flags.assumeHeal, duration: flags.healDuration },
          ...(flags.speed === undefined ? {} : { speed: flags.speed }),
          ...(drill === undefined ? {} : { perform: drill.perform }),
          ...(flags.history === undefined ? {} : { history: flags.history }),
          rate: flags.rate,
          onSkip: ({ path, reason }) => progress.say(`${path}: left out: ${reason}`),
          onProgress: progress.update,
        });
      } finally {
        progress.close();
        await drill?.stop();
      }
      if (flags.json === true) printJson(result);
      else print(replayStory(result));
      const seconds = (performance.now() - started) / 1_000;
      const rate = Math.round(result.lines / seconds);
      printError(`${counted(result.lines, 'line')} in ${seconds.toFixed(2)} s (${rate} a second)\n`);
      const failures = drill?.failures() ?? 0;
      if (failures > 0) {
        printError(`${counted(failures, 'effect')} of the drill failed\n`);
        process.exitCode = EXIT.fault;
      }
      if (flags.expectNoIncident === true && result.incidents.length > 0) {
        printError(`expected no incident, found ${result.incidents.length}\n`);
        process.exitCode = EXIT.expectation;
      }
    });
}

/** Opens a drill, after printing what it will do. */
async function startDrill(config: Config, tell: (line: string) => void): Promise<Drill> {
  const { openDrill } = await import('./replay/drill.ts');
  const drill = openDrill(config, Date.now(), tell);
  tell(drill.announcement);
  return drill;
}
