import { expect, it } from 'vitest';
import { createJoinQueue } from '../../src/bridge/join-queue.ts';

const setUp = (concurrent: number) => {
  const placesOver: (() => void)[] = [];
  const queue = createJoinQueue({
    concurrent,
    longestPlaceMs: 500,
    after: (_delayMs, callback) => {
      placesOver.push(callback);
      return () => placesOver.splice(placesOver.indexOf(callback), 1);
    },
  });
  const begun: string[] = [];
  const finish = new Map<string, (failure?: Error) => void>();
  const add = (name: string) =>
    queue.run(
      () =>
        new Promise<string>((resolve, reject) => {
          begun.push(name);
          finish.set(name, (failure) => {
            if (failure) reject(failure);
            else resolve(name);
          });
        }),
    );
  return { queue, begun, finish, add, placesOver };
};

it('no more jobs run at a time than allowed, and the rest begin in order', async () => {
  const { queue, begun, finish, add } = setUp(2);
  const results = ['a', 'b', 'c', 'd'].map(add);
  expect(begun).toEqual(['a', 'b']);
  expect(queue.waiting()).toBe(2);
  finish.get('b')?.();
  await results[1];
  await Promise.resolve();
  expect(begun).toEqual(['a', 'b', 'c']);
  for (const name of ['a', 'c']) finish.get(name)?.();
  await results[2];
  await Promise.resolve();
  finish.get('d')?.();
  expect(await Promise.all(results)).toEqual(['a', 'b', 'c', 'd']);
});

it('a job that fails gives its place to the next', async () => {
  const { begun, finish, add } = setUp(1);
  const failing = add('a');
  const next = add('b');
  finish.get('a')?.(new Error('no room'));
  await expect(failing).rejects.toThrow('no room');
  await Promise.resolve();
  expect(begun).toEqual(['a', 'b']);
  finish.get('b')?.();
  expect(await next).toBe('b');
});

it('a job that takes long gives its place up, once', async () => {
  const { queue, begun, finish, add, placesOver } = setUp(1);
  const [slow, second, third] = ['a', 'b', 'c'].map(add);
  placesOver[0]?.();
  await Promise.resolve();
  expect(begun).toEqual(['a', 'b']);
  finish.get('a')?.();
  expect(await slow).toBe('a');
  await Promise.resolve();
  expect(begun).toEqual(['a', 'b']);
  expect(queue.waiting()).toBe(1);
  finish.get('b')?.();
  await second;
  await Promise.resolve();
  finish.get('c')?.();
  expect(await third).toBe('c');
});
