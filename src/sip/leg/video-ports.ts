/** The ports of a leg's pictures: there from the beginning, or opened when pictures come later. */
import type { MediaLeg } from '../../call/ports/media.ts';
import type { Logger } from '../../call/ports/process.ts';
import type { LocalMedia } from '../message/sdp-session.ts';

/** Where a media leg takes pictures. */
export const videoPortsOf = ({
  localVideoPort: rtpPort,
  localVideoRtcpPort: rtcpPort,
}: Pick<MediaLeg, 'localVideoPort' | 'localVideoRtcpPort'>): LocalMedia['video'] =>
  rtpPort === undefined ? undefined : { rtpPort, rtcpPort: rtcpPort ?? rtpPort + 1 };

/** Whether there is something to open first. */
export const lacksVideoPorts = (leg: MediaLeg): boolean =>
  leg.localVideoPort === undefined && leg.openVideo !== undefined;

/** Never rejects: where no ports are free, the call goes on with sound alone. */
export const openVideoPorts = async (leg: MediaLeg, log: Logger): Promise<void> => {
  try {
    if (lacksVideoPorts(leg)) await leg.openVideo?.();
  } catch (error) {
    log.warn({ err: error }, 'no ports for the pictures of a call');
  }
};
