/** What became of a call of ours that nobody answered. */
import type { DialOutcome } from '../../call/ports/sip-engine.ts';

export type DialFailure = Extract<DialOutcome, { outcome: 'failed' }>;

export const dialFailure = (how: DialFailure['how'], sipStatus?: number): DialFailure => ({
  outcome: 'failed',
  how,
  ...(sipStatus !== undefined && { sipStatus }),
});

/** What a final answer says of the one called. RFC 3261 §21.4 to §21.6 */
export const refusedDial = (sipStatus: number): DialFailure => {
  if (sipStatus === 486 || sipStatus === 600) return dialFailure('busy', sipStatus);
  if (sipStatus === 408 || sipStatus === 480 || sipStatus === 487)
    return dialFailure('no-answer', sipStatus);
  const isServer = sipStatus >= 500 && sipStatus < 600;
  return dialFailure(isServer ? 'unreachable' : 'rejected', sipStatus);
};

/** It was answered with SIP or SDP that no leg can be made of. */
export const unfitDial = dialFailure('rejected', 488);
