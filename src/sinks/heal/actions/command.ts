import { tmpdir } from 'node:os';
import type { HealConfig } from '../../../config/config.ts';
import { redactKnowing } from '../../text/redact.ts';
import { adoptProcess } from '../adopt-process.ts';
import { adoptUnit } from '../adopt-unit.ts';
import type { HealAction, HealParts } from '../heal-action.ts';
import { attemptOf, healEnvironment, healFacts, markOf, writeHealContext } from '../heal-context.ts';
import { endedRun, type HealRun, type HealSink } from '../heal-sink.ts';
import { runProcess } from '../run-process.ts';
import { systemdRunArgv, systemdRunEnd } from '../systemd-run.ts';

/** Heals by a program of the operator's own. */
export const command: HealAction = {
  name: 'command',
  program: (config) => config.command,
  describe: (config) => config.command.join(' '),
  summary: 'configured',
  create: commandHeal,
};

/** What a heal command needs from outside. */
export interface CommandHealOptions extends Omit<HealParts, 'restart'> {
  /**
   * Where the context file is put while the command runs. Default: the service's runtime directory, which a transient
   * unit can see although our temporary files are private; without one the folder for temporary files.
   */
  readonly contextDir?: string;
}

/** How much later than systemd we end a transient unit ourselves: only if systemd did not. */
const SYSTEMD_MARGIN = 10_000;

/**
 * Heals by running the configured command, as a child or through `systemd-run`. A dry run shows what would be run.
 * The context file is there for as long as the command is.
 */
export function commandHeal(options: CommandHealOptions): HealSink {
  const { config, clock } = options;
  const mask = redactKnowing(options.secrets);
  return {
    adopt: (process) =>
      config.runner === 'systemd-run' ? adoptUnit(process, clock) : adoptProcess(process, clock),
    async start(effect, started) {
      if (config.command.length === 0) {
        return endedRun({ result: 'broken', detail: 'no heal command is configured', output: '' });
      }
      if (config.dryRun) return endedRun(dryRun(config));
      let context;
      try {
        context = writeHealContext(options.contextDir ?? defaultDir(options.env), effect);
      } catch (error) {
        const detail = `its context file could not be written: ${String(error)}`;
        return endedRun({ result: 'failed', detail, output: '' });
      }
      const env = healEnvironment(effect, context.path, options.env, options.secrets, config.env);
      const passed = { ...config.env, ...healFacts(effect, context.path) };
      const run = await runProcess({
        ...(config.runner === 'systemd-run' ? asUnit(config, attemptOf(effect).id, passed) : asChild(config)),
        effect: effect.id,
        mark: markOf(context.path),
        env,
        killGrace: config.killGrace,
        clock,
        started,
        mask,
      });
      void run.ended.then(context.remove);
      return run;
    },
  };
}

function defaultDir(env: NodeJS.ProcessEnv): string {
  return env['RUNTIME_DIRECTORY']?.split(':')[0] ?? tmpdir();
}

/** `nice` becomes the command by exec, so that its process is the command's from the first moment. */
function asChild(config: HealConfig) {
  const argv = config.nice === 0 ? config.command : ['nice', '-n', String(config.nice), ...config.command];
  return { argv, cwd: config.cwd, timeout: config.timeout };
}

function asUnit(config: HealConfig, attemptId: string, env: Readonly<Record<string, string>>) {
  const argv = systemdRunArgv({ ...config, attemptId, env });
  return { argv, timeout: config.timeout + config.killGrace + SYSTEMD_MARGIN, interpret: systemdRunEnd };
}

function dryRun(config: HealConfig): Awaited<HealRun['ended']> {
  const command = config.command.map((part) => (/^[\w./:=@%+-]+$/.test(part) ? part : JSON.stringify(part)));
  return { result: 'dry-run', detail: 'dry run', output: `would run: ${command.join(' ')}` };
}
