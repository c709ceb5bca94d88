// vitest.config.ts: what a test needs is in its file name, so that `vitest --project unit` starts nothing.
import { defineConfig } from 'vitest/config';

const EMBEDDED = 'test/platform/embedded/**/*.test.ts'; // start and kill servers of their own
const POSTGRES = './test/setup/postgres.ts';
const TEMPORAL = './test/setup/temporal.ts';
// Bounds tell a test that hangs from one that works, never how fast it is: they hold on two cores with eight other programs.
const MINUTES = 300_000; // ms: a drive on the time-skipping server, a browser on a real stack
const SECONDS = 120_000; // ms: some seconds of work, or twenty times as long on a loaded laptop
const STATE = { poll: { timeout: 100_000, interval: 50 } }; // ms: `expect.poll` waits for a state, shorter than the test

const patient = {
  testTimeout: MINUTES,
  hookTimeout: MINUTES,
  expect: STATE,
  sequence: { groupOrder: 1 }, // after the brisk, whose bounds are shorter
};
const brisk = { testTimeout: SECONDS, hookTimeout: SECONDS, expect: STATE };

export default defineConfig({
  test: {
    maxWorkers: '100%', // of the cores: vitest would leave one idle
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.{db,temporal,e2e}.test.ts', EMBEDDED],
          ...brisk,
        },
      },
      { test: { name: 'embedded', include: [EMBEDDED], ...brisk } },
      { test: { name: 'db', include: ['test/**/*.db.test.ts'], globalSetup: [POSTGRES], ...brisk } },
      {
        test: {
          name: 'temporal',
          include: ['test/**/*.temporal.test.ts'],
          globalSetup: [POSTGRES, TEMPORAL],
          ...patient,
        },
      },
      { test: { name: 'e2e', include: ['test/**/*.e2e.test.ts'], globalSetup: [POSTGRES, TEMPORAL], ...patient } },
    ],
  },
});
