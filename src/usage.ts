import { CommanderError } from 'commander';
import { ConfigError } from './config/config-error.ts';

/** Exit codes of all commands: success, a fault, wrong usage or configuration, an expectation that was not met. */
export const EXIT = { fine: 0, fault: 1, usage: 2, expectation: 3 } as const;

/** Wrong usage: what was given, what was expected. Ends the command with exit code 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** The exit code that tells what kind of failure this was. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.fine : EXIT.usage;
  if (error instanceof ConfigError || error instanceof UsageError) return EXIT.usage;
  return EXIT.fault;
}
