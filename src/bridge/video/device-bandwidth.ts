/** How large the pictures for a device may be, and how many bits a second: by SDP, feedback and losses. */
import type { VideoSession } from '../../call/ports/media.ts';
import { createLossEstimate } from '../room/loss-estimate.ts';
import type { PictureWant } from './device-screen.ts';
import { sizeOfLevel, type PictureSize } from './picture-size.ts';

export interface DeviceBandwidth {
  configure(session: Pick<VideoSession, 'remoteProfileLevelId' | 'maxBitrateKbps'>): void;
  /** The device takes so much (TMMBR, REMB). */
  limit(bitsPerSecond: number): void;
  /** It lost so much of late, of 256. */
  lose(fractionLost: number): void;
  want(): PictureWant;
}

/** What goes each way where nobody said less. */
export const usualKbpsOf = ({ height }: PictureSize): number => (height > 720 ? 4000 : 2000);
/** Below this there is no picture worth the name. */
export const leastBitrateKbps = 100;

export const createDeviceBandwidth = (): DeviceBandwidth => {
  let size = sizeOfLevel('');
  let signalledKbps: number | undefined;
  let limitKbps = Number.POSITIVE_INFINITY;
  const losses = createLossEstimate({
    minKbps: leastBitrateKbps,
    maxKbps: () => Math.min(signalledKbps ?? usualKbpsOf(size), limitKbps),
  });

  return {
    configure: ({ remoteProfileLevelId, maxBitrateKbps }) => {
      size = sizeOfLevel(remoteProfileLevelId);
      signalledKbps = maxBitrateKbps;
    },
    limit: (bitsPerSecond) => {
      limitKbps = bitsPerSecond / 1000;
    },
    lose: (fractionLost) => {
      losses.report(fractionLost);
    },
    want: () => ({ ...size, maxBitrateKbps: Math.floor(losses.kbps()) }),
  };
};
