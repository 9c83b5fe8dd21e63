import { expect, it } from 'vitest';
import { newLegId } from '../../src/wiring/engine-from-config.ts';

it('a leg’s key never begins with a dash', () => {
  const drawn = [Buffer.alloc(16, 0xfb), Buffer.alloc(16, 0x01)];
  const legId = newLegId(() => drawn.shift() ?? Buffer.alloc(16));
  expect(legId).toBe(Buffer.alloc(16, 0x01).toString('base64url'));
  expect(drawn).toEqual([]);
});
