/**
 * Runs every test (or those whose file names contain one of the arguments, or what TEST_FILES says, for a test that
 * runs `npm test` itself) and closes with the one line that CI tools recognise: `N passed, N failed, N skipped`. With
 * REQUIRE_ENGINE=1 nothing may be skipped: a skipped test then counts as a failure. Where one or two files failed among
 * many they are asked once more, alone, and both results are told: a machine that is busy is not a fault, a fault
 * fails again.
 */
import { startVitest, type TestModule } from 'vitest/node';

/** More failures than this many files are no hiccup of the machine. */
const ASKED_AGAIN = 2;

const only = process.env['TEST_FILES']?.split(' ') ?? [];
const vitest = await startVitest([...process.argv.slice(2), ...only], { watch: false });
const modules = (): readonly TestModule[] => vitest.state.getTestModules();
const unhandled = vitest.state.getUnhandledErrors().length;

const first = modules().filter((module) => !module.ok());
if (
  unhandled === 0 &&
  first.length > 0 &&
  first.length <= ASKED_AGAIN &&
  modules().length > 10 * first.length
) {
  const told = first.flatMap((module) => failuresOf(module));
  await vitest.runTestSpecifications(first.map((module) => module.toTestSpecification()));
  for (const name of told) process.stdout.write(`failed at first, asked again alone: ${name}\n`);
}

const tests = modules().flatMap((module) => [...module.children.allTests()]);
const count = (state: string): number => tests.filter((test) => test.result().state === state).length;
const broken = modules().filter((module) => module.errors().length > 0).length;
const skippedTests = tests.filter((test) => test.result().state === 'skipped');
const strict = process.env['REQUIRE_ENGINE'] === '1';
for (const test of skippedTests)
  process.stdout.write(`${strict ? 'must not be skipped' : 'skipped'}: ${test.fullName}\n`);
const failed = count('failed') + broken + unhandled + (strict ? skippedTests.length : 0);
const skipped = strict ? 0 : skippedTests.length;
await vitest.close();

process.stdout.write(`${count('passed')} passed, ${failed} failed, ${skipped} skipped\n`);
process.exitCode = failed > 0 || count('passed') === 0 ? 1 : 0;

/** What did not pass in a file, by name. */
function failuresOf(module: TestModule): readonly string[] {
  const failing = [...module.children.allTests()].filter((test) => test.result().state === 'failed');
  return failing.length > 0
    ? failing.map((test) => `${module.relativeModuleId} > ${test.fullName}`)
    : [module.relativeModuleId];
}
