/**
 * What we know of one source of pictures, a device's camera or a track of the room: its parameter
 * sets, its gaps, and whether it owes a key frame.
 */
import type { RtpView } from '../rtp/rtp-packet.ts';
import { createGapWatch } from './gap-watch.ts';
import { createH264View, eachNalUnit, parseH264, type H264View } from './h264-payload.ts';
import { createKeyFrameWish } from './key-frame-wish.ts';
import { createParameterSets } from './parameter-sets.ts';

export interface PictureSource {
  /** Reads a packet. False where it holds no H.264 that we know; it counts as come all the same. */
  take(packet: Uint8Array, view: RtpView, nowMs: number): boolean;
  /** Of the packet taken last. */
  readonly h264: H264View;
  /** The packet taken last begins an IDR picture whose parameter sets are known, and nothing came ahead of it. */
  isKeyFrame(): boolean;
  /** Parameter sets that belong before the packet taken last, since its picture came without. */
  missingSets(): readonly Uint8Array[];
  /** The sequence parameter set that came last. */
  sps(): Uint8Array | undefined;
  /** The key frame taken last is the first that is sent on: what came before it is missing too. */
  beginHere(): void;
  /** Parameter sets by the way of SDP. */
  learn(unit: Uint8Array): void;
  wantKeyFrame(): void;
  /** How often it was asked for a key frame since the last one came. */
  asked(): number;
  /** Asks for what is wanted and missing. */
  tick(nowMs: number): void;
  /** The stream begins anew: gaps in the old one are nobody's. */
  restart(): void;
}

export interface PictureSourceDeps {
  /** `asked`: how often without an answer, this time included. */
  readonly askKeyFrame: (asked: number) => void;
  readonly askPackets: (sequences: readonly number[]) => void;
  /** Whether packets can be asked for. */
  readonly canAskPackets: () => boolean;
}

const noSets: readonly Uint8Array[] = [];

export const createPictureSource = (deps: PictureSourceDeps): PictureSource => {
  const h264 = createH264View();
  const sets = createParameterSets();
  const wish = createKeyFrameWish();
  const gaps = createGapWatch({ canAsk: deps.canAskPackets });
  let isKeyFrame = false;
  /** Time stamp of the picture whose parameter sets came last, or were put before it. */
  let setsTimestamp = -1;
  let hasMissingSets = false;

  return {
    take: (packet, view, nowMs) => {
      isKeyFrame = hasMissingSets = false;
      const isNewest = gaps.came(view, nowMs);
      if (!parseH264(packet, view.payloadOffset, view.payloadLength, h264)) return false;
      if (h264.hasSps || h264.hasPps)
        eachNalUnit(packet, view.payloadOffset, view.payloadLength, h264, (start, end) => {
          sets.learn(packet, start, end);
        });
      if (h264.hasSps) setsTimestamp = view.timestamp;
      // One that was overtaken by its own rest can't be begun with.
      isKeyFrame = h264.beginsIdr && isNewest && sets.units().length > 0;
      if (isKeyFrame) {
        hasMissingSets = setsTimestamp !== view.timestamp;
        setsTimestamp = view.timestamp;
        wish.came();
        gaps.keyFrameCame();
      }
      return true;
    },
    h264,
    isKeyFrame: () => isKeyFrame,
    missingSets: () => (hasMissingSets ? sets.units() : noSets),
    sps: () => sets.newestSps(),
    beginHere: () => {
      hasMissingSets = !h264.hasSps;
    },
    learn: (unit) => {
      sets.learn(unit, 0, unit.length);
    },
    wantKeyFrame: () => {
      wish.want();
    },
    asked: () => wish.asked(),
    tick: (nowMs) => {
      const missed = gaps.due(nowMs);
      if (missed.length > 0) deps.askPackets(missed);
      if (gaps.takeBroken()) wish.want();
      if (wish.poll(nowMs)) deps.askKeyFrame(wish.asked());
    },
    restart: () => {
      gaps.forget();
      setsTimestamp = -1;
    },
  };
};
