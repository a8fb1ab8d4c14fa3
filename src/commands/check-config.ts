import type { Command } from 'commander';

/** `check-config`: validates the settings and prints the effective ones with where each came from. */
export function checkConfigCommand(program: Command): void {
  program
    .command('check-config')
    .description('validate the configuration and print the effective settings with their sources')
    .option('--config <file>', 'configuration file (YAML)')
    .option('--json', 'one JSON object instead of a list')
    .action(async (options: { config?: string; json?: boolean }) => {
      const [{ loadConfig }, { effectiveSettings }] = await Promise.all([
        import('../load-config.ts'),
        import('../effective-settings.ts'),
      ]);
      const loaded = await loadConfig({ file: options.config, env: process.env });
      const settings = effectiveSettings(loaded);
      if (options.json === true) process.stdout.write(`${JSON.stringify(settings, undefined, 2)}\n`);
      else
        for (const { path, value, source } of settings)
          process.stdout.write(`${path} = ${value}  (${source})\n`);
    });
}
