/** The sound and the pictures of one leg, on a media worker. */
import type { Language } from '../../ivr/language.ts';
import type { LegId, NodeId, RoomName } from '../identifiers.ts';
import type {
  Digit,
  JoinOutcome,
  LegEvent,
  LegQuality,
  RoomTarget,
  ShownFirst,
  SoundReport,
  Utterance,
} from './sip-engine.ts';

export type MediaDirection = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

/** Crypto suites of SRTP, by their names in SDP: RFC 4568 §6.2, RFC 6188, RFC 7714. */
export type SrtpSuite =
  | 'AES_CM_128_HMAC_SHA1_80'
  | 'AES_CM_128_HMAC_SHA1_32'
  | 'AES_256_CM_HMAC_SHA1_80'
  | 'AEAD_AES_128_GCM'
  | 'AEAD_AES_256_GCM';

/** What one side encrypts with. Never logged. */
export interface SrtpKey {
  /** 16 or 32 bytes, as the suite says. */
  readonly masterKey: Uint8Array;
  /** 14 bytes, 12 for the AEAD suites. */
  readonly masterSalt: Uint8Array;
}

/** `local`: for what we send; `remote`: for what we receive. */
export interface MediaCrypto {
  readonly suite: SrtpSuite;
  readonly local: SrtpKey;
  readonly remote: SrtpKey;
}

/** A certificate's digest as SDP writes it: upper-case hex, a colon between the bytes. RFC 8122 §5 */
export interface CertificateFingerprint {
  readonly algorithm: 'sha-256' | 'sha-384' | 'sha-512';
  readonly digest: string;
}

/** DTLS-SRTP: the keys are agreed on where the sound goes, and SDP vouches for who agrees. RFC 5763 */
export interface MediaDtls {
  /** `client`: we begin the handshake (a=setup:active). */
  readonly role: 'client' | 'server';
  /** The other side's certificate has one of these. */
  readonly fingerprints: readonly CertificateFingerprint[];
  /** Another value than before: a new handshake. */
  readonly association: string;
}

/** The sound of one leg as offer and answer settled it (RFC 3264), seen from our side. */
export interface MediaSession {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly remoteRtcpPort: number;
  readonly rtcpMux: boolean;
  readonly codec: 'PCMU' | 'PCMA' | 'G722' | 'opus';
  readonly payloadType: number;
  /** Payload type of telephone-event (RFC 4733) each way; undefined: keys may come in-band. */
  readonly telephoneEventPayloadType: number | undefined;
  /** The keys' RTP clock, where it is not the codec's. */
  readonly telephoneEventClockHz?: number | undefined;
  /** Comfort noise, RFC 3389; undefined where not negotiated. */
  readonly comfortNoisePayloadType: number | undefined;
  readonly direction: MediaDirection;
  /** SRTP with keys from the SDP. With neither this nor `dtls` sound goes in the clear. */
  readonly crypto?: MediaCrypto | undefined;
  /** SRTP with keys from a handshake: before it no sound goes either way. */
  readonly dtls?: MediaDtls | undefined;
  /** Undefined: sound alone. */
  readonly video?: VideoSession | undefined;
  /** The second stream, of slides, and who tells whose they are; both or none. */
  readonly slides?: VideoSession | undefined;
  readonly floor?: FloorControl | undefined;
}

/** BFCP with the device, which is its client. RFC 8855 */
export interface FloorControl {
  readonly transport: 'udp' | 'tcp';
  /** Where the device says that it speaks from. */
  readonly remoteAddress: string;
}

/** Whose slides are in the second stream. */
export type FloorHolder = 'nobody' | 'room' | 'device';

/** What the other end of a stream of pictures listens to, beside NACK and reports. RFC 4585, RFC 5104 */
export interface PictureFeedback {
  readonly nack: boolean;
  readonly pli: boolean;
  readonly fir: boolean;
  readonly tmmbr: boolean;
  readonly remb: boolean;
}

/** The pictures of one leg as offer and answer settled them, seen from our side. RFC 6184 */
export interface VideoSession {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly remoteRtcpPort: number;
  readonly rtcpMux: boolean;
  readonly codec: 'H264';
  readonly payloadType: number;
  /** 0: one NAL unit a packet, no FU-A and no STAP-A either way. */
  readonly packetizationMode: 0 | 1;
  /** Six hex digits: what the other side can show. */
  readonly remoteProfileLevelId: string;
  /** What we said that we can take. */
  readonly localProfileLevelId: string;
  /** SPS and PPS of the other side's `sprop-parameter-sets`, NAL units without start codes. */
  readonly remoteParameterSets: readonly Uint8Array[];
  /** What the other side takes at most (b=TIAS, b=AS), kilobits a second. */
  readonly maxBitrateKbps: number | undefined;
  readonly feedback: PictureFeedback;
  readonly direction: MediaDirection;
  readonly crypto?: MediaCrypto | undefined;
  readonly dtls?: MediaDtls | undefined;
}

/** A still picture with words, for who has a screen and nothing better to see on it. */
export interface Card {
  readonly language: Language;
  readonly heading: string;
  readonly lines: readonly string[];
  /** Shown in the place of a picture too. */
  readonly covers?: boolean | undefined;
}

/** What a leg tells of its sound, whoever holds it. */
export type LegSoundEvent = Extract<
  LegEvent,
  {
    type:
      | 'digit'
      | 'played'
      | 'room-lost'
      | 'room-recovered'
      | 'room-left'
      | 'room-audience'
      | 'muted-by-room'
      | 'unmuted-by-room'
      | 'talking-muted'
      | 'picture'
      | 'quality'
      | 'media-timeout';
  }
>;

export type MediaEvent =
  | LegSoundEvent
  /** The first RTP packet from the caller. */
  | { readonly type: 'first-rtp' }
  /** A handshake of DTLS-SRTP is done: sound flows, encrypted. */
  | { readonly type: 'dtls-keys'; readonly suite: SrtpSuite }
  /** A key frame is wanted of a device that takes no such wish by RTCP: SIP INFO. RFC 5168 */
  | { readonly type: 'key-frame-wanted' }
  /** Of a leg with a second stream: the newest screen in the room by its key, which grows; undefined: none. */
  | { readonly type: 'screen-shared'; readonly key: number | undefined };

/** One RTP port on a media worker and all that is done with it. Methods as in `CallLeg`. */
export interface MediaLeg {
  readonly localPort: number;
  readonly localRtcpPort: number;
  /** Of the pictures, where the leg was opened with `video`. */
  readonly localVideoPort?: number | undefined;
  readonly localVideoRtcpPort?: number | undefined;
  /** A second port pair for pictures that come later; rejects as `openLeg` does. */
  openVideo?(): Promise<void>;
  /** A pair of ports for a second stream; undefined where none is free. */
  openSlides?(): Promise<{ readonly rtpPort: number; readonly rtcpPort: number } | undefined>;
  /** Whose slides are in the second stream from now on [nobody]. */
  setFloor?(holder: FloorHolder): void;
  /** Of the certificate that we show in DTLS handshakes; undefined: none can be had. */
  readonly dtlsFingerprint?: CertificateFingerprint | undefined;
  /** After each offer/answer exchange. RTP to the caller starts with `start`. */
  configure(session: MediaSession): void;
  /** The ACK came: silence flows within 40 ms. */
  start(): void;
  play(utterance: Utterance): void;
  stopPlaying(): void;
  join(target: RoomTarget): Promise<JoinOutcome>;
  leaveRoom(): Promise<void>;
  setMuted(muted: boolean): void;
  setVolumeDb(volumeDb: number): void;
  showFirst?(what: ShownFirst): void;
  sendKey(digit: Digit): void;
  quality(): Promise<LegQuality>;
  /** As in `CallLeg`. */
  testSound?(listenMs: number): Promise<SoundReport | undefined>;
  /** The device asks for a key frame by SIP INFO. */
  requestKeyFrame?(): void;
  /** Shown while there is no picture to see; undefined: the card of the moment (who is there). */
  showCard?(card: Card | undefined): void;
  onEvent(listener: (event: MediaEvent) => void): void;
  /** Idempotent, never rejects; the port is free again when it resolves. */
  close(): Promise<void>;
}

/** The fixed header of one RTP packet, `bytes` long with its sound. */
export interface PacketHeader {
  /** Epoch milliseconds. */
  readonly atMs: number;
  readonly direction: 'in' | 'out';
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly header: Uint8Array;
  readonly bytes: number;
}

/** Where a media worker takes the sound of other nodes' callers. */
export interface SoundDoor {
  /** Numeric. */
  readonly address: string;
  readonly port: number;
  /** X25519, 32 bytes as base64url: who it is, and what keys are agreed on with. */
  readonly publicKey: string;
}

/** Sound of callers that goes from node to node, past the room. */
export interface SoundLinks {
  /** This node has callers in the room, whose sound of other nodes is taken there; undefined: no more. */
  onHere(listener: (room: RoomName, door: SoundDoor | undefined) => void): void;
  /** Tells the listener all that is true. */
  sayAgain(): void;
  /** As `onHere`, of another node. */
  elsewhere(room: RoomName, node: NodeId, door: SoundDoor | undefined): void;
  /** What this node said (undefined: all nodes) may be void; what is true it says again … */
  doubt(node: NodeId | undefined): void;
  /** … and this is all. */
  saidAll(node: NodeId): void;
  nodeGone(node: NodeId): void;
}

/** The media workers, seen from the main thread. */
export interface MediaBridge {
  /** Undefined: the room alone carries sound to other nodes. */
  readonly soundLinks?: SoundLinks | undefined;
  /**
   * Binds an RTP/RTCP port pair on `localAddress`, and with `video` a second one. Rejects with
   * `media/no-port` when none is free.
   */
  openLeg(
    legId: LegId,
    localAddress: string,
    options?: { readonly video?: boolean },
  ): Promise<MediaLeg>;
  /** The headers of a leg's packets go to the listener, from now on or no more. */
  trace?(legId: LegId, on: boolean): void;
  onTraced?(
    listener: (legId: LegId, localPort: number, packets: readonly PacketHeader[]) => void,
  ): void;
  /** How loud each leg's caller is, 0 to -127 dBov: for whoever looks on, once a second at most. */
  levels?(): Promise<ReadonlyMap<LegId, number>>;
  gauges(): Promise<Readonly<Record<string, number>>>;
  close(): Promise<void>;
}
