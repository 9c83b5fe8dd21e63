/** One room system of the bench: a call with sound and a camera, and a count of the pictures that come. */
import { randomInt } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { parseRtcpFeedback } from '../../src/bridge/rtp/rtcp-feedback.ts';
import {
  createRtpView,
  parseRtp,
  rtpHeaderBytes,
  writeRtpHeader,
} from '../../src/bridge/rtp/rtp-packet.ts';
import type { SipUserAgent } from '../../src/sip/embedded/user-agent.ts';
import { applyAnswer, createOffer } from '../../src/sip/message/sdp-offer.ts';
import { openFarmLine } from '../support/farm-line.ts';
import type { LineClock } from '../support/line-clock.ts';
import { monotonicMs } from '../support/monotonic.ts';
import { voiceLaw, type Voice } from '../support/voice.ts';
import { isSpsOf, type Film } from './film.ts';

export interface RoomSystemReport {
  /** Since the last report. */
  readonly picturesPerSecond: number;
  readonly kbps: number;
  /** From the ACK to the first packet of another room's picture; undefined: none came. */
  readonly firstPictureAfterMs: number | undefined;
}

export interface RoomSystem {
  report(): RoomSystemReport;
  hangUp(): Promise<void>;
}

export interface RoomSystemDeps {
  readonly agent: SipUserAgent;
  readonly clock: LineClock;
  readonly film: Film;
  readonly voice: Voice;
  readonly target: string;
}

const address = '127.0.0.1';
const clockHz = 90_000;

/** An even port and the next. */
const openPair = async (): Promise<readonly [Socket, Socket]> => {
  for (;;) {
    const pair = [createSocket('udp4'), createSocket('udp4')] as const;
    const [rtp, rtcp] = pair;
    rtp.bind(0, address);
    await once(rtp, 'listening');
    const { port } = rtp.address();
    const isBound = await new Promise<boolean>((resolve) => {
      rtcp.once('error', () => {
        resolve(false);
      });
      rtcp.bind(port + 1, address, () => {
        resolve(true);
      });
    });
    if (isBound) return pair;
    for (const socket of pair) socket.close();
  }
};

/** Rejects where the call is not answered, or without pictures. */
export const callWithCamera = async (deps: RoomSystemDeps): Promise<RoomSystem> => {
  const { agent, clock, film, voice } = deps;
  const line = await openFarmLine(clock, voice, address);
  const [rtp, rtcp] = await openPair();
  const videoPort = rtp.address().port;
  for (const socket of [rtp, rtcp]) socket.on('error', () => undefined);

  const { offer } = createOffer({
    address,
    rtpPort: line.port,
    rtcpPort: line.port + 1,
    codecs: [voiceLaw],
    sessionId: '1',
    sessionVersion: 1,
    video: { rtpPort: videoPort, rtcpPort: videoPort + 1 },
  });
  const session = agent.invite(deps.target, { sdp: offer, from: `<sip:room@${address}>` });
  const confirmed = Promise.withResolvers<undefined>();
  const over = Promise.withResolvers<undefined>();
  let to: { readonly port: number; readonly payloadType: number } | undefined;
  let confirmedAtMs = 0;

  session.onEvent((event) => {
    if (event.type === 'answered') {
      const applied = event.sdp === undefined ? undefined : applyAnswer(offer, event.sdp);
      if (applied?.ok !== true || applied.session.video === undefined) {
        confirmed.reject(new Error('answered without pictures'));
        session.hangUp();
        return;
      }
      const { remotePort: port, video, ...rest } = applied.session;
      line.connect({ address, port, ...rest });
      to = { port: video.remotePort, payloadType: video.payloadType };
    } else if (event.type === 'confirmed') {
      confirmedAtMs = monotonicMs();
      confirmed.resolve(undefined);
    } else if (event.type === 'offer') session.acceptOffer(offer);
    else if (event.type === 'ended') {
      confirmed.reject(new Error(`call ended: ${event.cause.how}`));
      over.resolve(undefined);
    }
  });

  // The camera: a picture when it is due, from the film's beginning where a key frame is asked for.
  const ssrc = randomInt(1, 2 ** 32);
  let sequence = randomInt(2 ** 15);
  let next = 0;
  let sent = 0;
  const beganAtMs = monotonicMs();
  const sendPicture = (timestamp: number): void => {
    if (to === undefined) return;
    const payloads = film.pictures[next] ?? [];
    next = (next + 1) % film.pictures.length;
    for (const [nth, payload] of payloads.entries()) {
      const packet = Buffer.allocUnsafe(rtpHeaderBytes + payload.length);
      const isLast = nth === payloads.length - 1;
      writeRtpHeader(packet, to.payloadType, isLast, sequence, timestamp, ssrc);
      payload.copy(packet, rtpHeaderBytes);
      sequence = (sequence + 1) & 0xffff;
      rtp.send(packet, to.port, address);
    }
  };
  const stopCamera = clock.add(() => {
    const due = ((monotonicMs() - beganAtMs) * film.picturesPerSecond) / 1000;
    for (; sent < due; sent += 1) {
      sendPicture(Math.round((sent * clockHz) / film.picturesPerSecond) >>> 0);
    }
  });
  const heed = (compound: Buffer): void => {
    const wanted = parseRtcpFeedback(compound).some(
      ({ type }) => type === 'picture-loss' || type === 'full-intra',
    );
    if (wanted) next = 0;
  };

  // The screen.
  const view = createRtpView();
  let firstAtMs: number | undefined;
  let pictures = 0;
  let bytes = 0;
  let sinceMs = monotonicMs();
  rtp.on('message', (packet) => {
    if (!parseRtp(packet, packet.length, view)) return;
    bytes += packet.length;
    if (view.marker) pictures += 1;
    if (firstAtMs !== undefined) return;
    const payload = packet.subarray(view.payloadOffset, view.payloadOffset + view.payloadLength);
    if (isSpsOf(film, payload)) firstAtMs = monotonicMs();
  });
  rtcp.on('message', heed);

  const close = (): void => {
    stopCamera();
    line.close();
    for (const socket of [rtp, rtcp]) socket.close();
  };
  await confirmed.promise.catch((error: unknown) => {
    close();
    throw error;
  });
  return {
    report: () => {
      const nowMs = monotonicMs();
      const seconds = (nowMs - sinceMs) / 1000;
      const report = {
        picturesPerSecond: pictures / seconds,
        kbps: (bytes * 8) / 1000 / seconds,
        firstPictureAfterMs: firstAtMs === undefined ? undefined : firstAtMs - confirmedAtMs,
      };
      pictures = bytes = 0;
      sinceMs = nowMs;
      return report;
    },
    hangUp: async () => {
      session.hangUp();
      await over.promise;
      close();
    },
  };
};
