/**
 * A process that writes calls until it is killed: the other side of store.live.test.ts. Tells its
 * parent which calls it has answered, and of which it was promised the end.
 */
import { randomInt } from 'node:crypto';
import { generateCallId } from '../../src/meeting/call-id.ts';
import { openStore } from '../../src/store/store.ts';
import { callRecord, endedRecord, silentLogger } from './records.ts';

const [folder = '', prefix = ''] = process.argv.slice(2);
const store = await openStore({
  folder,
  nodeId: 'node-a',
  pinSecret: 'secret',
  makeCallId: () => generateCallId(randomInt),
  clock: {
    now: () => Date.now(),
    at(at, callback) {
      const timer = setTimeout(callback, at - Date.now());
      return () => {
        clearTimeout(timer);
      };
    },
  },
  logger: silentLogger,
});
const closed = await store.recover(Date.now());
process.send?.({ closed: closed.map((record) => record.legId) });

async function call(n: number): Promise<void> {
  const leg = `${prefix}-${n}`;
  const startedAt = Date.now();
  await store.journal.begin(callRecord(leg, { startedAt }));
  process.send?.({ answered: leg });
  for (let update = 0; update < randomInt(4); update += 1) {
    store.journal.update(callRecord(leg, { startedAt, state: 'joined' }));
    await new Promise((resolve) => setTimeout(resolve, randomInt(5)));
  }
  if (n % 3 === 0) return; // stays open
  await store.journal.end(endedRecord(leg, { startedAt, endedAt: Date.now() }));
  process.send?.({ ended: leg });
}

for (let n = 0; n < 100_000; n += 5) {
  await Promise.all([0, 1, 2, 3, 4].map((offset) => call(n + offset)));
}
