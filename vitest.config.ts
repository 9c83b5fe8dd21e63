import { delimiter, resolve } from 'node:path';
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
          // Where test/support/prepare.ts builds a livekit-server that is not on PATH.
          env: { PATH: `${process.env['PATH'] ?? ''}${delimiter}${resolve('.cache/bin')}` },
          include: ['test/e2e/**/*.test.ts', 'test/**/*.live.test.ts'],
          fileParallelism: false,
          // Sound is judged in real time, and a shared machine may stand still for a second: what is
          // broken fails twice.
          retry: 1,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
