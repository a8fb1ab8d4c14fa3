import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/build.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // What has to happen is waited for as long as a busy machine may need.
    expect: { poll: { timeout: 60_000 } },
    maxWorkers: 2,
  },
});
