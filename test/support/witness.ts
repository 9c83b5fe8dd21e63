import { setTimeout as sleep } from 'node:timers/promises';
import {
  AudioFrame,
  AudioSource,
  AudioStream,
  EncryptionType,
  LocalAudioTrack,
  LocalVideoTrack,
  Room,
  RoomEvent,
  TrackKind,
  TrackPublishOptions,
  TrackSource,
  VideoBufferType,
  VideoCodec,
  VideoFrame,
  VideoSource,
  VideoStream,
  dispose,
  type RemoteParticipant,
} from '@livekit/rtc-node';
import { AccessToken } from 'livekit-server-sdk';
import { analyseSound, type SoundAnalysis } from './sound-analysis.ts';

/** The luma of a decoded picture, row by row. */
export interface SeenPicture {
  readonly width: number;
  readonly height: number;
  readonly luma: Uint8Array;
}

export interface MovingPicture {
  readonly width: number;
  readonly height: number;
  readonly codec?: VideoCodec;
  /** Pictures a second [10]. */
  readonly rate?: number;
  /** Luma of what the bar moves on [128]. */
  readonly ground?: number;
  /** What it is published as [camera]. */
  readonly source?: 'camera' | 'screen';
}

/**
 * A second participant that is not built on our own link: LiveKit's SDK for Node. It speaks a tone
 * and says what it hears of a participant.
 */
export interface Witness {
  readonly identity: string;
  /** Who else is there, hidden participants excepted. */
  participants(): readonly RemoteParticipant[];
  /** Resolves when somebody of this identity is there. */
  participant(identity: string): Promise<RemoteParticipant>;
  /** Publishes a sine until `stopTone`; a new one takes the place of the last. */
  playTone(hz: number, levelDbfs: number): Promise<void>;
  /** Publishes silence from now on. */
  stopTone(): void;
  /** Publishes a camera of a bar that moves: H.264 in layers, or what else is asked for. */
  showMoving(picture: MovingPicture): Promise<void>;
  /** A picture of a participant's camera or screen, decoded, once `isIt`; waits for their track first. */
  see(
    identity: string,
    isIt: (picture: SeenPicture) => boolean,
    source?: 'camera' | 'screen',
  ): Promise<SeenPicture>;
  /** The next `ms` of a participant's sound; waits for their track first. */
  hear(identity: string, ms: number): Promise<SoundAnalysis>;
  /** Identities of those the server takes for speaking now. */
  speakers(): readonly string[];
  /** Keys that came as SIP DTMF messages, with who sent them. */
  keys(): readonly { readonly identity: string; readonly digit: string; readonly code: number }[];
  /** Data messages, with their topics. */
  messages(): readonly { readonly topic: string; readonly text: string }[];
  /** Whether a participant's microphone is shown as muted. */
  isMuted(identity: string): boolean;
  close(): Promise<void>;
}

export interface WitnessOptions {
  readonly url: string;
  readonly apiKey: string;
  readonly apiSecret: string;
  readonly room: string;
  readonly identity: string;
  readonly name?: string;
  /** In the token, as the server that made it says. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** May write its own attributes. */
  readonly canUpdateOwnMetadata?: boolean;
  /** In place of one made from the other options. */
  readonly token?: string;
  /** Publishes with end-to-end encryption. */
  readonly endToEndEncrypted?: boolean;
}

const rateHz = 48_000;
const hearingRateHz = 16_000;
const frameSamples = rateHz / 100;
/** Left out at the beginning: the receiver's jitter buffer fills and fades in. */
const settlingMs = 300;
const waitMs = 10_000;
const pollMs = 20;

const until = async <T>(what: string, find: () => T | undefined): Promise<T> => {
  const giveUpAt = Date.now() + waitMs;
  for (;;) {
    const found = find();
    if (found !== undefined) return found;
    if (Date.now() > giveUpAt) throw new Error(`${what} did not come within ${waitMs} ms`);
    await sleep(pollMs);
  }
};

const encryption = {
  keyProviderOptions: { sharedKey: Buffer.from('a key between the guests') },
  encryptionType: EncryptionType.GCM,
};

/** Speaks into a source, frame by frame, at the source's own pace. */
const createToneSpeaker = (source: AudioSource) => {
  let tone: { readonly hz: number; readonly peak: number } | undefined;
  let closed = false;
  let sample = 0;
  const run = async (): Promise<void> => {
    while (!closed) {
      const data = new Int16Array(frameSamples);
      for (let i = 0; i < frameSamples; i += 1, sample += 1) {
        const phase = (2 * Math.PI * (tone?.hz ?? 0) * sample) / rateHz;
        data[i] = Math.round((tone?.peak ?? 0) * Math.sin(phase));
      }
      await source.captureFrame(new AudioFrame(data, rateHz, 1, frameSamples));
    }
  };
  let running: Promise<void> | undefined;
  return {
    speak: (hz: number, levelDbfs: number): void => {
      tone = { hz, peak: 32_767 * 10 ** (levelDbfs / 20) };
      running ??= run().catch(() => undefined);
    },
    silence: (): void => {
      tone = undefined;
    },
    close: async (): Promise<void> => {
      closed = true;
      await running;
    },
  };
};

/** A bar that moves to the right, until `stop`. */
const startMovingBar = (
  source: VideoSource,
  { width, height, rate = 10, ground = 128 }: MovingPicture,
): (() => void) => {
  let frame = 0;
  const timer = setInterval(() => {
    const picture = new Uint8Array((width * height * 3) / 2).fill(128);
    picture.fill(ground, 0, width * height);
    const bar = (frame * 16) % (width - 32);
    for (let y = 0; y < height; y += 1) picture.fill(235, y * width + bar, y * width + bar + 32);
    source.captureFrame(new VideoFrame(picture, width, height, VideoBufferType.I420));
    frame += 1;
  }, 1000 / rate);
  return () => {
    clearInterval(timer);
  };
};

export const createWitness = async (options: WitnessOptions): Promise<Witness> => {
  const { identity } = options;
  const token = new AccessToken(options.apiKey, options.apiSecret, {
    identity,
    name: options.name ?? identity,
    attributes: { ...options.attributes },
  });
  const { canUpdateOwnMetadata = false } = options;
  token.addGrant({ roomJoin: true, room: options.room, canUpdateOwnMetadata });
  const room = new Room();
  await room.connect(options.url, options.token ?? (await token.toJwt()), {
    autoSubscribe: true,
    dynacast: false,
    ...(options.endToEndEncrypted === true && { encryption }),
  });
  const source = new AudioSource(rateHz, 1, 200);
  const speaker = createToneSpeaker(source);
  let track: LocalAudioTrack | undefined;
  let published: Promise<unknown> | undefined;
  let camera: LocalVideoTrack | undefined;
  let stopMoving = (): void => undefined;

  const publish = async (): Promise<void> => {
    track = LocalAudioTrack.createAudioTrack('microphone', source);
    const publishOptions = new TrackPublishOptions({ source: TrackSource.SOURCE_MICROPHONE });
    await room.localParticipant?.publishTrack(track, publishOptions);
  };

  const trackOf = (of: string, wanted: TrackKind) =>
    [...(room.remoteParticipants.get(of)?.trackPublications.values() ?? [])].find(
      ({ kind }) => kind === wanted,
    );
  const pictureOf = (of: string, source: 'camera' | 'screen') =>
    [...(room.remoteParticipants.get(of)?.trackPublications.values() ?? [])].find(
      (track) =>
        track.kind === TrackKind.KIND_VIDEO &&
        (track.source === TrackSource.SOURCE_SCREENSHARE) === (source === 'screen'),
    );
  const microphoneOf = (of: string) => trackOf(of, TrackKind.KIND_AUDIO);
  let speakers: readonly string[] = [];
  room.on(RoomEvent.ActiveSpeakersChanged, (now) => {
    speakers = now.map((speaker) => speaker.identity);
  });

  const keys: { identity: string; digit: string; code: number }[] = [];
  room.on(RoomEvent.DtmfReceived, (code, digit, from) => {
    keys.push({ identity: from.identity, digit, code });
  });
  const messages: { topic: string; text: string }[] = [];
  room.on(RoomEvent.DataReceived, (payload, _from, _kind, topic = '') => {
    messages.push({ topic, text: new TextDecoder().decode(payload) });
  });

  return {
    identity,
    keys: () => keys,
    messages: () => messages,
    // Who was there stays in the SDK's list when the room is closed.
    participants: () => (room.isConnected ? [...room.remoteParticipants.values()] : []),
    participant: (of) => until(`participant ${of}`, () => room.remoteParticipants.get(of)),
    playTone: async (hz, levelDbfs) => {
      speaker.speak(hz, levelDbfs);
      await (published ??= publish());
    },
    stopTone: () => {
      speaker.silence();
    },
    showMoving: async (picture) => {
      const { width, height, codec = VideoCodec.H264 } = picture;
      const moving = new VideoSource(width, height);
      camera = LocalVideoTrack.createVideoTrack('camera', moving);
      await room.localParticipant?.publishTrack(
        camera,
        new TrackPublishOptions({
          source:
            picture.source === 'screen'
              ? TrackSource.SOURCE_SCREENSHARE
              : TrackSource.SOURCE_CAMERA,
          videoCodec: codec,
          simulcast: true,
        }),
      );
      stopMoving = startMovingBar(moving, picture);
    },
    see: async (of, isIt, source = 'camera') => {
      const watched = await until(`the ${source} of ${of}`, () => pictureOf(of, source)?.track);
      const reader = new VideoStream(watched).getReader();
      const timeout = setTimeout(() => void reader.cancel(), waitMs);
      try {
        for (;;) {
          const { done, value } = await reader.read();
          if (done) throw new Error(`${of} did not show what was waited for`);
          const { width, height, data } = value.frame.convert(VideoBufferType.I420);
          const picture = { width, height, luma: data.slice(0, width * height) };
          if (isIt(picture)) return picture;
        }
      } finally {
        clearTimeout(timeout);
        await reader.cancel();
      }
    },
    hear: async (of, ms) => {
      const heard = await until(`the sound of ${of}`, () => microphoneOf(of)?.track);
      const stream = new AudioStream(heard, { sampleRate: hearingRateHz, numChannels: 1 });
      const samples = await collect(stream, settlingMs + ms);
      return analyseSound(samples.subarray((settlingMs * hearingRateHz) / 1000), hearingRateHz);
    },
    speakers: () => speakers,
    isMuted: (of) => microphoneOf(of)?.muted === true,
    close: async () => {
      stopMoving();
      await speaker.close();
      await track?.close();
      await camera?.close();
      await room.disconnect();
    },
  };
};

const collect = async (stream: AudioStream, ms: number): Promise<Int16Array> => {
  const wanted = (hearingRateHz * ms) / 1000;
  const samples = new Int16Array(wanted);
  const reader = stream.getReader();
  const timeout = setTimeout(() => void reader.cancel(), ms + waitMs);
  let at = 0;
  while (at < wanted) {
    const { done, value } = await reader.read();
    if (done) break;
    samples.set(value.data.subarray(0, wanted - at), at);
    at += value.data.length;
  }
  clearTimeout(timeout);
  await reader.cancel();
  return samples.subarray(0, Math.min(at, wanted));
};

/** Frees the SDK's native half, which would keep the process alive. After it, no witness can be made. */
export const disposeWitnesses = (): Promise<void> => dispose();
