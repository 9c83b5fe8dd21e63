import { createSocket } from 'node:dgram';
import { createLegEncryption } from '../bridge/leg-encryption.ts';
import type { DtlsIdentity } from '../bridge/rtp/dtls-identity.ts';
import { isDtls } from '../bridge/rtp/dtls-record.ts';
import { decodeG711, encodeG711, type G711Law } from '../bridge/audio/g711.ts';
import {
  createRtpView,
  parseRtp,
  rtpHeaderBytes,
  writeRtpHeader,
} from '../bridge/rtp/rtp-packet.ts';
import { createTelephoneEventSender } from '../bridge/rtp/telephone-event.ts';
import type { MediaSession, SrtpSuite } from '../call/ports/media.ts';
import { createRecorder, type Recorder } from './recorder.ts';

const frameMs = 20;
const frameSamples = 160;

/** What the SDP exchange settled for a caller's sound. */
export interface RemoteSound {
  readonly address: string;
  readonly port: number;
  readonly law: G711Law;
  readonly payloadType: number;
  /** undefined: keys are sent as tones. */
  readonly telephoneEventPayloadType: number | undefined;
  /** Where its keys come from; undefined: in the clear. */
  readonly secured?: MediaSession | undefined;
}

/** A telephone's sound: speaks, presses keys, and keeps all that it hears. */
export interface RtpEndpoint {
  readonly port: number;
  readonly recorder: Recorder;
  /** What the sound is encrypted with by now; undefined: nothing. */
  suite(): SrtpSuite | undefined;
  /** From now on packets flow, silence where nothing is spoken. Again after a re-INVITE. */
  connect(remote: RemoteSound): void;
  /** 8 kHz PCM, after what is being spoken; `endless`: over and over. */
  speak(pcm: Int16Array, options?: { readonly endless?: boolean }): void;
  hush(): void;
  /** From now on this share of the packets is lost on the way, evenly; 0: none. */
  lose(share: number): void;
  /** Presses the keys one after another; resolves when the last is let go. */
  press(
    keys: string,
    options?: { readonly keyMs?: number; readonly pauseMs?: number },
  ): Promise<void>;
  close(): Promise<void>;
}

export interface RtpEndpointOptions {
  readonly address: string;
  /** How a key sounds where no telephone-event was negotiated: 8 kHz PCM of `ms`. */
  readonly toneOf: (key: string, ms: number) => Int16Array;
  /** Random 32 bits, for SSRC and first values. */
  readonly random32: () => number;
  readonly nowMs?: () => number;
  /** For DTLS-SRTP. */
  readonly dtlsIdentity?: DtlsIdentity | undefined;
}

interface KeyPress {
  readonly key: string;
  readonly keyMs: number;
  readonly pauseMs: number;
  readonly done: () => void;
}

/** Binds a UDP port on `address`. Rejects where that can't be. */
export const openRtpEndpoint = async (options: RtpEndpointOptions): Promise<RtpEndpoint> => {
  const nowMs = options.nowMs ?? (() => performance.now());
  const socket = createSocket(options.address.includes(':') ? 'udp6' : 'udp4');
  await new Promise<void>((bound, failed) => {
    socket.once('error', failed);
    socket.bind(0, options.address, () => {
      socket.off('error', failed);
      bound();
    });
  });
  // An unreachable peer is told to nobody: the call's signalling knows better.
  socket.on('error', () => undefined);

  const recorder = createRecorder(nowMs);
  let suite: SrtpSuite | undefined;
  const encryption = createLegEncryption({
    identity: options.dtlsIdentity,
    nowMs,
    // RTCP is not spoken here.
    sendDtls: (component, datagram) => {
      if (component === 'rtp' && remote) socket.send(datagram, remote.port, remote.address);
    },
    onKeys: (agreed) => {
      suite = agreed;
    },
    onFailed: () => undefined,
  });
  const ssrc = options.random32();
  let sequenceNumber = options.random32() & 0xffff;
  let timestamp = options.random32();
  let remote: RemoteSound | undefined;
  let events: ReturnType<typeof createTelephoneEventSender> | undefined;
  let firstPacket = true;
  let lossShare = 0;
  let missing = 0;

  let speech: { readonly pcm: Int16Array; at: number; readonly endless: boolean } | undefined;
  const spokenNext: { readonly pcm: Int16Array; readonly endless: boolean }[] = [];
  const presses: KeyPress[] = [];
  let pressing:
    | { readonly press: KeyPress; tone: Int16Array | undefined; at: number; pauseLeft: number }
    | undefined;

  const pcm = new Int16Array(frameSamples);
  const speechFrame = () => {
    pcm.fill(0);
    for (let i = 0; i < frameSamples; i += 1) {
      if (speech !== undefined && speech.at >= speech.pcm.length) {
        if (speech.endless) speech.at = 0;
        else speech = undefined;
      }
      if (speech === undefined) {
        const next = spokenNext.shift();
        if (next === undefined) return;
        speech = { ...next, at: 0 };
      }
      pcm[i] = speech.pcm[speech.at] ?? 0;
      speech.at += 1;
    }
  };

  /** Moves the key presses on by one frame; returns the packet of a telephone-event, if there is one. */
  const keyFrame = (): Buffer | undefined => {
    if (pressing === undefined) {
      const press = presses.shift();
      if (press === undefined) return undefined;
      const tone = events === undefined ? options.toneOf(press.key, press.keyMs) : undefined;
      events?.begin(press.key, timestamp, press.keyMs);
      pressing = { press, tone, at: 0, pauseLeft: press.pauseMs };
    }
    const packet = events?.next(sequenceNumber, ssrc);
    if (packet !== undefined) return packet;
    const { tone } = pressing;
    if (tone !== undefined && pressing.at < tone.length) {
      pcm.fill(0);
      pcm.set(tone.subarray(pressing.at, pressing.at + frameSamples));
      pressing.at += frameSamples;
      return undefined;
    }
    pressing.pauseLeft -= frameMs;
    if (pressing.pauseLeft <= 0) {
      pressing.press.done();
      pressing = undefined;
    }
    return undefined;
  };

  const send = () => {
    if (remote === undefined) return;
    speechFrame();
    let packet = keyFrame();
    if (packet === undefined) {
      packet = Buffer.allocUnsafe(rtpHeaderBytes + frameSamples);
      writeRtpHeader(packet, remote.payloadType, firstPacket, sequenceNumber, timestamp, ssrc);
      encodeG711(remote.law, pcm, packet.subarray(rtpHeaderBytes));
      firstPacket = false;
    }
    const sealed = encryption.protectRtp(packet);
    missing += lossShare;
    const isLost = missing >= 1;
    if (isLost) missing -= 1;
    // A copy: the next packet may be made before this one is on its way.
    if (sealed !== undefined && !isLost)
      socket.send(Buffer.from(sealed), remote.port, remote.address);
    sequenceNumber = (sequenceNumber + 1) & 0xffff;
    timestamp = (timestamp + frameSamples) >>> 0;
  };

  // One absolute schedule: a late timer sends what is due, it does not shift what follows.
  let startedAtMs: number | undefined;
  let sent = 0;
  const timer = setInterval(() => {
    if (startedAtMs === undefined) return;
    const due = Math.floor((nowMs() - startedAtMs) / frameMs);
    while (sent < due) {
      sent += 1;
      send();
    }
  }, frameMs / 4);

  const view = createRtpView();
  const heard = new Int16Array(8000);
  socket.on('message', (datagram) => {
    if (isDtls(datagram)) {
      encryption.takeDtls('rtp', datagram);
      return;
    }
    const packet = encryption.unprotectRtp(datagram);
    if (packet === undefined || remote === undefined) return;
    if (!parseRtp(packet, packet.length, view)) return;
    if (view.payloadType !== remote.payloadType) return;
    const payload = packet.subarray(view.payloadOffset, view.payloadOffset + view.payloadLength);
    const samples = decodeG711(remote.law, payload, heard);
    recorder.take(view.sequenceNumber, view.timestamp, view.ssrc, heard.subarray(0, samples));
  });

  let closed: Promise<void> | undefined;
  return {
    port: socket.address().port,
    recorder,
    suite: () => suite,
    connect(to) {
      remote = to;
      if (to.secured !== undefined) {
        suite = to.secured.crypto?.suite ?? suite;
        encryption.configure(to.secured);
      }
      events =
        to.telephoneEventPayloadType === undefined
          ? undefined
          : createTelephoneEventSender({ payloadType: to.telephoneEventPayloadType });
      startedAtMs ??= nowMs();
    },
    speak(spoken, { endless = false } = {}) {
      spokenNext.push({ pcm: spoken, endless });
    },
    hush() {
      speech = undefined;
      spokenNext.length = 0;
    },
    lose(share) {
      lossShare = share;
    },
    press(keys, { keyMs = 120, pauseMs = 100 } = {}) {
      return Promise.all(
        Array.from(
          keys,
          (key) =>
            new Promise<void>((done) => {
              presses.push({ key, keyMs, pauseMs, done });
            }),
        ),
      ).then(() => undefined);
    },
    close() {
      closed ??= new Promise<void>((done) => {
        clearInterval(timer);
        encryption.close();
        for (const press of [pressing?.press, ...presses]) press?.done();
        presses.length = 0;
        socket.close(() => {
          done();
        });
      });
      return closed;
    },
  };
};
