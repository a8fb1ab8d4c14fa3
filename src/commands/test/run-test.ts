import { loadConfig } from '../../config/load-config.ts';
import { replaySession } from '../../replay/replay-session.ts';
import type { ReplayResult } from '../../replay/replay-result.ts';
import { describeEffect } from '../../sinks/text/describe-effect.ts';
import { EXIT, exitCodeOf, UsageError } from '../../usage.ts';
import { type Failure, failureOf } from './check.ts';
import { type Happening, happeningsOf } from './happenings.ts';
import type { RuleTest } from './test-file.ts';

/** A test that has been run. `began` is the first event's time in epoch milliseconds. */
export interface TestRun {
  readonly test: RuleTest;
  readonly replay: ReplayResult;
  readonly began: number;
  readonly happenings: readonly Happening[];
  readonly failures: readonly Failure[];
}

/**
 * Replays the test's session under its settings and holds what happened against what it expects. Throws a UsageError
 * that names the test if the settings are wrong or the session cannot be replayed.
 */
export async function runTest(test: RuleTest): Promise<TestRun> {
  try {
    return await replayed(test);
  } catch (error) {
    if (exitCodeOf(error) !== EXIT.usage || !(error instanceof Error)) throw error;
    throw new UsageError(`test "${test.name}": ${error.message}`);
  }
}

async function replayed(test: RuleTest): Promise<TestRun> {
  const { config } = await loadConfig({ file: test.configFile, flags: test.settings });
  const happenings: Happening[] = [];
  const replay = await replaySession({
    paths: test.session,
    config,
    assumeHeal: test.heal,
    onStep: (step, tally) =>
      happenings.push(...happeningsOf(step, tally, (effect) => describeEffect(effect, config))),
  });
  const began = replay.began === null ? 0 : Date.parse(replay.began);
  const failures = test.expect.flatMap(
    (expectation) => failureOf(expectation, { happenings, began, replay }) ?? [],
  );
  return { test, replay, began, happenings, failures };
}
