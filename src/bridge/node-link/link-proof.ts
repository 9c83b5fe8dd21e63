/**
 * Whether a stream of another node can be relied on, by its entries alone. One that fell has to come
 * well for five seconds before it is trusted again, so that a bad path does not switch the sound to and fro.
 *
 *   away ── an entry ──▶ proving ── 10 entries (after a fall 250), no gap over 100 ms ──▶ standing
 *    ▲                      │ gap                                                           │
 *    └──────────────────────┴────────────────── nothing for 500 ms ◀────────────────────────┘
 */

export interface LinkProof {
  /** An entry came. */
  came(): void;
  /** One of our ticks passed: ticks that a stall left out are none, since what came waits in the socket. */
  tick(): void;
  isStanding(): boolean;
  /** Something came within a second: what we send may arrive too. */
  isReachable(): boolean;
}

const firstProof = 10;
const proofAfterFall = 250;
const longestGapTicks = 5;
const fallTicks = 25;
const reachableTicks = 50;

export const createLinkProof = (): LinkProof => {
  let state: 'away' | 'proving' | 'standing' = 'away';
  let needed = firstProof;
  let came = 0;
  let silentTicks = Number.POSITIVE_INFINITY;

  return {
    came: () => {
      silentTicks = 0;
      if (state === 'away') {
        state = 'proving';
        came = 0;
      }
      came += 1;
      if (state === 'proving' && came >= needed) state = 'standing';
    },
    tick: () => {
      silentTicks += 1;
      if (state === 'proving' && silentTicks > longestGapTicks) state = 'away';
      if (state === 'standing' && silentTicks > fallTicks) {
        state = 'away';
        needed = proofAfterFall;
      }
    },
    isStanding: () => state === 'standing',
    isReachable: () => silentTicks <= reachableTicks,
  };
};
