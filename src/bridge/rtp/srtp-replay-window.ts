/** Which packets of one stream came already: RFC 3711 §3.3.2. Indices count up from 0. */
export interface ReplayWindow {
  /** The highest index taken; -1 before the first. */
  highest(): number;
  /** Whether a packet of this index came already, or is so late that nobody knows. */
  isReplay(index: number): boolean;
  /** Takes it: only once its tag was found good. */
  take(index: number): void;
}

/** At least 64 by the RFC; a burst after a stall reorders more. */
const windowPackets = 128;

export const createReplayWindow = (): ReplayWindow => {
  const taken = new Uint8Array(windowPackets);
  let highest = -1;
  return {
    highest: () => highest,
    isReplay: (index) =>
      index <= highest - windowPackets || (index <= highest && taken[index % windowPackets] === 1),
    take: (index) => {
      if (index - highest >= windowPackets) taken.fill(0);
      else for (let at = highest + 1; at < index; at += 1) taken[at % windowPackets] = 0;
      taken[index % windowPackets] = 1;
      highest = Math.max(highest, index);
    },
  };
};
