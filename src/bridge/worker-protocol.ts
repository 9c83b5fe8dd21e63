/**
 * What the main thread and a media worker say to each other. Control only: no RTP and no PCM is
 * copied here (a sound that was made is shared memory). Messages of one direction arrive in order; a
 * request is answered exactly once, by the reply that carries its `requestId`.
 */
import type { LegId, NodeId, RoomName } from '../call/identifiers.ts';
import type {
  Card,
  CertificateFingerprint,
  FloorHolder,
  MediaEvent,
  MediaSession,
  SoundDoor,
} from '../call/ports/media.ts';
import type {
  Digit,
  JoinOutcome,
  LegQuality,
  RoomLeftReason,
  RoomTarget,
  ShownFirst,
  SoundReport,
  Utterance,
} from '../call/ports/sip-engine.ts';
import type { PromptLibrary } from './audio/prompt-library.ts';
import type { NodeLinkSetup } from './node-link/node-links.ts';
import type { TrappedPacket } from './packet-trap.ts';
import type { PortRange } from './rtp/port-pool.ts';

export interface MediaSettings {
  /** No RTP from a caller for this long, while not held, is a `media-timeout`. */
  readonly mediaTimeoutMs: number;
  /** WebRTC joins one worker works on at a time: each costs about 25 ms of its processor time. */
  readonly concurrentJoins: number;
  /** How often each leg tells how its sound goes. */
  readonly qualityWindowMs: number;
  /** Callers' sound goes into rooms where nobody listens [false]. */
  readonly sendsUnheard?: boolean;
}

/** The first message to a worker, answered by `ready`. */
/** What a thread is started with. */
export interface ThreadSetup extends WorkerSetup {
  /** Its open sockets that Node does not close with it. `udp/open-descriptors.ts` */
  readonly descriptorMemory: SharedArrayBuffer;
}

export interface WorkerSetup {
  readonly workerIndex: number;
  /** Whether a processor is left for others while all workers are busy. */
  readonly hasCoreLeft: boolean;
  /** Zero of the tick numbers, monotonic milliseconds, the same for all workers of the node. */
  readonly epochMs: number;
  readonly rtpPorts: PortRange;
  readonly prompts: PromptLibrary;
  readonly livekitUrl: string;
  readonly nodeId: NodeId;
  readonly settings: MediaSettings;
  /** Undefined: pictures that are not H.264 are told of by a card. */
  readonly transcoding?: TranscodingSetup | undefined;
  /** Undefined: sound goes to other nodes by the room alone. */
  readonly nodeLink?: NodeLinkSetup | undefined;
}

export interface TranscodingSetup {
  /** ffmpeg, and what is to stand before our own arguments. */
  readonly command: readonly string[];
  /** Pictures at a time, on all workers together. */
  readonly limit: number;
  /** A 32-bit count of running ones for each worker. */
  readonly counts: SharedArrayBuffer;
}

/** A leg's way into a meeting. */
export interface JoinTicket {
  readonly target: RoomTarget;
  /** LiveKit access token of the leg's participant. */
  readonly token: string;
  readonly lanes: SharedArrayBuffer;
}

export type WorkerRequest =
  | {
      readonly type: 'open';
      readonly requestId: number;
      readonly legId: LegId;
      readonly localAddress: string;
      /** With a second pair of ports, for pictures. */
      readonly video: boolean;
    }
  /** A second pair of ports after all: answered by `video-opened`, or `open-failed`. */
  | { readonly type: 'open-video'; readonly requestId: number; readonly legId: LegId }
  /** A third pair, for slides: answered by `slides-opened`, or `open-failed`. */
  | { readonly type: 'open-slides'; readonly requestId: number; readonly legId: LegId }
  | {
      readonly type: 'join';
      readonly requestId: number;
      readonly legId: LegId;
      readonly ticket: JoinTicket;
    }
  | { readonly type: 'leave'; readonly requestId: number; readonly legId: LegId }
  | { readonly type: 'quality'; readonly requestId: number; readonly legId: LegId }
  | {
      readonly type: 'test-sound';
      readonly requestId: number;
      readonly legId: LegId;
      readonly listenMs: number;
    }
  | { readonly type: 'close'; readonly requestId: number; readonly legId: LegId }
  | { readonly type: 'gauges'; readonly requestId: number }
  | { readonly type: 'levels'; readonly requestId: number }
  | { readonly type: 'stop'; readonly requestId: number };

export type WorkerCommand =
  | { readonly type: 'configure'; readonly legId: LegId; readonly session: MediaSession }
  | { readonly type: 'start'; readonly legId: LegId }
  | { readonly type: 'play'; readonly legId: LegId; readonly utterance: Utterance }
  | { readonly type: 'stop-playing'; readonly legId: LegId }
  | { readonly type: 'set-muted'; readonly legId: LegId; readonly muted: boolean }
  | { readonly type: 'set-volume'; readonly legId: LegId; readonly volumeDb: number }
  | { readonly type: 'set-floor'; readonly legId: LegId; readonly holder: FloorHolder }
  | { readonly type: 'show-first'; readonly legId: LegId; readonly what: ShownFirst }
  | { readonly type: 'trace'; readonly legId: LegId; readonly on: boolean }
  | { readonly type: 'send-key'; readonly legId: LegId; readonly digit: Digit }
  | { readonly type: 'request-key-frame'; readonly legId: LegId }
  | { readonly type: 'show-card'; readonly legId: LegId; readonly card: Card | undefined }
  /** Become the home worker of a meeting: open the ear, bring the room's tracks into the lane. */
  | {
      readonly type: 'listen';
      readonly room: RoomName;
      readonly token: string;
      readonly lanes: SharedArrayBuffer;
    }
  | { readonly type: 'stop-listening'; readonly room: RoomName }
  /** To a home worker: where another node takes sound of the meeting; without `door` nowhere any more. */
  | {
      readonly type: 'link';
      readonly room: RoomName;
      readonly node: NodeId;
      readonly door: SoundDoor | undefined;
    }
  /** Answers to `leg-token-needed` and `ear-token-needed`. */
  | { readonly type: 'leg-token'; readonly legId: LegId; readonly token: string }
  | { readonly type: 'ear-token'; readonly room: RoomName; readonly token: string }
  /** An answer to `picture-token-needed`. */
  | {
      readonly type: 'picture-token';
      readonly room: RoomName;
      readonly trackSid: string;
      readonly token: string;
    };

export type ToWorker = WorkerRequest | WorkerCommand;

export type WorkerReply =
  | {
      readonly type: 'opened';
      readonly requestId: number;
      readonly localPort: number;
      readonly localRtcpPort: number;
      readonly localVideoPort: number | undefined;
      readonly localVideoRtcpPort: number | undefined;
      readonly dtlsFingerprint: CertificateFingerprint | undefined;
    }
  | { readonly type: 'open-failed'; readonly requestId: number }
  | {
      readonly type: 'video-opened';
      readonly requestId: number;
      readonly localVideoPort: number;
      readonly localVideoRtcpPort: number;
    }
  | {
      readonly type: 'slides-opened';
      readonly requestId: number;
      readonly rtpPort: number;
      readonly rtcpPort: number;
    }
  | { readonly type: 'join-done'; readonly requestId: number; readonly outcome: JoinOutcome }
  | { readonly type: 'quality-read'; readonly requestId: number; readonly quality: LegQuality }
  | { readonly type: 'sound-tested'; readonly requestId: number; readonly report: SoundReport }
  | {
      readonly type: 'levels-read';
      readonly requestId: number;
      readonly levels: ReadonlyMap<LegId, number>;
    }
  | { readonly type: 'gauges-read'; readonly requestId: number; readonly gauges: WorkerGauges }
  | { readonly type: 'done'; readonly requestId: number }
  /** A bug ended the work on this request; it is in the log. */
  | { readonly type: 'failed'; readonly requestId: number };

export type FromWorker =
  | WorkerReply
  /** Ports are bound to nothing yet; the worker takes requests. */
  | { readonly type: 'ready'; readonly door: SoundDoor | undefined }
  | { readonly type: 'leg-event'; readonly legId: LegId; readonly event: MediaEvent }
  /** Of a leg that is traced. */
  | {
      readonly type: 'leg-traced';
      readonly legId: LegId;
      readonly localPort: number;
      readonly packets: readonly TrappedPacket[];
    }
  /** From the home worker: what its ear sees. */
  | { readonly type: 'ear-others'; readonly room: RoomName; readonly others: number }
  | { readonly type: 'ear-lost'; readonly room: RoomName }
  /** The ear stands: after its opening and after each loss. */
  | { readonly type: 'ear-recovered'; readonly room: RoomName }
  | { readonly type: 'ear-gone'; readonly room: RoomName; readonly reason: RoomLeftReason }
  /** A link's token has run out while it was trying to come back. */
  | { readonly type: 'leg-token-needed'; readonly legId: LegId }
  | { readonly type: 'ear-token-needed'; readonly room: RoomName }
  /** A picture of the room is to be transcoded, by a listener of its own. */
  | { readonly type: 'picture-token-needed'; readonly room: RoomName; readonly trackSid: string }
  | {
      readonly type: 'log';
      readonly level: 'debug' | 'info' | 'warn' | 'error';
      readonly fields: Readonly<Record<string, unknown>>;
      readonly message: string;
    };

/** Numbers by name; all but the clock's return to zero when every leg is closed. */
export type WorkerGauges = Readonly<Record<string, number>>;
