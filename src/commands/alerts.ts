import type { Command } from 'commander';
import { asService } from './as-service.ts';
import { daemonOptions, type DaemonFlags } from './ask-daemon.ts';
import { print, printJson } from './print.ts';

interface Flags extends DaemonFlags {
  readonly incident?: string;
  readonly example?: boolean;
  readonly json?: boolean;
}

/** `alerts explain`: why each channel does or does not get the messages of an incident. Sends nothing. */
export function alertsCommand(program: Command): void {
  const alerts = program.command('alerts').description('why a channel gets a message, or does not');
  daemonOptions(alerts.command('explain'))
    .description('for every channel: whether it gets the messages of an incident, and why')
    .option('--incident <id>', 'of this incident, or of one whose id begins so')
    .option('--example', 'of an invented incident: a database that fails')
    .option('--json', 'JSON instead of text')
    .action(async (flags: Flags) => {
      const [{ UsageError }, { loadConfig }] = await Promise.all([
        import('../usage.ts'),
        import('../config/load-config.ts'),
      ]);
      if ((flags.incident === undefined) === (flags.example !== true))
        throw new UsageError('expected either --incident ID or --example');
      if (flags.config === undefined && flags.state === undefined && (await asService())) return;
      const { config } = await loadConfig({ file: flags.config, env: process.env });
      const [{ explainAlerts }, { explanationText }, { exampleStory }, { recorded }] = await Promise.all([
        import('./alerts/explain.ts'),
        import('./alerts/print.ts'),
        import('./alerts/example-story.ts'),
        import('./incidents/recorded.ts'),
      ]);
      const now = Date.now();
      const story =
        flags.incident === undefined ? exampleStory(now) : (await recorded(flags, flags.incident)).story;
      const explained = explainAlerts(config, story, now);
      if (flags.json === true) printJson(explained);
      else print(explanationText(explained));
    });
}
