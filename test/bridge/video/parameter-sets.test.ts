import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createParameterSets } from '../../../src/bridge/video/parameter-sets.ts';
import { idr, pps, sps } from './support/h264-packets.ts';

const setUp = (...units: readonly Buffer[]) => {
  const sets = createParameterSets();
  const learn = (unit: Buffer): void => {
    sets.learn(unit, 0, unit.length);
  };
  units.forEach(learn);
  return { sets, learn, units: () => sets.units().map((unit) => Buffer.from(unit)) };
};

describe('parameter sets', () => {
  it('are of use when both kinds are there, and SPS come first', () => {
    const { learn, units } = setUp(pps(), idr());
    expect(units()).toEqual([]);
    learn(sps());
    expect(units()).toEqual([sps(), pps()]);
  });

  it('the newest of an id takes the place of the one before; another id stands beside it', () => {
    const otherPps = Buffer.of(0x68, 0x4e, 0x3c); // ue(v) 010: id 1
    const { learn, units } = setUp(sps(1), pps(1), otherPps);
    learn(sps(2));
    learn(pps(2));
    expect(units()).toEqual([sps(2), pps(2), otherPps]);
  });

  it('keep copies: the packet that they came in is used again', () => {
    const unit = sps(7);
    const { units } = setUp(unit, pps());
    unit.fill(0);
    expect(units()[0]).toEqual(sps(7));
  });

  it('whoever sends ever new ones does not fill our memory', () => {
    const sets = createParameterSets();
    fc.assert(
      fc.property(
        fc.constantFrom(0x67, 0x68),
        fc.uint8Array({ maxLength: 900 }),
        (header, body) => {
          const unit = Buffer.from([header, ...body]);
          sets.learn(unit, 0, unit.length);
        },
      ),
    );
    expect(sets.units().length).toBeLessThanOrEqual(16);
    for (const unit of sets.units()) expect(unit.length).toBeLessThanOrEqual(512);
  });
});
