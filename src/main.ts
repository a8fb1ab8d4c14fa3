import { CommanderError } from 'commander';
import { printError } from './commands/print.ts';
import { program } from './program.ts';
import { exitCodeOf } from './usage.ts';

// `… | head` has seen enough. What was begun goes on to its end: an installation is not left half done for that.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError))
    printError(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = exitCodeOf(error);
}
