/** The pictures of a room system without its signalling: real RTP over loopback, in real time. */
import { createSocket, type Socket } from 'node:dgram';
import type { VideoSession } from '../../../../src/call/ports/media.ts';
import { parseRtcpFeedback, type RtcpFeedback } from '../../../../src/bridge/rtp/rtcp-feedback.ts';
import { beginsIdr, createCamera, viewOf } from './h264-packets.ts';
import { videoSession } from './video-session.ts';

export interface SeenPacket {
  readonly atMs: number;
  readonly packet: Buffer;
}

export interface VideoDevice {
  session(changes?: Partial<VideoSession>): VideoSession;
  /** Films from now on, 25 pictures a second; a key frame when it is asked for. */
  film(remotePort: number): void;
  /** Every so many packets is lost on its way out. */
  loseEvery(count: number): void;
  readonly seen: SeenPacket[];
  readonly heard: RtcpFeedback[];
  /** Key frames sent. */
  keyFrames(): number;
  close(): void;
}

const frameMs = 40;

const bind = async (onMessage: (datagram: Buffer) => void): Promise<Socket> => {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  socket.on('message', onMessage);
  return socket;
};

/** `mark`: the byte that fills its pictures. */
export const openVideoDevice = async (mark: number): Promise<VideoDevice> => {
  const seen: SeenPacket[] = [];
  const heard: RtcpFeedback[] = [];
  const sent = new Map<number, Buffer>();
  let keyFrames = 0;
  let isKeyWanted = true;
  let lossEvery = 0;
  let count = 0;
  let remotePort = 0;
  const camera = createCamera({ ssrc: 1000 + mark });

  const rtp = await bind((packet) => seen.push({ atMs: performance.now(), packet }));
  const rtcp = await bind((compound) => {
    for (const feedback of parseRtcpFeedback(compound)) {
      heard.push(feedback);
      if (feedback.type === 'picture-loss' || feedback.type === 'full-intra') isKeyWanted = true;
      if (feedback.type === 'nack')
        for (const sequence of feedback.sequences) {
          const packet = sent.get(sequence);
          if (packet !== undefined) rtp.send(packet, remotePort, '127.0.0.1');
        }
    }
  });

  let timer: NodeJS.Timeout | undefined;
  const filmFrame = (): void => {
    const packets = isKeyWanted ? camera.keyFrame(2000, mark) : camera.frame(600, mark);
    if (isKeyWanted) keyFrames += 1;
    isKeyWanted = false;
    for (const packet of packets) {
      sent.set(viewOf(packet).sequenceNumber, packet);
      count += 1;
      if (lossEvery === 0 || count % lossEvery !== 0) rtp.send(packet, remotePort, '127.0.0.1');
    }
  };

  return {
    session: (changes = {}) => ({
      ...videoSession,
      remoteAddress: '127.0.0.1',
      remotePort: rtp.address().port,
      remoteRtcpPort: rtcp.address().port,
      ...changes,
    }),
    film: (port) => {
      remotePort = port;
      timer = setInterval(filmFrame, frameMs);
    },
    loseEvery: (next) => {
      lossEvery = next;
    },
    seen,
    heard,
    keyFrames: () => keyFrames,
    close: () => {
      clearInterval(timer);
      rtp.close();
      rtcp.close();
    },
  };
};

/** The byte that fills the pictures of the packet's source; undefined for parameter sets. */
export const markOf = ({ packet }: SeenPacket): number | undefined =>
  (packet[12]! & 0x1f) === 28 ? packet.at(-1) : undefined;

/** Where the source changes, whether the change is an IDR picture. */
export const changesOf = (
  seen: readonly SeenPacket[],
): readonly { readonly mark: number; readonly atMs: number; readonly isKeyFrame: boolean }[] => {
  const changes: { mark: number; atMs: number; isKeyFrame: boolean }[] = [];
  for (const one of seen) {
    const mark = markOf(one);
    if (mark === undefined || mark === changes.at(-1)?.mark) continue;
    changes.push({ mark, atMs: one.atMs, isKeyFrame: beginsIdr(one.packet) });
  }
  return changes;
};
