import type { SchedulerLike } from 'rxjs';
import type { HealConfig } from '../../config/config.ts';
import type { HealSink } from './heal-sink.ts';

/** What a heal may need from outside; each action takes of it what it needs. */
export interface HealParts {
  readonly config: HealConfig;
  readonly clock: SchedulerLike;
  /** What a program inherits, less what is ours. */
  readonly env: NodeJS.ProcessEnv;
  /** Webhook addresses and tokens: kept from a program's environment and masked in its output. */
  readonly secrets: readonly string[];
  /** Restarts one container by its identity; rejects with why it could not. */
  readonly restart: (container: string) => Promise<void>;
}

/**
 * What `heal.action` may name: one file in `actions/`, one line in the registry, one contract test
 * (`test/heal-actions.test.ts`).
 */
export interface HealAction {
  readonly name: string;
  /**
   * The program it runs, with its arguments; undefined for what is done through the engine. `doctor` looks whether the
   * one can be started, or the other lets us.
   */
  program(config: HealConfig): readonly string[] | undefined;
  /** What it does, in a few words that follow "attempt 1:"; may show the settings. */
  describe(config: HealConfig): string;
  /** The same for the log, which shows no settings. */
  readonly summary: string;
  create(parts: HealParts): HealSink;
}
