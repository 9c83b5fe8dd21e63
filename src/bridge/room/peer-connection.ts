import {
  MediaStream,
  MediaStreamTrack,
  RTCPeerConnection,
  RTCRtpCodecParameters,
  RTCRtpHeaderExtensionParameters,
  type RTCDataChannel,
  type RTCDtlsTransport,
  type RtpPacket,
} from 'werift';
import type { AdoptSocket } from '../udp/udp-socket.ts';
import type { Logger } from '../../call/ports/process.ts';
import { roomPayloadTypes, type RoomCodec } from './link-types.ts';
import { rtpHeaderBytes } from '../rtp/rtp-packet.ts';
import { createRoomReports, type RoomReception, type RoomReports } from './room-reports.ts';
import { addCameraSender } from './picture-codecs.ts';
import { openRtpPath, type RtpPath } from './rtp-path.ts';
import { audioLevelId, createRtpWriter, type RtpWriter } from './rtp-writer.ts';
import type { RemoteCandidate } from './signal-message.ts';
import { problemWithPeer } from './proven-peer.ts';
import { askNoStunServer, guardSockets, preferAesCm } from './werift-insides.ts';

/**
 * The narrow face of werift: one bundled transport, with pictures where they are asked for. werift does ICE and DTLS; its
 * per-track senders and receivers are left out of the packet path. They would copy each packet,
 * keep a history for retransmissions that nobody asks for, and stamp sender reports whose NTP
 * fraction is wrong (werift 0.25.2), by which LiveKit then shifts the track's clock.
 */
export interface PeerConnection {
  /** Adds a sending m-line; `cid` is how LiveKit knows its track (AddTrackRequest.cid). */
  addAudioSender(ssrc: number): { readonly cid: string };
  addAudioReceivers(count: number): void;
  /** As `addAudioSender`, for pictures. */
  addCameraSender(ssrc: number): { readonly cid: string };
  addVideoReceivers(count: number): void;
  /** The way of the camera's packets; undefined before media can pass, or where there is no such way. */
  openStream(): ReturnType<RtpPath['openStream']> | undefined;
  mediaSections(): number;
  /** LiveKit's reliable data channel, in the next offer. */
  addDataChannel(): void;
  /** Dropped where there is no channel, or none that is open yet. */
  sendData(data: Uint8Array): void;
  /** Makes and applies an offer, with all candidates in it. */
  offer(): Promise<string>;
  applyAnswer(sdp: string): Promise<void>;
  /** A candidate that can't be used is logged and left out. */
  addCandidate(candidate: RemoteCandidate): Promise<void>;
  /** Sends one RTP packet; see `CallerLink.writeRtp`. */
  writeRtp(packet: Buffer, audioLevelDbov: number, voice: boolean): void;
  /** What the server says of the stream that we send; undefined before it did. */
  reception(): RoomReception | undefined;
  /** Idempotent, never rejects; sockets and timers are gone when it resolves. */
  close(): Promise<void>;
}

export interface PeerConnectionDeps {
  /** The address to send and receive media on. */
  readonly localAddress: string;
  /** What is sent goes in the first. */
  readonly codecs: readonly RoomCodec[];
  /** Of pictures, where they pass too. */
  readonly pictureCodecs?: readonly RTCRtpCodecParameters[] | undefined;
  readonly log: Logger;
  readonly now: () => number;
  readonly onState: (state: 'connected' | 'failed') => void;
  /** Given, the sockets of a connection that stands are read as whoever gave it does. */
  readonly adopt?: AdoptSocket | undefined;
  /** See `LinkThread`. */
  readonly onArrival?: (() => void) | undefined;
  /** One decrypted packet; the listener's to keep, but with `adopt` good until this returns. */
  readonly onRtp: (ssrc: number, packet: Buffer, arrivalMs?: number) => void;
  /** Each RTCP compound of the server, decrypted. */
  readonly onRtcp?: ((compound: Buffer) => void) | undefined;
}

const audioLevelUri = 'urn:ietf:params:rtp-hdrext:ssrc-audio-level';
/** As LiveKit's server knows it. */
const reliableChannel = '_reliable';

const codecParameters: Readonly<Record<RoomCodec, { clockRate: number; channels: number }>> = {
  PCMU: { clockRate: 8000, channels: 1 },
  PCMA: { clockRate: 8000, channels: 1 },
  opus: { clockRate: 48_000, channels: 2 },
};

const clockRateOf = (codec: RoomCodec = 'PCMA'): number => codecParameters[codec].clockRate;

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
    codecs: {
      audio: deps.codecs.map(configured),
      video: [...(deps.pictureCodecs ?? [])],
    },
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
  let path: RtpPath | undefined;
  let write: RtpWriter = () => undefined;
  let reports: RoomReports | undefined;
  let channel: RTCDataChannel | undefined;
  let closed: Promise<void> | undefined;

  const takeRtp = (packet: Buffer, arrivalMs?: number): void => {
    if (closed === undefined && packet.length >= rtpHeaderBytes) {
      deps.onRtp(packet.readUInt32BE(8), packet, arrivalMs);
    }
  };

  const rtcpTaker = (): ((compound: Buffer) => void) | undefined => {
    const { onRtcp } = deps;
    if (onRtcp === undefined) return reports?.take;
    return (compound) => {
      reports?.take(compound);
      if (closed === undefined) onRtcp(compound);
    };
  };

  peer.connectionStateChange.subscribe((state) => {
    if (closed !== undefined) return;
    if (state === 'connected') {
      const problem = transport && problemWithPeer(transport);
      if (problem !== undefined) {
        // Somebody is in between. Nothing is sent to whom nobody knows.
        log.warn({ problem }, 'room media server not proven');
        deps.onState('failed');
        return;
      }
      path ??=
        transport &&
        openRtpPath(transport, {
          onRtp: takeRtp,
          onRtcp: rtcpTaker(),
          adopt: deps.adopt,
          onConsentExpired: () => {
            if (closed === undefined) deps.onState('failed');
          },
        });
      deps.onState('connected');
    } else if (state === 'failed' || state === 'closed') deps.onState('failed');
  });

  const listen = (): void => {
    const [found] = peer.dtlsTransports;
    if (transport !== undefined || found === undefined) return;
    transport = found;
    preferAesCm(found);
    found.onRtp.allUnsubscribe();
    // Nothing comes here once our own path is open.
    found.onRtp.subscribe((packet) => {
      takeRtp(wholePacket(packet));
    });
  };

  return {
    addAudioSender: (ssrc) => {
      const track = new MediaStreamTrack({ kind: 'audio' });
      // With a stream, so that the offer has the msid by which LiveKit finds the track's `cid`.
      const streams = [new MediaStream([track])];
      const transceiver = peer.addTransceiver(track, { direction: 'sendonly', streams });
      transceiver.setCodecPreferences(deps.codecs.slice(0, 1).map(configured));
      const { sender } = transceiver;
      Object.assign(sender, { ssrc });
      reports = createRoomReports({
        ssrc,
        clockRateHz: clockRateOf(deps.codecs[0]),
        now: deps.now,
      });
      write = createRtpWriter({
        ssrc,
        now: deps.now,
        transport: () => (transport?.state === 'connected' ? transport : undefined),
        path: () => path,
        payloadType: () => sender.codec?.payloadType,
      });
      return { cid: sender.trackId };
    },
    addAudioReceivers: (count) => {
      for (let i = 0; i < count; i += 1) peer.addTransceiver('audio', { direction: 'recvonly' });
    },
    addCameraSender: (ssrc) => ({ cid: addCameraSender(peer, ssrc).trackId }),
    addVideoReceivers: (count) => {
      for (let i = 0; i < count; i += 1) peer.addTransceiver('video', { direction: 'recvonly' });
    },
    openStream: () => path?.openStream(),
    addDataChannel: () => {
      channel = peer.createDataChannel(reliableChannel, { ordered: true });
    },
    sendData: (data) => {
      if (channel?.readyState === 'open') channel.send(Buffer.from(data));
    },
    mediaSections: () => peer.getTransceivers().length,
    offer: async () => {
      const offer = await peer.createOffer();
      askNoStunServer(peer);
      await peer.setLocalDescription(offer);
      listen();
      guardSockets(peer, log, deps.onArrival);
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
    reception: () => reports?.reception(),
    close: () => {
      path?.close();
      return (closed ??= peer.close().catch((error: unknown) => {
        log.warn({ err: error }, 'peer connection did not close cleanly');
      }));
    },
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
