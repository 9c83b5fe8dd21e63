import { readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { Worker } from 'node:worker_threads';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { raiseThreadPriority, realTimeLevels } from '../../src/bridge/thread-priority.ts';

const never = () => false;
const refuse = () => {
  throw new Error('EACCES');
};

describe('priority of a media thread', () => {
  it('is the real-time one that is wanted, or the highest permitted', () => {
    const asked: number[] = [];
    const permitted = (most: number) => (level: number) => {
      asked.push(level);
      return level <= most;
    };
    const to = { realTimeLevel: realTimeLevels.pacer, setNice: refuse };
    expect(raiseThreadPriority({ ...to, beRealTime: permitted(99) })).toBe('real-time');
    expect(raiseThreadPriority({ ...to, beRealTime: permitted(1) })).toBe('real-time');
    expect(asked).toEqual([2, 2, 1]);
  });

  it('is niceness for the calling thread alone where no real-time is permitted', () => {
    const asked: [id: number, nice: number][] = [];
    const outcome = raiseThreadPriority({
      realTimeLevel: realTimeLevels.media,
      beRealTime: never,
      threadId: () => 4711,
      setNice: (id, nice) => asked.push([id, nice]),
    });
    expect(outcome).toBe('raised');
    expect(asked).toEqual([[4711, -10]]);
  });

  it('is niceness where no processor would be left for others', () => {
    const setNice = () => undefined;
    expect(raiseThreadPriority({ realTimeLevel: 0, beRealTime: () => true, setNice })).toBe(
      'raised',
    );
  });

  it('stays as it was where the system permits none', () => {
    const threadId = () => 4711;
    expect(
      raiseThreadPriority({ realTimeLevel: 1, beRealTime: never, threadId, setNice: refuse }),
    ).toBe('not-permitted');
  });

  it('stays as it was where threads have no numbers', () => {
    const threadId = () => undefined;
    expect(raiseThreadPriority({ realTimeLevel: 1, beRealTime: never, threadId })).toBe(
      'unknown-thread',
    );
  });

  it.runIf(process.platform === 'linux')(
    'finds the calling thread among those of the process',
    () => {
      let found = 0;
      raiseThreadPriority({ realTimeLevel: 0, setNice: (id) => (found = id) });
      expect(getPriority(found)).toBe(getPriority());
    },
  );

  it.runIf(process.platform === 'linux' && process.getuid?.() === 0)(
    'is the kernel’s for that thread, and no child of it has it',
    async () => {
      const module = new URL('../../src/bridge/thread-priority.ts', import.meta.url).href;
      const worker = new Worker(
        `const { readFileSync } = require('node:fs');
         const { execFileSync } = require('node:child_process');
         const { parentPort } = require('node:worker_threads');
         import(${JSON.stringify(module)}).then(({ raiseThreadPriority }) => {
           const priority = raiseThreadPriority({ realTimeLevel: 1 });
           const child = execFileSync('cat', ['/proc/self/stat'], { encoding: 'utf8' });
           const own = readFileSync('/proc/thread-self/stat', 'utf8');
           parentPort.postMessage({ priority, own, child });
         });`,
        { eval: true, execArgv: ['--disable-warning=ExperimentalWarning'] },
      );
      const [told] = (await once(worker, 'message')) as [Record<string, string>];
      await worker.terminate();
      // Field 41 of stat is the policy, 2 for round-robin; the name in field 2 may have blanks. proc(5)
      const policyOf = (stat = ''): number => Number(stat.split(') ').at(-1)?.split(' ')[38]);
      if (told['priority'] === 'real-time') expect(policyOf(told['own'])).toBe(2);
      else expect(policyOf(told['own'])).toBe(0);
      expect(policyOf(told['child'])).toBe(0);
      expect(policyOf(readFileSync('/proc/self/stat', 'utf8'))).toBe(0);
    },
  );
});
