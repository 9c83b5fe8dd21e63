import { EventEmitter } from 'node:events';
import {
  MediaStream,
  MediaStreamTrack,
  RTCPeerConnection,
  RTCRtpCodecParameters,
  RTCRtpHeaderExtensionParameters,
  RtcpSenderInfo,
  RtcpSrPacket,
  RtpHeader,
  type RTCDtlsTransport,
  type RtpPacket,
} from 'werift';
import type { Logger } from '../../call/ports.ts';
import { roomPayloadTypes, type RoomCodec } from './link-types.ts';
import type { RemoteCandidate } from './signal-message.ts';

/**
 * The narrow face of werift: one bundled transport, audio only. werift does ICE, DTLS and SRTP; its
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
  const level = Buffer.alloc(1);
  const header = new RtpHeader({ ssrc, extensions: [{ id: audioLevelId, payload: level }] });
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

  return (packet, audioLevelDbov, voice) => {
    const to = transport();
    const type = payloadType();
    if (to === undefined || type === undefined || packet.length <= rtpHeaderBytes) return;
    header.payloadType = type;
    header.marker = packet.readUInt8(1) >= 0x80;
    header.sequenceNumber = packet.readUInt16BE(2);
    header.timestamp = packet.readUInt32BE(4);
    // One bit of voice activity, seven of level below full scale. RFC 6464 §3
    level[0] = (voice ? 0x80 : 0) | Math.min(127, Math.max(0, Math.round(-audioLevelDbov)));
    const payload = packet.subarray(rtpHeaderBytes);
    void to.sendRtp(payload, header);
    packetCount += 1;
    octetCount += payload.length;
    if (now() >= nextReportAt) report(to, header.timestamp);
  };
};

/** Epoch milliseconds as NTP: seconds since 1900 in the upper half, fraction in the lower. RFC 3550 §4 */
export const ntpTimestamp = (epochMs: number): bigint => {
  const seconds = Math.floor(epochMs / 1000);
  const fraction = Math.floor(((epochMs - seconds * 1000) / 1000) * 2 ** 32);
  return (BigInt(seconds + ntpEpochOffsetS) << 32n) | BigInt(fraction);
};

/**
 * werift puts no error listener on its UDP sockets, so a failed send (no route to one of the
 * server's candidates, say) would end the whole worker. They are not in its public face: looked up
 * with care, and left alone where they are not found.
 */
const guardSockets = (peer: RTCPeerConnection, log: Logger): void => {
  for (const { connection } of peer.iceTransports) {
    const found: unknown = Reflect.get(connection, 'protocols');
    const protocols: readonly unknown[] = Array.isArray(found) ? found : [];
    for (const protocol of protocols) {
      const transport: unknown = property(protocol, 'transport');
      const socket = property(transport, 'socket');
      if (!(socket instanceof EventEmitter) || socket.listenerCount('error') > 0) continue;
      socket.on('error', (error: Error) => {
        log.debug({ err: error }, 'room media socket error');
      });
    }
  }
};

const property = (of: unknown, name: string): unknown => {
  if (typeof of !== 'object' || of === null) return undefined;
  const value: unknown = Reflect.get(of, name);
  return value;
};
