/** Trunks for tests: what a test does not name is as plain as can be. */
import type { Trunk, TrunkBook } from '../../src/trunk/trunk.ts';

export const trunkOf = (name: string, fields: Partial<Trunk> = {}): Trunk => ({
  name,
  addresses: [],
  credentials: undefined,
  registration: undefined,
  numbers: [],
  identity: [],
  codecs: ['PCMA', 'PCMU'],
  limits: { calls: undefined, callsPerS: undefined },
  publicAddress: undefined,
  peer: undefined,
  keepAlive: undefined,
  ...fields,
});

export const bookOf = (...trunks: Trunk[]): TrunkBook => ({
  digest: { realm: 'ringbro', algorithms: ['SHA-256', 'MD5'], nonceLifeMs: 60_000, status: 401 },
  trunks,
});
