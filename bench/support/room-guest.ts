/**
 * Somebody in the LiveKit room who is not of our making: LiveKit's SDK for Node. Speaks a tone in
 * Opus from its entry on and notes when it first hears one.
 */
import { setTimeout as wait } from 'node:timers/promises';
import {
  AudioFrame,
  AudioSource,
  AudioStream,
  LocalAudioTrack,
  Room,
  RoomEvent,
  TrackKind,
  TrackPublishOptions,
  TrackSource,
  type RemoteTrack,
} from '@livekit/rtc-node';
import { AccessToken } from 'livekit-server-sdk';
import type { LiveKitKeys } from '../../src/bridge/room/livekit-config.ts';
import { monotonicMs } from './monotonic.ts';
import { heardLevelDbfs, secondOfTone, toneLevelDbfs } from './tone-level.ts';

export interface RoomGuest {
  /** When the tone was first heard of anybody, on the clock of `monotonicMs`; undefined after `withinMs`. */
  toneHeard(hz: number, withinMs: number): Promise<number | undefined>;
  /** Resolves when nobody else is in the room; false after `withinMs`. */
  alone(withinMs: number): Promise<boolean>;
  leave(): Promise<void>;
}

export interface RoomGuestOptions extends LiveKitKeys {
  readonly url: string;
  readonly room: string;
  readonly identity: string;
  readonly tone: { readonly hz: number; readonly levelDbfs: number };
}

const speakingRateHz = 48_000;
const speakingFrameSamples = speakingRateHz / 50;
const hearingRateHz = 16_000;

const speak = (source: AudioSource, tone: RoomGuestOptions['tone']) => {
  const second = secondOfTone(tone.hz, tone.levelDbfs, speakingRateHz);
  let isSpeaking = true;
  const run = async () => {
    for (let at = 0; isSpeaking; at = (at + speakingFrameSamples) % second.length) {
      const samples = second.slice(at, at + speakingFrameSamples);
      // Resolves when there is room in the source's queue: its pace is the pace of the sound.
      await source.captureFrame(new AudioFrame(samples, speakingRateHz, 1, speakingFrameSamples));
    }
  };
  const ran = run().catch(() => undefined);
  return async () => {
    isSpeaking = false;
    await ran;
  };
};

export const enterRoom = async (options: RoomGuestOptions): Promise<RoomGuest> => {
  const { apiKey, apiSecret, identity } = options;
  const token = new AccessToken(apiKey, apiSecret, { identity, name: identity });
  token.addGrant({ roomJoin: true, room: options.room });
  const room = new Room();

  let listening: { readonly hz: number; readonly heard: (atMs: number) => void } | undefined;
  const listenTo = async (track: RemoteTrack): Promise<void> => {
    const stream = new AudioStream(track, { sampleRate: hearingRateHz, numChannels: 1 });
    for await (const { data } of stream) {
      if (listening === undefined) continue;
      if (toneLevelDbfs(data, listening.hz, hearingRateHz) < heardLevelDbfs) continue;
      listening.heard(monotonicMs());
      listening = undefined;
    }
  };
  room.on(RoomEvent.TrackSubscribed, (track) => {
    if (track.kind === TrackKind.KIND_AUDIO) listenTo(track).catch(() => undefined);
  });

  await room.connect(options.url, await token.toJwt(), { autoSubscribe: true, dynacast: false });
  const source = new AudioSource(speakingRateHz, 1, 200);
  const track = LocalAudioTrack.createAudioTrack('microphone', source);
  const publishOptions = new TrackPublishOptions({ source: TrackSource.SOURCE_MICROPHONE });
  await room.localParticipant?.publishTrack(track, publishOptions);
  const hush = speak(source, options.tone);

  return {
    toneHeard: (hz, withinMs) =>
      new Promise((resolve) => {
        const timeout = setTimeout(() => {
          listening = undefined;
          resolve(undefined);
        }, withinMs);
        listening = {
          hz,
          heard(atMs) {
            clearTimeout(timeout);
            resolve(atMs);
          },
        };
      }),
    async alone(withinMs) {
      const giveUpAtMs = monotonicMs() + withinMs;
      while (room.remoteParticipants.size > 0 && monotonicMs() < giveUpAtMs) await wait(20);
      return room.remoteParticipants.size === 0;
    },
    async leave() {
      await hush();
      await track.close();
      await room.disconnect();
    },
  };
};
