import type { Command } from 'commander';

/** `classify`: judges the lines of a file or of standard input, for people and for machines. */
export function classifyCommand(program: Command): void {
  program
    .command('classify')
    .description('judge every line of a file, or of standard input: one JSON object a line')
    .argument('[file]', 'a saved log; standard input when left out or -')
    .option('--explain', 'for people: the level, the rule and the piece of text that decided')
    .option(
      '--ndjson',
      'input lines are {"id","line"} or {"id","lines"}; output {"id","label"} or {"id","counts"}',
    )
    .option('--container <name>', 'the container the lines came from, for rules limited to some', '')
    .option('--config <file>', 'configuration file (YAML), for its classify.rules')
    .action(async (file: string | undefined, options: Options) => {
      const [{ classifyStream }, { createClassifier }, { loadConfig }, { UsageError }] = await Promise.all([
        import('./classify/classify-stream.ts'),
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
      const mode = options.ndjson === true ? 'ndjson' : options.explain === true ? 'explain' : 'json';
      await classifyStream(file === '-' ? undefined : file, process.stdout, {
        classifier,
        mode,
        container: options.container,
      });
    });
}

interface Options {
  readonly explain?: boolean;
  readonly ndjson?: boolean;
  readonly container: string;
  readonly config?: string;
}
