import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asyncScheduler } from 'rxjs';
import { Agent } from 'undici';
import { loadConfig } from '../../config/load-config.ts';
import { replaySession } from '../../replay/replay-session.ts';
import { alertChannels } from '../../sinks/alert/alert-channels.ts';
import { commandHeal } from '../../sinks/heal/actions/command.ts';
import { memoryQueue } from '../../sinks/memory-queue.ts';
import { markdownReport, reportPath } from '../../sinks/report/report-sink.ts';
import { startDiscordStandIn } from './discord-stand-in.ts';
import { type Example, findExample } from './find-example.ts';
import { canvasOf } from './canvas.ts';
import { printHeal, printIntroduction, printReceived, printStory } from './print.ts';
import { effectsForReal } from './real-effects.ts';
import { type DemoRun, firstDifference, REFERENCE, storyOf } from './story.ts';

/** How long what is still under way may take at the end. */
const GRACE = 5_000;

/**
 * Replays the shipped session and performs its effects against stand-ins on this machine: a server that plays
 * Discord, the sample heal script, a report folder that is left for people to look at. Prints what happens as it
 * happens. Resolves to whether the story was the one expected.
 */
export async function runDemo(out: NodeJS.WriteStream, example: Example = findExample()): Promise<boolean> {
  const canvas = canvasOf(out);
  out.write(printIntroduction(canvas));
  const began = performance.now();
  const folder = await mkdtemp(join(tmpdir(), 'quantum-realtime-demo-'));
  // A copy: where the program is one file, no shell can read what is in it.
  const heal = join(folder, 'heal.sh');
  await writeFile(heal, await readFile(example.heal));
  const discord = await startDiscordStandIn((message) => out.write(printReceived(message, canvas)));
  // The settings of whoever runs the demo stay out of it: it is the same everywhere.
  const { config } = await loadConfig({
    file: example.config,
    flags: {
      'alerts.webhook': discord.url,
      'report.dir': folder,
      'heal.command': ['/bin/sh', heal],
      // Receiver and script are on this machine: what does not succeed soon is a fault, and not worth waiting for.
      'alerts.deadline': '2s',
      'heal.timeout': '10s',
    },
  });
  const dispatcher = new Agent();
  const performer = memoryQueue({
    alert: {
      channels: alertChannels(config.alerts, dispatcher),
      name: config.name,
      deadline: config.alerts.deadline,
    },
    report: markdownReport(config.report),
    heal: commandHeal({
      config: config.heal,
      clock: asyncScheduler,
      env: process.env,
      secrets: [discord.url],
    }),
    clock: asyncScheduler,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  });
  const effects = effectsForReal(performer, () => performance.now());
  const subscription = performer.outcomes$.subscribe((outcome) => out.write(printHeal(outcome, canvas)));
  try {
    const replay = await replaySession({ paths: [example.session], config, perform: effects.perform });
    await performer.idle();
    const { performed } = effects;
    const written = performed.find(({ effect }) => effect.kind === 'report')?.effect;
    const path = written === undefined ? folder : reportPath(folder, written);
    const report = written === undefined ? '' : await readFile(path, 'utf8');
    const run: DemoRun = { replay, performed, received: discord.received, report };
    const difference = firstDifference(storyOf(run), REFERENCE);
    const seconds = (performance.now() - began) / 1_000;
    out.write(printStory({ run, seconds, reportPath: path, difference }, canvas));
    return difference === undefined;
  } finally {
    subscription.unsubscribe();
    await performer.stop(GRACE);
    await dispatcher.close();
    await discord.close();
  }
}
