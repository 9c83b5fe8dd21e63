/** One caller's RTP: a socket, a packet each 20 ms, and a count of what comes. Made to cost little. */
import { randomInt } from 'node:crypto';
import { createLegEncryption } from '../../src/bridge/leg-encryption.ts';
import type { DtlsIdentity } from '../../src/bridge/rtp/dtls-identity.ts';
import { isDtls } from '../../src/bridge/rtp/dtls-record.ts';
import type { MediaSession } from '../../src/call/ports/media.ts';
import { decodeG711, g711RateHz } from '../../src/bridge/audio/g711.ts';
import {
  createRtpView,
  parseRtp,
  rtpHeaderBytes,
  writeRtpHeader,
} from '../../src/bridge/rtp/rtp-packet.ts';
import { createTelephoneEventSender } from '../../src/bridge/rtp/telephone-event.ts';
import { createBatchedUdp } from '../../src/bridge/udp/batched-udp.ts';
import { openDgramSocket } from '../../src/bridge/udp/dgram-socket.ts';
import type { PacketListener } from '../../src/bridge/udp/udp-socket.ts';
import { createReceptionStats } from '../../src/bridge/rtp/reception-stats.ts';
import type { LineClock } from './line-clock.ts';
import { monotonicMs } from './monotonic.ts';
import { createSpacingRecord, type SpacingReport } from './spacing-record.ts';
import { heardLevelDbfs, toneLevelDbfs } from './tone-level.ts';
import { frameSamples, voiceLaw, type Voice } from './voice.ts';

/** How long a key is held: five packets in all tell of it, the last three of its end (RFC 4733 §2.5.1.4). */
export const keyMs = 60;
const keyPauseFrames = 3;

export interface RemoteLine {
  readonly address: string;
  readonly port: number;
  readonly payloadType: number;
  readonly telephoneEventPayloadType: number | undefined;
  /** Where its keys come from; undefined: in the clear. */
  readonly secured?: MediaSession | undefined;
}

export interface LineReport extends SpacingReport {
  /** Packets above the level of silence: whether the caller heard anybody. */
  readonly soundingPackets: number;
  /** From the answer to the first of them; undefined while there was none. */
  readonly firstSoundAfterMs: number | undefined;
  readonly lossPct: number;
  /** RFC 3550 A.8 */
  readonly jitterMs: number;
}

export interface FarmLine {
  readonly port: number;
  /** Packets flow from now on. */
  connect(remote: RemoteLine): void;
  /** Presses the keys; resolves with the moment at which the first packet of the last one left. */
  press(keys: string): Promise<number>;
  /** The arrival of the first packet from now on in which the tone is heard; undefined after `withinMs`. */
  toneHeard(hz: number, withinMs: number): Promise<number | undefined>;
  report(): LineReport;
  restartReport(): void;
  close(): void;
}

/** The kernel tells when a packet came: this process may be late, and so looks no worse than it is. */
const openUdp = createBatchedUdp({ nowMs: monotonicMs, isPaced: false })?.open ?? openDgramSocket;

/** A-law bytes of silence and the faintest noise decode to less than this. */
const soundingPeak = 300;

export const openFarmLine = async (
  clock: LineClock,
  voice: Voice,
  localAddress: string,
  identity?: DtlsIdentity,
): Promise<FarmLine> => {
  const socket = await openUdp({
    ...{ address: localAddress, port: 0, nowMs: monotonicMs },
    onPacket: (...arrived) => {
      onDatagram(...arrived);
    },
  });
  if (socket === undefined) throw new Error(`no port on ${localAddress}`);

  const ssrc = randomInt(2 ** 32);
  const packet = Buffer.alloc(rtpHeaderBytes + frameSamples);
  let sequenceNumber = randomInt(2 ** 16);
  let timestamp = randomInt(2 ** 32);
  let frame = randomInt(voice.length);
  let remote: RemoteLine | undefined;
  let firstPacket = true;
  let isClosed = false;

  let keys: ReturnType<typeof createTelephoneEventSender> | undefined;
  let waitingKeys: string[] = [];
  let pauseFrames = 0;
  let lastPressed: ((atMs: number) => void) | undefined;

  /** The packet of a key in place of the sound, if one is being pressed. */
  const keyPacket = (): Buffer | undefined => {
    if (keys === undefined) return undefined;
    if (!keys.active && pauseFrames > 0) pauseFrames -= 1;
    else if (!keys.active) {
      const key = waitingKeys.shift();
      if (key === undefined) return undefined;
      keys.begin(key, timestamp, keyMs);
      pauseFrames = keyPauseFrames;
      if (waitingKeys.length === 0) lastPressed?.(monotonicMs());
    }
    return keys.next(sequenceNumber, ssrc);
  };

  const soundPacket = (to: RemoteLine): Buffer => {
    writeRtpHeader(packet, to.payloadType, firstPacket, sequenceNumber, timestamp, ssrc);
    firstPacket = false;
    packet.set(voice[frame] ?? [], rtpHeaderBytes);
    return packet;
  };

  const encryption = createLegEncryption({
    identity,
    nowMs: monotonicMs,
    sendDtls: (component, datagram) => {
      if (component === 'rtp' && remote) socket.send(datagram, remote.address, remote.port);
    },
    onKeys: () => undefined,
    onFailed: () => undefined,
  });

  const removeTick = clock.add(() => {
    socket.read();
    if (remote === undefined || isClosed) return;
    const outgoing = encryption.protectRtp(keyPacket() ?? soundPacket(remote));
    // Of what is encrypted a copy: its buffer is soon another packet's.
    const whole = encryption.isOn() ? outgoing?.slice() : outgoing;
    if (whole !== undefined) socket.send(whole, remote.address, remote.port);
    sequenceNumber = (sequenceNumber + 1) & 0xffff;
    timestamp = (timestamp + frameSamples) >>> 0;
    frame = (frame + 1) % voice.length;
  });

  const spacing = createSpacingRecord();
  let reception = createReceptionStats(g711RateHz);
  let connectedAtMs = 0;
  let firstSoundAtMs: number | undefined;
  const view = createRtpView();
  const pcm = new Int16Array(frameSamples);
  let soundingPackets = 0;
  let listening: { readonly hz: number; readonly heard: (atMs: number) => void } | undefined;

  const onDatagram: PacketListener = (datagram, _address, _port, atMs) => {
    if (isDtls(datagram)) {
      // The handshake keeps what it is given.
      encryption.takeDtls('rtp', Buffer.from(datagram));
      return;
    }
    const received = encryption.unprotectRtp(datagram);
    if (received === undefined) return;
    if (!parseRtp(received, received.length, view)) return;
    if (view.payloadType !== remote?.payloadType) return;
    spacing.take(atMs);
    reception.push(view, atMs);
    const { payloadOffset, payloadLength } = view;
    const payload = received.subarray(payloadOffset, payloadOffset + payloadLength);
    const samples = pcm.subarray(0, decodeG711(voiceLaw, payload, pcm));
    if (samples.some((sample) => sample > soundingPeak)) {
      soundingPackets += 1;
      firstSoundAtMs ??= atMs;
    }
    if (listening === undefined) return;
    if (toneLevelDbfs(samples, listening.hz, g711RateHz) < heardLevelDbfs) return;
    listening.heard(atMs);
    listening = undefined;
  };

  return {
    port: socket.port,
    connect(to) {
      remote = to;
      connectedAtMs = monotonicMs();
      if (to.secured !== undefined) encryption.configure(to.secured);
      const { telephoneEventPayloadType: payloadType } = to;
      if (payloadType !== undefined) keys ??= createTelephoneEventSender({ payloadType });
    },
    press(pressed) {
      if (keys === undefined) return Promise.reject(new Error('no telephone-event was negotiated'));
      waitingKeys = Array.from(pressed);
      return new Promise((resolve) => {
        lastPressed = resolve;
      });
    },
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
    report() {
      const { lossPct, jitterMs } = reception.figures();
      const firstSoundAfterMs =
        firstSoundAtMs === undefined ? undefined : firstSoundAtMs - connectedAtMs;
      return { ...spacing.report(), soundingPackets, firstSoundAfterMs, lossPct, jitterMs };
    },
    restartReport() {
      spacing.restart();
      reception = createReceptionStats(g711RateHz);
      soundingPackets = 0;
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      encryption.close();
      removeTick();
      void socket.close();
    },
  };
};
