import type { Command } from 'commander';
import { print, printJson } from './print.ts';

/** `test FILE…`: expectations on recorded sessions. Exit code 3 if one of them is not met. */
export function testCommand(program: Command): void {
  program
    .command('test')
    .description('hold recorded sessions against what is expected of the rules')
    .argument('<file...>', 'YAML files of tests')
    .option('--json', 'one JSON object a test instead of text')
    .action(async (files: string[], flags: { readonly json?: boolean }) => {
      const [{ readTestFile }, { runTest }, { printTest, printTotals }, { EXIT }] = await Promise.all([
        import('./test/test-file.ts'),
        import('./test/run-test.ts'),
        import('./test/print.ts'),
        import('../usage.ts'),
      ]);
      const tests = [];
      for (const path of files) tests.push({ path, tests: await readTestFile(path) });
      const runs = [];
      for (const file of tests) {
        if (flags.json !== true) print(`${file.path}\n`);
        for (const test of file.tests) {
          const run = await runTest(test);
          runs.push(run);
          const { name } = test;
          const { failures } = run;
          if (flags.json === true)
            printJson({ file: file.path, name, ok: failures.length === 0, failures }, 0);
          else process.stdout.write(printTest(run, process.stdout.isTTY && process.stdout.hasColors()));
        }
      }
      if (flags.json !== true) print(printTotals(runs));
      if (runs.some(({ failures }) => failures.length > 0)) process.exitCode = EXIT.expectation;
    });
}
