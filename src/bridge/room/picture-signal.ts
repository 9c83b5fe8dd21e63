import {
  Encryption_Type,
  SignalResponse,
  SubscriptionError,
  TrackSource,
  TrackType,
  VideoLayer_Mode,
  VideoQuality,
  type ParticipantInfo,
  type SubscribedQualityUpdate,
  type TrackInfo,
  type VideoLayer,
} from '@livekit/protocol';
import { foreignCodecs, type ForeignCodec } from '../../transcode/picture-format.ts';
import type { ParticipantKind } from './link-types.ts';
import { participant } from './signal-message.ts';

/** LiveKit's SignalResponse, reduced to what concerns pictures and who is seen. */
export type PictureSignal =
  /** At the beginning of each connection. */
  | { readonly type: 'joined'; readonly ownSid: string; readonly people: readonly Person[] }
  /** People as they are now: those not named are as they were. */
  | { readonly type: 'people'; readonly people: readonly Person[] }
  /** Those not named speak as before. */
  | { readonly type: 'speakers'; readonly speakers: readonly Speaker[] }
  /** A track can't be had in H.264, whatever its publisher announced. */
  | { readonly type: 'unsupported'; readonly trackSid: string }
  /** Whether anybody subscribes to a track of ours. */
  | { readonly type: 'wanted'; readonly trackSid: string; readonly wanted: boolean };

export interface Person {
  readonly sid: string;
  readonly identity: string;
  /** As shown; the identity where they have none. */
  readonly name: string;
  readonly kind: ParticipantKind;
  readonly hidden: boolean;
  readonly gone: boolean;
  readonly tracks: readonly PictureTrack[];
  /** Of their sound. */
  readonly soundSids: readonly string[];
}

export interface PictureTrack {
  readonly sid: string;
  readonly source: 'camera' | 'screen';
  readonly isH264: boolean;
  /** In what else it is, and in which layers. */
  readonly foreign?: ForeignPicture;
  readonly muted: boolean;
  /** As its publisher announced them; empty where that is not known. */
  readonly layers: readonly PictureLayer[];
}

export interface ForeignPicture {
  readonly codec: ForeignCodec;
  readonly layers: readonly PictureLayer[];
}

export type PictureQuality = 'low' | 'medium' | 'high';

export interface PictureLayer {
  readonly quality: PictureQuality;
  readonly width: number;
  readonly height: number;
  /** Kilobits a second; 0: not known. */
  readonly bitrateKbps: number;
}

export interface Speaker {
  readonly sid: string;
  /** 0 to 1. */
  readonly level: number;
  readonly speaks: boolean;
}

/** One binary frame of the signalling socket; undefined where it has nothing to do with pictures. Never throws. */
export const parsePictureSignal = (bytes: Uint8Array): PictureSignal | undefined => {
  try {
    return reduce(SignalResponse.fromBinary(bytes));
  } catch {
    // Told by who reads the same bytes for the link.
    return undefined;
  }
};

const reduce = ({ message }: SignalResponse): PictureSignal | undefined => {
  switch (message.case) {
    case 'join':
      return {
        type: 'joined',
        ownSid: message.value.participant?.sid ?? '',
        people: message.value.otherParticipants.map(person),
      };
    case 'update':
      return { type: 'people', people: message.value.participants.map(person) };
    case 'speakersChanged':
      return {
        type: 'speakers',
        speakers: message.value.speakers.map(({ sid, level, active }) => ({
          sid,
          level,
          speaks: active,
        })),
      };
    case 'subscriptionResponse':
      return message.value.err === SubscriptionError.SE_CODEC_UNSUPPORTED
        ? { type: 'unsupported', trackSid: message.value.trackSid }
        : undefined;
    case 'subscribedQualityUpdate':
      return { type: 'wanted', trackSid: message.value.trackSid, wanted: isWanted(message.value) };
    default:
      return undefined;
  }
};

const person = (info: ParticipantInfo): Person => {
  const { sid, identity, kind, hidden, gone } = participant(info);
  const name = info.name === '' ? identity : info.name;
  const tracks = info.tracks.flatMap(pictureTrack);
  const sounds = info.tracks.filter((of) => of.type === TrackType.AUDIO && isClear(of));
  const soundSids = sounds.map((sound) => sound.sid);
  return { sid, identity, name, kind, hidden, gone, tracks, soundSids };
};

/** An encrypted one is left out: nobody on our side can have its key. */
const pictureTrack = (info: TrackInfo): readonly PictureTrack[] => {
  if (info.type !== TrackType.VIDEO || !isClear(info)) return [];
  const codec = info.codecs.find(({ mimeType }) => isH264(mimeType));
  const isOurs = codec !== undefined || isH264(info.mimeType);
  const foreign = foreignPicture(info);
  return [
    {
      sid: info.sid,
      source: info.source === TrackSource.SCREEN_SHARE ? 'screen' : 'camera',
      isH264: isOurs,
      ...(foreign && { foreign }),
      muted: info.muted,
      layers: pictureLayers(codec?.layers ?? []),
    },
  ];
};

const pictureLayers = (layers: readonly VideoLayer[]): readonly PictureLayer[] =>
  layers.flatMap(({ quality, width, height, bitrate }) => {
    const named = qualities.get(quality);
    const bitrateKbps = Math.round(bitrate / 1000);
    return named === undefined ? [] : [{ quality: named, width, height, bitrateKbps }];
  });

/** VP8 before the others: a backup that browsers have beside VP9 and AV1, and the cheapest to decode. */
const foreignPicture = (info: TrackInfo): ForeignPicture | undefined => {
  const named = (codec: ForeignCodec) => (mimeType: string) =>
    mimeType.toLowerCase() === `video/${codec}`;
  for (const codec of foreignCodecs) {
    const isIt = named(codec);
    const found = info.codecs.find(({ mimeType }) => isIt(mimeType));
    if (found !== undefined) return { codec, layers: foreignLayers(codec, found) };
    if (isIt(info.mimeType)) return { codec, layers: [] };
  }
  return undefined;
};

/** Of layers that are one stream the lowest alone: it needs no other to be shown. */
const foreignLayers = (
  codec: ForeignCodec,
  { layers, videoLayerMode }: TrackInfo['codecs'][number],
): readonly PictureLayer[] => {
  const known = pictureLayers(layers);
  const isApart =
    codec === 'vp8' || videoLayerMode === VideoLayer_Mode.ONE_SPATIAL_LAYER_PER_STREAM;
  return isApart ? known : known.filter(({ quality }) => quality === 'low');
};

const isClear = (info: TrackInfo): boolean => info.encryption === Encryption_Type.NONE;
const isH264 = (mimeType: string): boolean => mimeType.toLowerCase() === 'video/h264';

const qualities: ReadonlyMap<VideoQuality, PictureQuality> = new Map([
  [VideoQuality.LOW, 'low'],
  [VideoQuality.MEDIUM, 'medium'],
  [VideoQuality.HIGH, 'high'],
]);

/** We publish one codec in one layer: any quality of any codec is ours. */
const isWanted = ({ subscribedCodecs }: SubscribedQualityUpdate): boolean =>
  subscribedCodecs.some(({ qualities: of }) => of.some(({ enabled }) => enabled));
