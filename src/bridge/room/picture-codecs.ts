import {
  MediaStream,
  MediaStreamTrack,
  RTCRtpCodecParameters,
  type RTCPeerConnection,
  type RTCRtpSender,
} from 'werift';

/** RTP payload types of pictures, as we offer them; `rtx`: packets sent again, RFC 4588. */
export const picturePayloadTypes = { h264: 102, rtx: 103 } as const;
export const pictureRateHz = 90_000;

/** Constrained baseline at level 3.1, as browsers name it; others pass all the same. RFC 6184 §8.1 */
const parameters = 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f';

const h264 = new RTCRtpCodecParameters({
  mimeType: 'video/H264',
  clockRate: pictureRateHz,
  payloadType: picturePayloadTypes.h264,
  rtcpFeedback: [
    { type: 'nack' },
    { type: 'nack', parameter: 'pli' },
    { type: 'ccm', parameter: 'fir' },
  ],
  parameters,
});

const rtx = new RTCRtpCodecParameters({
  mimeType: 'video/rtx',
  clockRate: pictureRateHz,
  payloadType: picturePayloadTypes.rtx,
  parameters: `apt=${picturePayloadTypes.h264}`,
});

export const pictureCodecs: readonly RTCRtpCodecParameters[] = [h264, rtx];

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
