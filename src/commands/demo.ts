import type { Command } from 'commander';

/** `demo`: the shipped session with its effects performed against stand-ins. Exit code 1 if its story has changed. */
export function demoCommand(program: Command): void {
  program
    .command('demo')
    .description(
      'replay the recorded session that ships with this program, with alerts, report and heal for real',
    )
    .action(async () => {
      const [{ runDemo }, { EXIT }] = await Promise.all([
        import('./demo/run-demo.ts'),
        import('../usage.ts'),
      ]);
      process.exitCode = (await runDemo(process.stdout)) ? EXIT.fine : EXIT.fault;
    });
}
