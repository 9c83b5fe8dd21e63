import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/**/*.live.test.ts'],
        },
      },
      {
        // Real servers and real time: one file at a time, so that none starves another.
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts', 'test/**/*.live.test.ts'],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
