import { expect, test } from 'vitest';
import { createDecoderTable } from '../../../src/bridge/rtp/decoder-table.ts';
import { createFakeDecoder } from './playout-simulation.ts';

test('a decoder is asked for once, what has none each time, and all are closed', () => {
  const asked: number[] = [];
  const made = [createFakeDecoder(), createFakeDecoder()];
  let next = 0;
  const table = createDecoderTable((payloadType) => {
    asked.push(payloadType);
    return payloadType === 8 ? made[next++] : undefined;
  });
  for (const payloadType of [8, 8, 101, 101]) table.of(payloadType);
  expect(asked).toEqual([8, 101, 101]);
  table.forget();
  expect(table.of(8)).toBe(made[1]);
  table.close();
  table.close();
  expect(made.map((decoder) => decoder.closed)).toEqual([1, 1]);
});
