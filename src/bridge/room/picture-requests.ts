/** What is asked of LiveKit's server about pictures. */
import {
  AddTrackRequest,
  MuteTrackRequest,
  ParticipantTracks,
  SignalRequest,
  SimulcastCodec,
  TrackSource,
  TrackType,
  UpdateSubscription,
  UpdateTrackSettings,
  VideoLayer,
  VideoQuality,
} from '@livekit/protocol';
import type { CameraTrack } from './link-types.ts';
import { chooseLayer, type PictureWant } from './picture-layers.ts';
import type { FollowableTrack } from './picture-roster.ts';
import type { PictureQuality } from './picture-signal.ts';

/** A camera of one layer of H.264, or a screen. */
export const cameraRequest = (
  cid: string,
  camera: CameraTrack,
  muted: boolean,
  source: 'camera' | 'screen' = 'camera',
): AddTrackRequest => {
  const { width, height, maxBitrateKbps } = camera;
  const bitrate = maxBitrateKbps * 1000;
  const layers = [new VideoLayer({ quality: VideoQuality.HIGH, width, height, bitrate })];
  return new AddTrackRequest({
    cid,
    name: source,
    type: TrackType.VIDEO,
    source: source === 'camera' ? TrackSource.CAMERA : TrackSource.SCREEN_SHARE,
    muted,
    width,
    height,
    layers,
    simulcastCodecs: [new SimulcastCodec({ codec: 'h264', cid, layers })],
  });
};

export const cameraMuted = (sid: string, muted: boolean): SignalRequest =>
  new SignalRequest({ message: { case: 'mute', value: new MuteTrackRequest({ sid, muted }) } });

export const subscription = (
  tracks: readonly Pick<FollowableTrack, 'trackSid' | 'participantSid'>[],
  subscribe: boolean,
): SignalRequest => {
  const value = new UpdateSubscription({
    subscribe,
    trackSids: tracks.map(({ trackSid }) => trackSid),
    participantTracks: tracks.map(
      ({ trackSid, participantSid }) =>
        new ParticipantTracks({ participantSid, trackSids: [trackSid] }),
    ),
  });
  return new SignalRequest({ message: { case: 'subscription', value } });
};

const qualities: Readonly<Record<PictureQuality, VideoQuality>> = {
  low: VideoQuality.LOW,
  medium: VideoQuality.MEDIUM,
  high: VideoQuality.HIGH,
};

/** By the layer where they are known, else the server chooses by size; without `want` it pauses. */
export const trackSettings = (
  track: Pick<FollowableTrack, 'trackSid' | 'layers'>,
  want: PictureWant | undefined,
): SignalRequest => {
  const trackSids = [track.trackSid];
  const layer = want && chooseLayer(track.layers, want);
  const value =
    want === undefined
      ? new UpdateTrackSettings({ trackSids, disabled: true })
      : layer === undefined
        ? new UpdateTrackSettings({ trackSids, width: want.width, height: want.height })
        : new UpdateTrackSettings({ trackSids, quality: qualities[layer] });
  return new SignalRequest({ message: { case: 'trackSetting', value } });
};
