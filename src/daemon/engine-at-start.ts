import { displayLines } from '../text/display.ts';
import type { Config } from '../config/config.ts';
import { type DockerEngine, dockerEngines } from '../streams/docker/engines.ts';
import { probe } from '../streams/docker/probe.ts';
import { UsageError } from '../usage.ts';

/** The Docker Engines of the settings. Throws a UsageError where an address is none, or two are the same. */
export function enginesOf(config: Config): readonly DockerEngine[] {
  try {
    return dockerEngines(config);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** Whether all of these engines are there; of those that are not, the reason and the remedy go to standard error. */
export async function answers(engines: readonly DockerEngine[]): Promise<boolean> {
  const found = await Promise.all(
    engines.map(async (engine) => ({ engine, answer: await probe(engine.endpoint) })),
  );
  const away = found.flatMap(({ engine, answer }) => (answer.ok ? [] : [{ engine, answer }]));
  for (const { engine, answer } of away) {
    const which = engines.length === 1 ? '' : ` (${engine.id})`;
    process.stderr.write(displayLines(`No Docker Engine${which}: ${answer.reason}\n${answer.remedy}\n`));
  }
  return away.length === 0;
}
