import { describe, expect, it } from 'vitest';
import { createPacketHistory } from '../../../src/bridge/video/packet-history.ts';

describe('packet history', () => {
  it('has the packets of late as they were, also over the end of the numbers', () => {
    const history = createPacketHistory(8);
    for (let sequence = 65_530; sequence < 65_540; sequence += 1) {
      const packet = Buffer.alloc(20, sequence & 0xff);
      history.keep(sequence & 0xffff, packet);
      packet.fill(0);
    }
    expect(history.find(65_531)).toBeUndefined();
    expect(history.find(65_535)).toEqual(Buffer.alloc(20, 0xff));
    expect(history.find(3)).toEqual(Buffer.alloc(20, 3));
    expect(history.find(4)).toBeUndefined();
  });

  it('a packet too long to be kept does not leave the one before it in its place', () => {
    const history = createPacketHistory(8);
    history.keep(1, Buffer.alloc(20));
    history.keep(9, Buffer.alloc(2000));
    expect([history.find(1), history.find(9)]).toEqual([undefined, undefined]);
  });
});
