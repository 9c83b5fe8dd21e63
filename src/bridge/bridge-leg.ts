/** One leg's face on the main thread: its commands become messages to the leg's worker. */
import type { LegId } from '../call/identifiers.ts';
import type { MediaEvent, MediaLeg, MediaSession } from '../call/ports/media.ts';
import type { JoinOutcome, LegQuality, Quality, RoomTarget } from '../call/ports/sip-engine.ts';
import { MediaError } from './media-error.ts';
import type { MeetingDesk } from './meeting-desk.ts';
import type { SaidCards } from './video/said-cards.ts';
import type { WorkerLink } from './worker-link.ts';

export interface BridgeLeg extends MediaLeg {
  readonly legId: LegId;
  readonly link: WorkerLink;
  /** Tells the listener; nothing after `close`. A listener's throw goes to `onListenerFault`. */
  emit(event: MediaEvent): void;
}

interface SlidesPorts {
  readonly rtpPort: number;
  readonly rtcpPort: number;
}

export interface BridgeLegDeps {
  readonly legId: LegId;
  readonly link: WorkerLink;
  readonly localPort: number;
  readonly localRtcpPort: number;
  /** Undefined: sound alone. */
  readonly localVideoPort: number | undefined;
  readonly localVideoRtcpPort: number | undefined;
  readonly dtlsFingerprint: MediaLeg['dtlsFingerprint'];
  readonly desk: MeetingDesk;
  readonly saidCards: SaidCards;
  readonly onListenerFault: (error: unknown) => void;
  readonly onClosed: () => void;
}

const unheard: Quality = { packets: 0, lost: 0, lossPct: 0, jitterMs: 0, mos: 1 };
const unknownQuality: LegQuality = { up: unheard, down: undefined };

export const createBridgeLeg = (deps: BridgeLegDeps): BridgeLeg => {
  const { legId, link, desk } = deps;
  let listener: ((event: MediaEvent) => void) | undefined;
  let closing: Promise<void> | undefined;
  let video =
    deps.localVideoPort === undefined || deps.localVideoRtcpPort === undefined
      ? undefined
      : { port: deps.localVideoPort, rtcpPort: deps.localVideoRtcpPort };
  /** Where the leg is, as it is there now. */
  let visited: RoomTarget | undefined;
  let visits = 0;
  let hasSlides = false;
  let session: MediaSession | undefined;
  /** What the participant may publish, from its join on. */
  let published = { camera: false, screen: false };
  let joining: Promise<JoinOutcome> | undefined;
  let opening: Promise<void> | undefined;

  const close = async (): Promise<void> => {
    listener = undefined;
    await desk.leave(legId);
    await link.request((requestId) => ({ type: 'close', requestId, legId }));
    deps.onClosed();
  };

  const join = async (target: RoomTarget): Promise<JoinOutcome> => {
    if (closing !== undefined) return { joined: false, reason: 'unreachable' };
    const visit = (visits += 1);
    visited = target;
    published = { camera: video !== undefined, screen: hasSlides };
    const outcome = desk.join(leg, {
      ...target,
      hasCamera: published.camera,
      ...(published.screen && { hasScreen: true }),
    });
    joining = outcome;
    const { joined } = await outcome;
    if (joined) saidAll();
    if (!joined && visit === visits) visited = undefined;
    return outcome;
  };

  /** In a room what was said is on the screen for as long as it lasts, outside until more is said. */
  const saidAll = (): void => {
    if (video !== undefined && visited !== undefined) leg.showCard?.(undefined);
  };

  const bindVideo = async (): Promise<void> => {
    if (video !== undefined) return;
    const reply = await link.request((requestId) => ({ type: 'open-video', requestId, legId }));
    if (reply?.type !== 'video-opened')
      throw new MediaError('media/no-port', 'no RTP port pair could be bound for pictures');
    video = { port: reply.localVideoPort, rtcpPort: reply.localVideoRtcpPort };
  };

  /** One pair, whoever asks and however often. */
  const openVideo = (): Promise<void> =>
    (opening ??= bindVideo().finally(() => {
      opening = undefined;
    }));

  /** More was settled than the participant may publish. */
  const lacks = (): boolean =>
    (session?.video !== undefined && !published.camera) ||
    (session?.slides !== undefined && !published.screen);
  const joinAnew = async (): Promise<void> => {
    await joining;
    if (visited === undefined || !lacks()) return;
    const visit = visits + 1;
    const outcome = await join(visited);
    if (!outcome.joined && visit === visits) {
      leg.emit({ type: 'room-left', reason: outcome.reason });
    }
  };

  let slides: Promise<SlidesPorts | undefined> | undefined;
  const bindSlides = async (): Promise<SlidesPorts | undefined> => {
    const reply = await link.request((requestId) => ({ type: 'open-slides', requestId, legId }));
    if (reply?.type !== 'slides-opened') return undefined;
    const { rtpPort, rtcpPort } = reply;
    hasSlides = true;
    return { rtpPort, rtcpPort };
  };

  const leg: BridgeLeg = {
    legId,
    link,
    localPort: deps.localPort,
    localRtcpPort: deps.localRtcpPort,
    get localVideoPort() {
      return video?.port;
    },
    get localVideoRtcpPort() {
      return video?.rtcpPort;
    },
    openVideo,
    openSlides: () => (slides ??= bindSlides()),
    setFloor: (holder) => {
      link.post({ type: 'set-floor', legId, holder });
    },
    dtlsFingerprint: deps.dtlsFingerprint,
    emit: (event) => {
      if (event.type === 'room-left') visited = undefined;
      if (event.type === 'played') saidAll();
      if (event.type === 'muted-by-room') visited &&= { ...visited, muted: true };
      try {
        listener?.(event);
      } catch (error) {
        deps.onListenerFault(error);
      }
    },
    configure: (next) => {
      session = next;
      link.post({ type: 'configure', legId, session: next });
      if (lacks()) joinAnew().catch(deps.onListenerFault);
    },
    start: () => {
      link.post({ type: 'start', legId });
    },
    play: (utterance) => {
      link.post({ type: 'play', legId, utterance });
      const said = video && deps.saidCards.cardOf(utterance);
      if (said !== undefined) leg.showCard?.(said);
    },
    stopPlaying: () => {
      link.post({ type: 'stop-playing', legId });
      saidAll();
    },
    join,
    leaveRoom: () => {
      visits += 1;
      visited = undefined;
      return desk.leave(legId);
    },
    setMuted: (muted) => {
      visited &&= { ...visited, muted };
      link.post({ type: 'set-muted', legId, muted });
    },
    setVolumeDb: (volumeDb) => {
      link.post({ type: 'set-volume', legId, volumeDb });
    },
    showFirst: (what) => {
      link.post({ type: 'show-first', legId, what });
    },
    sendKey: (digit) => {
      link.post({ type: 'send-key', legId, digit });
    },
    requestKeyFrame: () => {
      link.post({ type: 'request-key-frame', legId });
    },
    showCard: (card) => {
      link.post({ type: 'show-card', legId, card });
    },
    quality: async () => {
      const reply = await link.request((requestId) => ({ type: 'quality', requestId, legId }));
      return reply?.type === 'quality-read' ? reply.quality : unknownQuality;
    },
    testSound: async (listenMs) => {
      if (closing !== undefined) return undefined;
      const reply = await link.request((requestId) => ({
        type: 'test-sound',
        requestId,
        legId,
        listenMs,
      }));
      return reply?.type === 'sound-tested' ? reply.report : undefined;
    },
    onEvent: (heard) => {
      if (closing === undefined) listener = heard;
    },
    close: () => (closing ??= close()),
  };
  return leg;
};
