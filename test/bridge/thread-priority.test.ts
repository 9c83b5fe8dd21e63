import { getPriority } from 'node:os';
import { describe, expect, it } from 'vitest';
import { raiseThreadPriority } from '../../src/bridge/thread-priority.ts';

describe('priority of a media thread', () => {
  it('is asked of the kernel for the calling thread alone', () => {
    const asked: [id: number, nice: number][] = [];
    const outcome = raiseThreadPriority(
      () => 4711,
      (id, nice) => asked.push([id, nice]),
    );
    expect(outcome).toBe('raised');
    expect(asked).toEqual([[4711, -10]]);
  });

  it('stays as it was where the system permits none', () => {
    const refuse = () => {
      throw new Error('EACCES');
    };
    expect(raiseThreadPriority(() => 4711, refuse)).toBe('not-permitted');
  });

  it('stays as it was where threads have no numbers', () => {
    expect(raiseThreadPriority(() => undefined)).toBe('unknown-thread');
  });

  it.runIf(process.platform === 'linux')(
    'finds the calling thread among those of the process',
    () => {
      let found = 0;
      raiseThreadPriority(undefined, (id) => (found = id));
      expect(getPriority(found)).toBe(getPriority());
    },
  );
});
