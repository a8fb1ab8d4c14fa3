import type { Command } from 'commander';
import { print } from './print.ts';

/** `classify`: judges the lines of a file or of standard input, for people and for machines; `--learn` sums them up. */
export function classifyCommand(program: Command): void {
  program
    .command('classify')
    .description('judge every line of a file, or of standard input: one JSON object a line')
    .argument('[file]', 'a saved log; standard input when left out or -')
    .option('--explain', 'for people: the level, the rule and the piece of text that decided')
    .option(
      '--learn',
      'for people: the messages by how often they came, with a rule to paste for each; from a saved log in any format, ' +
        'or, without a file, from the log of --container',
    )
    .option('--since <duration>', 'with --learn and --container: only what is not older, such as 1h')
    .option(
      '--ndjson',
      'input lines are {"id","line"} or {"id","lines"}; output {"id","label"} or {"id","counts"}',
    )
    .option(
      '--fingerprint',
      'what tells messages apart: input lines are {"id","line"}, output {"id","fingerprint"}',
    )
    .option('--container <name>', 'the container the lines came from, for rules limited to some', '')
    .option('--image <name>', 'the image the lines came from, for what is known of it', '')
    .option('--config <file>', 'configuration file (YAML), for its classify.rules')
    .action(async (file: string | undefined, options: Options) => {
      const [{ createClassifier }, { loadConfig }, { UsageError }] = await Promise.all([
        import('../classify/classifier.ts'),
        import('../config/load-config.ts'),
        import('../usage.ts'),
      ]);
      const { config } = await loadConfig({ file: options.config, env: process.env });
      let classifier;
      try {
        classifier = createClassifier(config.classify.rules);
      } catch (error) {
        throw error instanceof RangeError ? new UsageError(error.message, { cause: error }) : error;
      }
      if (options.learn === true) {
        const [{ learn }, { printLearned }, { parseDuration }] = await Promise.all([
          import('./classify/learn.ts'),
          import('./classify/print-learned.ts'),
          import('../time/duration.ts'),
        ]);
        const length = options.since === undefined ? undefined : parseDuration(options.since);
        if (options.since !== undefined && length === undefined)
          throw new UsageError(`--since: expected a duration such as 1h or 90m; found ${options.since}`);
        if (file === undefined && options.container === '')
          throw new UsageError('--learn: expected a file, - for standard input, or --container NAME');
        const from =
          file === undefined
            ? { container: options.container, since: length === undefined ? undefined : Date.now() - length }
            : { path: file };
        print(printLearned(await learn(from, classifier, config), config.limits));
        return;
      }
      if (options.since !== undefined) throw new UsageError('--since: expected together with --learn');
      if (options.fingerprint === true && (options.ndjson === true || options.explain === true))
        throw new UsageError('--fingerprint: expected without --ndjson and --explain');
      const { classifyStream } = await import('./classify/classify-stream.ts');
      await classifyStream(file === '-' ? undefined : file, process.stdout, {
        classifier,
        mode: modeOf(options),
        container: options.container,
        image: options.image,
      });
    });
}

function modeOf({ fingerprint, ndjson, explain }: Options): 'fingerprint' | 'ndjson' | 'explain' | 'json' {
  if (fingerprint === true) return 'fingerprint';
  if (ndjson === true) return 'ndjson';
  return explain === true ? 'explain' : 'json';
}

interface Options {
  readonly fingerprint?: boolean;
  readonly explain?: boolean;
  readonly learn?: boolean;
  readonly since?: string;
  readonly ndjson?: boolean;
  readonly container: string;
  readonly image: string;
  readonly config?: string;
}
