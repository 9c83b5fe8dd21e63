import { delimiter, resolve } from 'node:path';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { LongFirst } from './test/support/long-first.ts';

/** Where the spacing of packets is judged, or how soon something is heard. */
const judgedOnTime = [
  'test/e2e/{sound-in-time,encryption,move,start}.test.ts',
  'test/bridge/**/*.live.test.ts',
];

/** On drachtio-server and FreeSWITCH, which all of them share. */
const onSharedServers = ['test/sip/drachtio/!(peer-faults).live.test.ts'];

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
    sequence: { sequencer: LongFirst },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/**/*.live.test.ts'],
          // Modules have no state of their own: what is imported once serves all files of a worker.
          isolate: false,
          maxWorkers: '100%',
          // Nothing is waited for in real time, but a shared machine may stand still.
          testTimeout: 20_000,
        },
      },
      // Real servers and real time. Five files at a time, on two cores: they mostly wait.
      liveProject('e2e', {
        include: ['test/e2e/**/*.test.ts', 'test/**/*.live.test.ts'],
        exclude: [...judgedOnTime, ...onSharedServers],
        sequence: { groupOrder: 1 },
        maxWorkers: 5,
      }),
      // A core for each, so that none starves another.
      liveProject('e2e-on-time', {
        include: [...judgedOnTime],
        sequence: { groupOrder: 2 },
        maxWorkers: 2,
      }),
      liveProject('e2e-alone', {
        include: [...onSharedServers],
        sequence: { groupOrder: 3 },
        fileParallelism: false,
      }),
    ],
  },
});
