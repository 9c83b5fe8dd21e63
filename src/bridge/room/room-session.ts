import { SessionDescription, SignalRequest, type AddTrackRequest } from '@livekit/protocol';
import type { Clock, Logger } from '../../call/ports/process.ts';
import type { LinkThread, RoomCodec } from './link-types.ts';
import { localAddressToward } from './local-address.ts';
import {
  createPeerConnection,
  type PeerConnection,
  type PeerConnectionDeps,
} from './peer-connection.ts';
import type { SessionPictures } from './picture-connection.ts';
import type { RoomReception } from './room-reports.ts';
import type { RtpPath } from './rtp-path.ts';
import { createSectionWishes, type Sections } from './section-wishes.ts';
import { openSignalClient, type Down, type SignalClient } from './signal-client.ts';
import type { SignalEvent } from './signal-message.ts';

/** One connection to a room, from dialing to its end: signalling and media together. */
export interface RoomSession {
  send(request: SignalRequest): void;
  writeRtp(packet: Buffer, audioLevelDbov: number, voice: boolean): void;
  mediaSections(): number;
  reception(): RoomReception | undefined;
  /** See `PeerConnection.openStream`. */
  openStream(): ReturnType<RtpPath['openStream']> | undefined;
  /** One more track: its m-line is added, and offered as soon as an offer may go out. */
  publish(add: (peer: PeerConnection) => AddTrackRequest): void;
  /** On the reliable data channel, where one was prepared. */
  sendData(data: Uint8Array): void;
  /** Idempotent, never rejects. */
  close(): Promise<void>;
}

export interface RoomSessionDeps {
  readonly url: string;
  readonly token: string;
  readonly localAddress: string | undefined;
  readonly thread?: LinkThread | undefined;
  readonly codecs: readonly RoomCodec[];
  /** Whether signals are to tell who else is in the room. */
  readonly followsRoom: boolean;
  /** Adds the m-lines of the first offer; what it returns is published with it. */
  readonly prepare: (peer: PeerConnection) => readonly AddTrackRequest[];
  readonly clock: Clock;
  readonly log: Logger;
  readonly onSignal: (event: SignalEvent) => void;
  readonly onRtp: PeerConnectionDeps['onRtp'];
  /** Undefined: sound alone. */
  readonly pictures?: SessionPictures | undefined;
  /** ICE and DTLS are done. */
  readonly onMedia: () => void;
  /** At most once; the session closes itself. */
  readonly onDown: (down: Down) => void;
}

/**
 * More receiving m-lines than any audible room needs; a server that asks for more is not followed.
 */
const mostSections = 1_000;
/** An offer that stays unanswered would hold up all later ones. */
const answerTimeoutMs = 5_000;

export const openRoomSession = (deps: RoomSessionDeps): RoomSession => {
  const { clock, log } = deps;
  let signal: SignalClient | undefined;
  let peer: PeerConnection | undefined;
  let over = false;

  // Offers go out one at a time; what changed meanwhile goes into the next. Answers are matched by id.
  let offerId = 0;
  let awaitedAnswer: number | undefined;
  let cancelAnswerTimeout: (() => void) | undefined;
  let offerAgain = false;
  // Added right before an offer is made: werift is not to meet new m-lines halfway through one.
  const unpublished: ((peer: PeerConnection) => AddTrackRequest)[] = [];
  const wishes = createSectionWishes();
  let neededReceivers = 0;
  let neededVideoReceivers = 0;

  const down = (reason: Down): void => {
    if (over) return;
    over = true;
    void shut();
    deps.onDown(reason);
  };
  const fail = (cause: string, error: unknown): void => {
    log.warn({ err: error, cause }, 'room session failed');
    down({ verdict: 'retry', cause });
  };

  const nextOffer = async (of: PeerConnection): Promise<string> => {
    awaitedAnswer = ++offerId;
    cancelAnswerTimeout = clock.at(clock.now() + answerTimeoutMs, () => {
      down({ verdict: 'retry', cause: 'no-answer' });
    });
    of.addAudioReceivers(neededReceivers);
    of.addVideoReceivers(neededVideoReceivers);
    neededReceivers = neededVideoReceivers = 0;
    return of.offer();
  };

  const negotiate = async (of: PeerConnection): Promise<void> => {
    if (awaitedAnswer !== undefined) {
      offerAgain = true;
      return;
    }
    for (const add of unpublished.splice(0)) {
      signal?.send(new SignalRequest({ message: { case: 'addTrack', value: add(of) } }));
    }
    const sdp = await nextOffer(of);
    const value = new SessionDescription({ type: 'offer', sdp, id: offerId });
    signal?.send(new SignalRequest({ message: { case: 'offer', value } }));
  };

  const applyAnswer = async (of: PeerConnection, id: number, sdp: string): Promise<void> => {
    if (id !== awaitedAnswer) {
      log.debug({ offerId: id }, 'answer to another offer left out');
      return;
    }
    cancelAnswerTimeout?.();
    await of.applyAnswer(sdp);
    awaitedAnswer = undefined;
    if (!offerAgain) return;
    offerAgain = false;
    await negotiate(of);
  };

  const addSections = (to: PeerConnection, { audios, videos }: Sections): void => {
    neededReceivers += audios;
    if (deps.pictures !== undefined) neededVideoReceivers += videos;
    if (to.mediaSections() + neededReceivers + neededVideoReceivers > mostSections) {
      fail('too-many-sections', undefined);
      return;
    }
    negotiate(to).catch((error: unknown) => {
      fail('offer-failed', error);
    });
  };

  const onSignal = (event: SignalEvent): void => {
    if (over || peer === undefined) return;
    switch (event.type) {
      case 'answer':
        applyAnswer(peer, event.offerId, event.sdp).catch((error: unknown) => {
          fail('bad-answer', error);
        });
        break;
      case 'candidate':
        void peer.addCandidate(event.candidate);
        break;
      default:
        break;
    }
    const sections = wishes.hear(event);
    if (sections !== undefined) addSections(peer, sections);
    if (isOver()) return;
    deps.pictures?.takeSignal(event);
    deps.onSignal(event);
  };

  const start = async (): Promise<void> => {
    const localAddress = deps.localAddress ?? (await localAddressToward(deps.url));
    if (over) return;
    peer = createPeerConnection({
      localAddress,
      codecs: deps.codecs,
      log,
      now: () => clock.now(),
      pictureCodecs: deps.pictures?.codecs,
      // A picture is some dozen packets at once, and nobody waits for a tick to send it on.
      adopt: deps.pictures === undefined ? deps.thread?.adopt : undefined,
      onArrival: deps.thread?.onArrival,
      onRtp: deps.onRtp,
      onRtcp: deps.pictures?.takeRtcp,
      onState: (state) => {
        if (over) return;
        if (state === 'connected') {
          deps.onMedia();
          deps.pictures?.mediaUp();
        } else down({ verdict: 'retry', cause: 'media-lost' });
      },
    });
    const addTracks = [...deps.prepare(peer), ...(deps.pictures?.prepare(peer) ?? [])];
    const offerSdp = await nextOffer(peer);
    if (isOver()) return;
    signal = openSignalClient({
      url: deps.url,
      token: deps.token,
      offerSdp,
      offerId,
      addTracks,
      followsRoom: deps.followsRoom,
      onArrival: deps.thread?.onArrival,
      clock,
      log,
      onEvent: onSignal,
      onMessage: deps.pictures?.takeMessage,
      onDown: down,
    });
  };
  // `over` changes while we wait; read through a function, so that it is read anew.
  const isOver = (): boolean => over;

  const started = start().catch((error: unknown) => {
    fail('start-failed', error);
  });

  const shut = async (): Promise<void> => {
    await started;
    cancelAnswerTimeout?.();
    deps.pictures?.close();
    await Promise.all([signal?.close(), peer?.close()]);
  };

  return {
    send: (request) => {
      const { message } = request;
      if (message.case === 'subscription' && message.value.subscribe) wishes.subscribed();
      signal?.send(request);
    },
    writeRtp: (packet, audioLevelDbov, voice) => {
      if (!over) peer?.writeRtp(packet, audioLevelDbov, voice);
    },
    publish: (add) => {
      unpublished.push(add);
      offerAgain ||= peer === undefined;
      if (over || peer === undefined) return;
      negotiate(peer).catch((error: unknown) => {
        fail('offer-failed', error);
      });
    },
    openStream: () => (over ? undefined : peer?.openStream()),
    sendData: (data) => {
      if (!over) peer?.sendData(data);
    },
    mediaSections: () => peer?.mediaSections() ?? 0,
    reception: () => peer?.reception(),
    close: () => {
      over = true;
      return shut();
    },
  };
};
