/** Binds the ports of a leg and puts it together: sound, and pictures where they are asked for. */
import { monotonicMs } from './monotonic-ms.ts';
import { createMediaLeg, type MediaLegDeps, type WorkerLeg } from './media-leg.ts';
import type { PortPool } from './rtp/port-pool.ts';
import type { LinkThread } from './room/link-types.ts';
import type { OpenUdpSocket } from './udp/udp-socket.ts';
import { openRtpSocket, type PacketListener, type RtpSocket } from './rtp/rtp-socket.ts';
import type { CardMaker } from './video/card-maker.ts';
import { createSlidesLeg, type SlidesLeg } from './video/slides-leg.ts';
import { createPictureLeg, type PictureLeg } from './video/picture-leg.ts';

export interface OpenLegDeps extends Omit<
  MediaLegDeps,
  'pictures' | 'openPictures' | 'openSlides' | 'thread'
> {
  readonly localAddress: string;
  readonly thread: LinkThread;
  readonly ports: PortPool;
  /** For sound: read at each tick. Pictures are handed on as they come. */
  readonly openUdp: OpenUdpSocket | undefined;
  readonly hasPictures: boolean;
  readonly cards: CardMaker;
  /** A packet met a bug. */
  readonly onFault: (error: unknown) => void;
}

interface Listeners {
  readonly onRtp: PacketListener;
  readonly onRtcp: PacketListener;
}

/** A bound pair, and who hears it once there is somebody. */
interface Pair {
  readonly socket: RtpSocket;
  readonly listen: (listeners: Listeners) => void;
}

const bindPair = async (deps: OpenLegDeps, openUdp?: OpenUdpSocket): Promise<Pair | undefined> => {
  // Nothing is sent here yet: what comes before the leg stands is not the caller's.
  let listeners: Listeners = { onRtp: () => undefined, onRtcp: () => undefined };
  const guarded =
    (which: keyof Listeners): PacketListener =>
    (packet, address, port, arrivalMs) => {
      try {
        listeners[which](packet, address, port, arrivalMs);
      } catch (error) {
        deps.onFault(error);
      }
    };
  const keepingUp =
    (listener: PacketListener): PacketListener =>
    (...arrived) => {
      deps.thread.onArrival();
      listener(...arrived);
    };
  const socket = await openRtpSocket({
    address: deps.localAddress,
    pool: deps.ports,
    now: monotonicMs,
    openUdp,
    onRtp: openUdp ? guarded('onRtp') : keepingUp(guarded('onRtp')),
    onRtcp: keepingUp(guarded('onRtcp')),
  });
  return (
    socket && {
      socket,
      listen: (next) => {
        listeners = next;
      },
    }
  );
};

const openPictures = (deps: OpenLegDeps, { socket, listen }: Pair): PictureLeg => {
  const pictures = createPictureLeg({
    socket,
    identity: deps.dtlsIdentity,
    nowMs: monotonicMs,
    cards: deps.cards,
    log: deps.log,
    emit: deps.emit,
  });
  listen(pictures);
  return pictures;
};

const openSlides = async (deps: OpenLegDeps): Promise<SlidesLeg | undefined> => {
  const pair = await bindPair(deps);
  if (pair === undefined) return undefined;
  const { dtlsIdentity: identity, log, emit } = deps;
  const slides = createSlidesLeg({
    ...{ socket: pair.socket, identity, log, emit },
    nowMs: monotonicMs,
  });
  pair.listen(slides);
  return slides;
};

/** Undefined where no pair of ports is free. Where only one is, the leg has sound alone. */
export const openLeg = async (deps: OpenLegDeps): Promise<WorkerLeg | undefined> => {
  const sound = await bindPair(deps, deps.openUdp);
  if (sound === undefined) return undefined;
  const picture = deps.hasPictures ? await bindPair(deps) : undefined;
  if (deps.hasPictures && picture === undefined) deps.log.warn({}, 'no ports for pictures');
  const pictures = picture && openPictures(deps, picture);
  const openLater = async (): Promise<PictureLeg | undefined> => {
    const pair = await bindPair(deps);
    return pair && openPictures(deps, pair);
  };
  const made = { ...deps, pictures, openPictures: openLater, openSlides: () => openSlides(deps) };
  const leg = createMediaLeg(made, sound.socket, monotonicMs);
  sound.listen(leg);
  return leg;
};
