/** A caller farm, seen from the bench: a process of its own and typed requests to it. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { FarmAnswer, FarmAsk, FarmRequestName, FarmRequests } from './farm-protocol.ts';

const program = fileURLToPath(new URL('caller-farm.ts', import.meta.url));

export interface CallerFarm {
  /** Rejects with what went wrong in the farm, or when the farm is gone. */
  ask<Name extends FarmRequestName>(
    name: Name,
    ask: FarmRequests[Name]['ask'],
  ): Promise<FarmRequests[Name]['answer']>;
  close(): Promise<void>;
}

export const startCallerFarm = (): CallerFarm => {
  const child = fork(program, { serialization: 'advanced' });
  const exited = once(child, 'exit');
  const open = new Map<number, PromiseWithResolvers<unknown>>();
  let lastNumber = 0;
  child.on('message', (message) => {
    const answer = message as FarmAnswer;
    const asked = open.get(answer.number);
    open.delete(answer.number);
    if ('failure' in answer) asked?.reject(new Error(`caller farm: ${answer.failure}`));
    else asked?.resolve(answer.answer);
  });
  child.once('exit', () => {
    for (const asked of open.values()) asked.reject(new Error('the caller farm is gone'));
    open.clear();
  });
  return {
    ask: async <Name extends FarmRequestName>(name: Name, ask: FarmRequests[Name]['ask']) => {
      lastNumber += 1;
      const asked = Promise.withResolvers<unknown>();
      open.set(lastNumber, asked);
      const message: FarmAsk = { number: lastNumber, name, ask };
      child.send(message);
      return (await asked.promise) as FarmRequests[Name]['answer'];
    },
    async close() {
      if (child.connected) child.disconnect();
      await exited;
    },
  };
};
