import {
  MediaStream,
  MediaStreamTrack,
  RTCRtpCodecParameters,
  type RTCPeerConnection,
  type RTCRtpSender,
} from 'werift';
import type { ForeignCodec } from '../../transcode/picture-format.ts';

/** RTP payload types of pictures, as we offer them; `rtx`: packets sent again, RFC 4588. */
export const picturePayloadTypes = { h264: 102, rtx: 103 } as const;
/** As `createPictureReceiver` takes them. */
export const ownPayloadTypes: PicturePayloadTypes = {
  primary: picturePayloadTypes.h264,
  rtx: picturePayloadTypes.rtx,
};
export const pictureRateHz = 90_000;
/** Of the codecs that are asked for to be transcoded, each alone in its connection. */
export const foreignPayloadTypes: Readonly<Record<ForeignCodec, PicturePayloadTypes>> = {
  vp8: { primary: 96, rtx: 97 },
  vp9: { primary: 98, rtx: 99 },
  av1: { primary: 100, rtx: 101 },
};

export interface PicturePayloadTypes {
  readonly primary: number;
  readonly rtx: number;
}

/** Constrained baseline at level 3.1, as browsers name it; others pass all the same. RFC 6184 §8.1 */
const parameters = 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f';

const coded = (name: string, payloadType: number, parameters: string): RTCRtpCodecParameters =>
  new RTCRtpCodecParameters({
    mimeType: `video/${name}`,
    clockRate: pictureRateHz,
    payloadType,
    rtcpFeedback: [
      { type: 'nack' },
      { type: 'nack', parameter: 'pli' },
      { type: 'ccm', parameter: 'fir' },
    ],
    parameters,
  });

const repairing = (payloadType: number, primary: number): RTCRtpCodecParameters =>
  new RTCRtpCodecParameters({
    mimeType: 'video/rtx',
    clockRate: pictureRateHz,
    payloadType,
    parameters: `apt=${primary}`,
  });

const h264 = coded('H264', picturePayloadTypes.h264, parameters);

export const pictureCodecs: readonly RTCRtpCodecParameters[] = [
  h264,
  repairing(picturePayloadTypes.rtx, picturePayloadTypes.h264),
];

const foreignNames: Readonly<Record<ForeignCodec, readonly [name: string, parameters: string]>> = {
  vp8: ['VP8', ''],
  vp9: ['VP9', 'profile-id=0'],
  av1: ['AV1', 'level-idx=5;profile=0;tier=0'],
};

/**
 * One codec alone: of those that a publisher has, LiveKit's server gives the publisher's first that is
 * offered, not ours.
 */
export const foreignPictureCodecs = (codec: ForeignCodec): readonly RTCRtpCodecParameters[] => {
  const [name, codecParameters] = foreignNames[codec];
  const { primary, rtx } = foreignPayloadTypes[codec];
  return [coded(name, primary, codecParameters), repairing(rtx, primary)];
};

/** A sending m-line for a camera. What is sent again goes as it was, without RTX. */
export const addCameraSender = (peer: RTCPeerConnection, ssrc: number): RTCRtpSender => {
  const track = new MediaStreamTrack({ kind: 'video' });
  // With a stream, so that the offer has the msid by which LiveKit finds the track's `cid`.
  const streams = [new MediaStream([track])];
  const transceiver = peer.addTransceiver(track, { direction: 'sendonly', streams });
  transceiver.setCodecPreferences([h264]);
  Object.assign(transceiver.sender, { ssrc });
  return transceiver.sender;
};
