/** A media bridge without sound: it remembers what it was told and tells what a test makes it tell. */
import type { LegId } from '../../src/call/identifiers.ts';
import type {
  MediaBridge,
  MediaEvent,
  MediaLeg,
  MediaSession,
} from '../../src/call/ports/media.ts';
import type { JoinOutcome, LegQuality } from '../../src/call/ports/sip-engine.ts';

export interface FakeMediaLeg extends MediaLeg {
  readonly legId: LegId;
  readonly localAddress: string;
  /** What was called, in order: `configure recvonly 127.0.0.1:4000`, `start`, `play 7`, `close` … */
  readonly calls: readonly string[];
  readonly session: MediaSession | undefined;
  readonly isClosed: boolean;
  emit(event: MediaEvent): void;
}

export interface FakeMediaBridge extends MediaBridge {
  /** Every leg ever opened, in order. */
  readonly legs: readonly FakeMediaLeg[];
  /** The next `openLeg` rejects with `media/no-port`. */
  failNext(): void;
}

const quality: LegQuality = {
  up: { packets: 50, lost: 0, lossPct: 0, jitterMs: 1, mos: 4.4 },
  down: undefined,
};

const createLeg = (
  legId: LegId,
  localAddress: string,
  localPort: number,
  hasVideo: boolean,
): FakeMediaLeg => {
  const calls: string[] = [];
  let session: MediaSession | undefined;
  let isClosed = false;
  let hasPictures = hasVideo;
  let listener: (event: MediaEvent) => void = () => undefined;
  return {
    legId,
    localAddress,
    localPort,
    localRtcpPort: localPort + 1,
    get localVideoPort() {
      return hasPictures ? localPort + 10_000 : undefined;
    },
    get localVideoRtcpPort() {
      return hasPictures ? localPort + 10_001 : undefined;
    },
    openVideo: async () => {
      calls.push('openVideo');
      hasPictures = true;
    },
    openSlides: async () => {
      calls.push('openSlides');
      return { rtpPort: localPort + 12_000, rtcpPort: localPort + 12_001 };
    },
    setFloor: (holder) => void calls.push(`setFloor ${holder}`),
    requestKeyFrame: () => void calls.push('requestKeyFrame'),
    calls,
    get session() {
      return session;
    },
    get isClosed() {
      return isClosed;
    },
    emit: (event) => {
      listener(event);
    },
    configure: (configured) => {
      session = configured;
      const { direction, remoteAddress, remotePort } = configured;
      calls.push(`configure ${direction} ${remoteAddress}:${remotePort}`);
    },
    start: () => void calls.push('start'),
    play: ({ utteranceId }) => void calls.push(`play ${utteranceId}`),
    stopPlaying: () => void calls.push('stopPlaying'),
    join: async (): Promise<JoinOutcome> => {
      calls.push('join');
      return { joined: true };
    },
    leaveRoom: async () => void calls.push('leaveRoom'),
    setMuted: (muted) => void calls.push(`setMuted ${muted}`),
    sendKey: (digit) => void calls.push(`sendKey ${digit}`),
    setVolumeDb: (volumeDb) => void calls.push(`setVolumeDb ${volumeDb}`),
    quality: async () => quality,
    onEvent: (newListener) => {
      listener = newListener;
    },
    close: async () => {
      if (!isClosed) calls.push('close');
      isClosed = true;
    },
  };
};

export const createFakeMediaBridge = (): FakeMediaBridge => {
  const legs: FakeMediaLeg[] = [];
  let mustFail = false;
  return {
    legs,
    failNext: () => {
      mustFail = true;
    },
    openLeg: async (legId, localAddress, { video = false } = {}) => {
      if (mustFail) {
        mustFail = false;
        throw Object.assign(new Error('no port is free'), { code: 'media/no-port' });
      }
      const leg = createLeg(legId, localAddress, 20_000 + 2 * legs.length, video);
      legs.push(leg);
      return leg;
    },
    gauges: async () => ({ mediaLegs: legs.filter(({ isClosed }) => !isClosed).length }),
    close: async () => {
      await Promise.all(legs.map((leg) => leg.close()));
    },
  };
};
