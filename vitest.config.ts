import { delimiter, resolve } from 'node:path';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

/** Where the spacing of packets is judged, or what a machine bears. */
const judgedOnTime = [
  'test/e2e/sound.test.ts',
  'test/e2e/encryption.test.ts',
  'test/e2e/host-actions.test.ts',
  'test/e2e/stress.test.ts',
  'test/bridge/**/*.live.test.ts',
  'test/sip/**/*.live.test.ts',
];

const liveProject = (name: string, test: TestProjectInlineConfiguration['test']) => ({
  test: {
    name,
    // Where test/support/prepare.ts builds a livekit-server that is not on PATH.
    env: { PATH: `${process.env['PATH'] ?? ''}${delimiter}${resolve('.cache/bin')}` },
    // Sound is judged in real time, and a shared machine may stand still for a second: what is
    // broken fails twice.
    retry: 1,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    ...test,
  },
});

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
      // Real servers and real time. Three files at a time: they mostly wait.
      liveProject('e2e', {
        include: ['test/e2e/**/*.test.ts', 'test/**/*.live.test.ts'],
        exclude: [...judgedOnTime],
        sequence: { groupOrder: 1 },
        maxWorkers: 3,
      }),
      // One file at a time, so that none starves another.
      liveProject('e2e-alone', {
        include: [...judgedOnTime],
        sequence: { groupOrder: 2 },
        fileParallelism: false,
      }),
    ],
  },
});
