import {
  MediaStream,
  MediaStreamTrack,
  RTCPeerConnection,
  RTCRtpCodecParameters,
  RTCRtpHeaderExtensionParameters,
  RtcpSenderInfo,
  RtcpSrPacket,
  RtpPacket,
  type RTCDtlsTransport,
} from 'werift';
import type { Logger } from '../../call/ports/process.ts';
import { roomPayloadTypes, type RoomCodec } from './link-types.ts';
import type { RemoteCandidate } from './signal-message.ts';
import { guardSockets, openRtpSend, type RtpSend } from './werift-insides.ts';

/**
 * The narrow face of werift: one bundled transport, audio only. werift does ICE and DTLS; its
 * per-track senders and receivers are left out of the packet path. They would copy each packet,
 * keep a history for retransmissions that nobody asks for, and stamp sender reports whose NTP
 * fraction is wrong (werift 0.25.2), by which LiveKit then shifts the track's clock.
 */
export interface PeerConnection {
  /** Adds a sending m-line; `cid` is how LiveKit knows its track (AddTrackRequest.cid). */
  addAudioSender(ssrc: number): { readonly cid: string };
  addAudioReceivers(count: number): void;
  mediaSections(): number;
  /** Makes and applies an offer, with all candidates in it. */
  offer(): Promise<string>;
  applyAnswer(sdp: string): Promise<void>;
  /** A candidate that can't be used is logged and left out. */
  addCandidate(candidate: RemoteCandidate): Promise<void>;
  /** Sends one RTP packet; see `CallerLink.writeRtp`. */
  writeRtp(packet: Buffer, audioLevelDbov: number, voice: boolean): void;
  /** Idempotent, never rejects; sockets and timers are gone when it resolves. */
  close(): Promise<void>;
}

export interface PeerConnectionDeps {
  /** The address to send and receive media on. */
  readonly localAddress: string;
  readonly codecs: readonly RoomCodec[];
  readonly log: Logger;
  readonly now: () => number;
  readonly onState: (state: 'connected' | 'failed') => void;
  /** One decrypted packet; the buffer is fresh for each. */
  readonly onRtp: (ssrc: number, packet: Buffer) => void;
}

const audioLevelUri = 'urn:ietf:params:rtp-hdrext:ssrc-audio-level';
const audioLevelId = 1;
const rtpHeaderBytes = 12;
/** With a header extension of one word. */
const levelledHeaderBytes = rtpHeaderBytes + 8;
/** 20 ms of G.711. */
const usualPayloadBytes = 160;
/** RFC 3550 §6.2 recommends five seconds at least between reports. */
const senderReportIntervalMs = 5_000;
const ntpEpochOffsetS = 2_208_988_800;

const codecParameters: Readonly<Record<RoomCodec, { clockRate: number; channels: number }>> = {
  PCMU: { clockRate: 8000, channels: 1 },
  PCMA: { clockRate: 8000, channels: 1 },
  opus: { clockRate: 48_000, channels: 2 },
};

const configured = (codec: RoomCodec): RTCRtpCodecParameters =>
  new RTCRtpCodecParameters({
    mimeType: `audio/${codec}`,
    payloadType: roomPayloadTypes[codec],
    ...codecParameters[codec],
    // In-band FEC lets the decoder recover a lost frame from the next one. RFC 7587 §6.1
    ...(codec === 'opus' && { parameters: 'minptime=10;useinbandfec=1' }),
  });

export const createPeerConnection = (deps: PeerConnectionDeps): PeerConnection => {
  const { localAddress, log } = deps;
  const peer = new RTCPeerConnection({
    codecs: { audio: deps.codecs.map(configured), video: [] },
    headerExtensions: {
      audio: [new RTCRtpHeaderExtensionParameters({ uri: audioLevelUri, id: audioLevelId })],
      video: [],
    },
    bundlePolicy: 'max-bundle',
    iceServers: [],
    // Gathers on the one address: werift takes those added here even where both families are off.
    iceUseIpv4: false,
    iceUseIpv6: false,
    iceUseTcp: false,
    iceAdditionalHostAddresses: [localAddress],
    iceInterfaceAddresses: { udp4: localAddress, udp6: localAddress },
  });

  let transport: RTCDtlsTransport | undefined;
  let write: PeerConnection['writeRtp'] = () => undefined;
  let closed: Promise<void> | undefined;

  peer.connectionStateChange.subscribe((state) => {
    if (closed !== undefined) return;
    if (state === 'connected') deps.onState('connected');
    else if (state === 'failed' || state === 'closed') deps.onState('failed');
  });

  const listen = (): void => {
    const [found] = peer.dtlsTransports;
    if (transport !== undefined || found === undefined) return;
    transport = found;
    found.onRtp.allUnsubscribe();
    found.onRtp.subscribe((packet) => {
      if (closed === undefined) deps.onRtp(packet.header.ssrc, wholePacket(packet));
    });
  };

  return {
    addAudioSender: (ssrc) => {
      const track = new MediaStreamTrack({ kind: 'audio' });
      // With a stream, so that the offer has the msid by which LiveKit finds the track's `cid`.
      const streams = [new MediaStream([track])];
      const { sender } = peer.addTransceiver(track, { direction: 'sendonly', streams });
      Object.assign(sender, { ssrc });
      write = createRtpWriter({
        ssrc,
        now: deps.now,
        transport: () => (transport?.state === 'connected' ? transport : undefined),
        payloadType: () => sender.codec?.payloadType,
      });
      return { cid: sender.trackId };
    },
    addAudioReceivers: (count) => {
      for (let i = 0; i < count; i += 1) peer.addTransceiver('audio', { direction: 'recvonly' });
    },
    mediaSections: () => peer.getTransceivers().length,
    offer: async () => {
      await peer.setLocalDescription(await peer.createOffer());
      listen();
      guardSockets(peer, log);
      return peer.localDescription?.sdp ?? '';
    },
    applyAnswer: (sdp) => peer.setRemoteDescription({ type: 'answer', sdp }),
    addCandidate: async (candidate) => {
      try {
        await peer.addIceCandidate(candidate);
      } catch (error) {
        log.debug({ err: error }, 'remote candidate left out');
      }
    },
    writeRtp: (packet, audioLevelDbov, voice) => {
      write(packet, audioLevelDbov, voice);
    },
    close: () =>
      (closed ??= peer.close().catch((error: unknown) => {
        log.warn({ err: error }, 'peer connection did not close cleanly');
      })),
  };
};

/**
 * The packet as it was decrypted: werift's payload is a view into that buffer, behind the header.
 * Padding, which its view leaves out, is still there and the header still says so.
 */
const wholePacket = ({ header, payload }: RtpPacket): Buffer =>
  Buffer.from(
    payload.buffer,
    payload.byteOffset - header.payloadOffset,
    header.payloadOffset + payload.length + header.paddingSize,
  );

interface RtpWriterDeps {
  readonly ssrc: number;
  readonly now: () => number;
  readonly transport: () => RTCDtlsTransport | undefined;
  readonly payloadType: () => number | undefined;
}

/** Sends packets and, on the packets' own beat, the sender reports that belong to them. */
const createRtpWriter = ({
  ssrc,
  now,
  transport,
  payloadType,
}: RtpWriterDeps): PeerConnection['writeRtp'] => {
  let packet = Buffer.alloc(levelledHeaderBytes + usualPayloadBytes);
  let via: RTCDtlsTransport | undefined;
  let send: RtpSend = () => undefined;
  let packetCount = 0;
  let octetCount = 0;
  let nextReportAt = 0;

  const report = (to: RTCDtlsTransport, rtpTimestamp: number): void => {
    const senderInfo = new RtcpSenderInfo({
      ntpTimestamp: ntpTimestamp(now()),
      rtpTimestamp,
      packetCount: packetCount >>> 0,
      octetCount: octetCount >>> 0,
    });
    void to.sendRtcp([new RtcpSrPacket({ ssrc, senderInfo })]).catch(() => undefined);
    nextReportAt = now() + senderReportIntervalMs;
  };

  return (plain, audioLevelDbov, voice) => {
    const to = transport();
    const type = payloadType();
    if (to === undefined || type === undefined || plain.length <= rtpHeaderBytes) return;
    if (to !== via) {
      via = to;
      send = openRtpSend(to) ?? sendByWerift(to);
    }
    const payloadBytes = plain.length - rtpHeaderBytes;
    if (packet.length !== levelledHeaderBytes + payloadBytes) {
      packet = Buffer.alloc(levelledHeaderBytes + payloadBytes);
    }
    plain.copy(packet, 0, 0, rtpHeaderBytes);
    plain.copy(packet, levelledHeaderBytes, rtpHeaderBytes);
    writeLevelledHeader(packet, type, ssrc, audioLevelDbov, voice);
    send(packet);
    packetCount += 1;
    octetCount += payloadBytes;
    if (now() >= nextReportAt) report(to, packet.readUInt32BE(4));
  };
};

/** Completes a header whose marker, sequence number and time stamp are there. RFC 8285 §4.2 */
export const writeLevelledHeader = (
  packet: Buffer,
  payloadType: number,
  ssrc: number,
  audioLevelDbov: number,
  voice: boolean,
): void => {
  packet[0] = 0x90; // version 2 with an extension
  packet[1] = (packet.readUInt8(1) & 0x80) | payloadType;
  packet.writeUInt32BE(ssrc, 8);
  packet.writeUInt32BE(0xbede_0001, 12); // one-byte headers, one word of them
  packet[16] = audioLevelId << 4; // of one byte
  // One bit of voice activity, seven of level below full scale. RFC 6464 §3
  const level = Math.min(127, Math.max(0, Math.round(-audioLevelDbov)));
  packet[17] = (voice ? 0x80 : 0) | level;
  packet.writeUInt16BE(0, 18);
};

const sendByWerift =
  (to: RTCDtlsTransport): RtpSend =>
  (packet) => {
    const { header, payload } = RtpPacket.deSerialize(Buffer.from(packet));
    void to.sendRtp(payload, header);
  };

/** Epoch milliseconds as NTP: seconds since 1900 in the upper half, fraction in the lower. RFC 3550 §4 */
export const ntpTimestamp = (epochMs: number): bigint => {
  const seconds = Math.floor(epochMs / 1000);
  const fraction = Math.floor(((epochMs - seconds * 1000) / 1000) * 2 ** 32);
  return (BigInt(seconds + ntpEpochOffsetS) << 32n) | BigInt(fraction);
};
