/**
 * Runs every test (or those whose file names contain one of the arguments, or what TEST_FILES says, for a test that
 * runs `npm test` itself) and closes with the one line that CI tools recognise: `N passed, N failed, N skipped`. With
 * REQUIRE_ENGINE=1 nothing may be skipped: a skipped test then counts as a failure.
 */
import { startVitest } from 'vitest/node';

const only = process.env['TEST_FILES']?.split(' ') ?? [];
const vitest = await startVitest([...process.argv.slice(2), ...only], { watch: false });
const tests = vitest.state.getTestModules().flatMap((module) => [...module.children.allTests()]);
const count = (state: string): number => tests.filter((test) => test.result().state === state).length;
const broken = vitest.state.getTestModules().filter((module) => module.errors().length > 0).length;
const unhandled = vitest.state.getUnhandledErrors().length;

const skippedTests = tests.filter((test) => test.result().state === 'skipped');
const strict = process.env['REQUIRE_ENGINE'] === '1';
for (const test of skippedTests)
  process.stdout.write(`${strict ? 'must not be skipped' : 'skipped'}: ${test.fullName}\n`);
const failed = count('failed') + broken + unhandled + (strict ? skippedTests.length : 0);
const skipped = strict ? 0 : skippedTests.length;
await vitest.close();

process.stdout.write(`${count('passed')} passed, ${failed} failed, ${skipped} skipped\n`);
process.exitCode = failed > 0 || count('passed') === 0 ? 1 : 0;
