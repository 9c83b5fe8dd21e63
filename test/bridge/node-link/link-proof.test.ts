import { expect, it } from 'vitest';
import { createLinkProof } from '../../../src/bridge/node-link/link-proof.ts';

const setUp = () => {
  const proof = createLinkProof();
  return {
    proof,
    /** Ticks, and whether an entry comes in each. */
    pass: (ticks: number, comes: boolean) => {
      for (let n = 0; n < ticks; n += 1) {
        if (comes) proof.came();
        proof.tick();
      }
      return proof.isStanding();
    },
  };
};

it('a stream stands after ten entries', () => {
  const { pass } = setUp();
  expect(pass(9, true)).toBe(false);
  expect(pass(1, true)).toBe(true);
});

it('entries with gaps between them prove nothing', () => {
  const { pass, proof } = setUp();
  for (let n = 0; n < 50; n += 1) expect(pass(1, true) || pass(6, false)).toBe(false);
  expect(proof.isReachable()).toBe(true);
});

it('one that stands falls after half a second without entries, and not before', () => {
  const { pass } = setUp();
  pass(10, true);
  expect(pass(24, false)).toBe(true);
  pass(1, true);
  expect(pass(24, false)).toBe(true);
  expect(pass(2, false)).toBe(false);
});

it('one that fell is trusted again after five seconds without a gap', () => {
  const { pass } = setUp();
  pass(10, true);
  pass(30, false);
  expect(pass(200, true)).toBe(false);
  pass(6, false);
  expect(pass(249, true)).toBe(false);
  expect(pass(1, true)).toBe(true);
});

it('the other side may hear us while something came within a second', () => {
  const { pass, proof } = setUp();
  expect(proof.isReachable()).toBe(false);
  pass(1, true);
  pass(49, false);
  expect(proof.isReachable()).toBe(true);
  pass(1, false);
  expect(proof.isReachable()).toBe(false);
});
