/**
 * Whether a peer answers OPTIONS. Any answer but 408 and 503 is a sign of life: many refuse OPTIONS
 * and take calls all the same.
 *
 *   unknown --+-- answer ------------------> up -----+
 *             |                              ^       | second silence in a row
 *             |                       answer |       v
 *             +-- first silence -----------> +----- down
 */
export type PeerState = 'unknown' | 'up' | 'down';

export interface PeerWatch {
  readonly state: PeerState;
  /** The final status of an OPTIONS; undefined: none came. True where the state changed. */
  answered(sipStatus: number | undefined): boolean;
}

/** One lost answer is no outage. */
const silencesUntilDown = 2;

export const createPeerWatch = (): PeerWatch => {
  let state: PeerState = 'unknown';
  let silences = 0;
  return {
    get state() {
      return state;
    },
    answered: (sipStatus) => {
      const before = state;
      const isAlive = sipStatus !== undefined && sipStatus !== 408 && sipStatus !== 503;
      silences = isAlive ? 0 : silences + 1;
      if (isAlive) state = 'up';
      else if (state !== 'up' || silences >= silencesUntilDown) state = 'down';
      return state !== before;
    },
  };
};
