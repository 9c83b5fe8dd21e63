/** The ports of a leg's pictures, of both streams: there from the beginning, or opened when pictures come later. */
import type { MediaLeg } from '../../call/ports/media.ts';
import type { Logger } from '../../call/ports/process.ts';
import type { LocalMedia } from '../message/sdp-session.ts';
import type { SecondStream } from './second-stream.ts';

/** Where a media leg takes pictures. */
export const videoPortsOf = ({
  localVideoPort: rtpPort,
  localVideoRtcpPort: rtcpPort,
}: Pick<MediaLeg, 'localVideoPort' | 'localVideoRtcpPort'>): LocalMedia['video'] =>
  rtpPort === undefined ? undefined : { rtpPort, rtcpPort: rtcpPort ?? rtpPort + 1 };

const lacksFirst = (leg: MediaLeg): boolean =>
  leg.localVideoPort === undefined && leg.openVideo !== undefined;

/**
 * Whether there is something to open first.
 *
 * @param offer of pictures; undefined: one of ours
 */
export const lacksVideoPorts = (
  leg: MediaLeg,
  offer: string | undefined,
  second: SecondStream | undefined,
): boolean => lacksFirst(leg) || second?.needs(offer) === true;

/** Never rejects: where no ports are free, the call goes on with less. */
export const openVideoPorts = async (
  leg: MediaLeg,
  offer: string | undefined,
  second: SecondStream | undefined,
  log: Logger,
): Promise<void> => {
  try {
    if (lacksFirst(leg)) await leg.openVideo?.();
  } catch (error) {
    log.warn({ err: error }, 'no ports for the pictures of a call');
  }
  const hasFirst = leg.localVideoPort !== undefined;
  if (hasFirst && second?.needs(offer) === true) await second.prepare(leg);
};
