/**
 * What a device is shown: one track of the room at a time, or a card, as one stream without seams.
 *
 *   nothing ── card ──▶ card ── awaited track's key frame ──▶ track ── another's key frame ──▶ track …
 *                        ▲                                      │
 *                        └───────────── showCard ───────────────┘
 *
 * A track is shown from an IDR picture with its parameter sets on; until then what was there stays.
 */
import type { VideoSession } from '../../call/ports/media.ts';
import type { CardStream } from '../../cards/card-stream.ts';
import { createRtpView, parseRtp } from '../rtp/rtp-packet.ts';
import { excessOf, type Excess } from './decoder-limits.ts';
import { packetize } from './h264-packetizer.ts';
import { createPictureSource, type PictureSource } from './picture-source.ts';
import { createPictureStream, type PictureStreamDeps } from './picture-stream.ts';
import { createSingleNalForwarder } from './single-nal-forwarder.ts';

type ShownSession = Pick<
  VideoSession,
  'payloadType' | 'packetizationMode' | 'remoteProfileLevelId'
>;

export interface PictureDownlink {
  configure(session: ShownSession): void;
  /** The track to show as soon as it has a key frame; undefined: stay with what is shown. */
  await(trackKey: number | undefined): void;
  /** At once, in the place of any track; undefined: no picture at all. */
  showCard(card: CardStream | undefined): void;
  /** A packet of a watched track; the buffer is the downlink's from now on. */
  push(trackKey: number, packet: Buffer, nowMs: number): void;
  /** Whether anything is sent: not before the call stands nor while it is held. */
  setOpen(open: boolean): void;
  /** The device needs a key frame. */
  readonly wantKeyFrame: () => void;
  /** The device misses these of the packets that were sent. */
  resend(sequences: readonly number[]): void;
  tick(nowMs: number): void;
  /** The track that is shown; undefined: a card, or nothing. */
  shown(): number | undefined;
}

export interface PictureDownlinkDeps extends PictureStreamDeps {
  readonly askKeyFrame: (trackKey: number) => void;
  readonly askPackets: (trackKey: number, sequences: readonly number[]) => void;
  /** The awaited track is shown now. */
  readonly onShown: (trackKey: number) => void;
  /** A track has units too big for a device that takes no fragments. */
  readonly onTooBig: (trackKey: number) => void;
  /** A track is more than the device said that it can show; told at each of its key frames. */
  readonly onExcess: (trackKey: number, excess: Excess) => void;
}

interface Track {
  readonly trackKey: number;
  readonly source: PictureSource;
  ssrc: number;
  /** Shown since a key frame of this SSRC. */
  isAnchored: boolean;
}

export const createPictureDownlink = (deps: PictureDownlinkDeps): PictureDownlink => {
  const view = createRtpView();
  const stream = createPictureStream(deps);
  let mode: 0 | 1 = 1;
  let profileLevelId = '';
  let isOpen = false;
  let card: CardStream | undefined;
  let shown: Track | undefined;
  let awaited: Track | undefined;
  const singleNal = createSingleNalForwarder({
    stream,
    onTooBig: () => {
      if (shown !== undefined) deps.onTooBig(shown.trackKey);
    },
  });

  const createTrack = (trackKey: number): Track => {
    const track: Track = {
      trackKey,
      ssrc: -1,
      isAnchored: false,
      source: createPictureSource({
        askKeyFrame: () => {
          deps.askKeyFrame(trackKey);
        },
        askPackets: (sequences) => {
          deps.askPackets(trackKey, sequences);
        },
        // Before its key frame nothing is missed of it.
        canAskPackets: () => track.isAnchored,
      }),
    };
    track.source.wantKeyFrame();
    return track;
  };

  /** A stream begins, or begins anew under another SSRC: it needs a key frame. */
  const begin = (track: Track, ssrc: number): void => {
    track.ssrc = ssrc;
    track.isAnchored = false;
    track.source.restart();
    track.source.wantKeyFrame();
  };

  /** With the key frame that is at hand. */
  const anchor = (track: Track): void => {
    stream.cut();
    track.source.beginHere();
    track.isAnchored = true;
    if (track !== awaited) return;
    shown = awaited;
    awaited = card = undefined;
    deps.onShown(track.trackKey);
  };

  /** What the device can't decode never reaches it: the track waits for a key frame that it can. */
  const isWithin = (track: Track): boolean => {
    const { source } = track;
    const sps = source.h264.hasSps || source.isKeyFrame() ? source.sps() : undefined;
    const excess = sps && excessOf(sps, profileLevelId);
    if (excess === undefined) return true;
    track.isAnchored = false;
    source.wantKeyFrame();
    deps.onExcess(track.trackKey, excess);
    return false;
  };

  const trackOf = (trackKey: number): Track | undefined =>
    shown?.trackKey === trackKey ? shown : awaited?.trackKey === trackKey ? awaited : undefined;

  return {
    configure: (session) => {
      mode = session.packetizationMode;
      profileLevelId = session.remoteProfileLevelId;
      stream.setPayloadType(session.payloadType);
    },
    await: (trackKey) => {
      if (trackKey === awaited?.trackKey) return;
      const isNew = trackKey !== undefined && trackKey !== shown?.trackKey;
      awaited = isNew ? createTrack(trackKey) : undefined;
    },
    showCard: (next) => {
      shown = undefined;
      card = next;
      card?.requestKeyFrame();
    },
    push: (trackKey, packet, nowMs) => {
      const track = trackOf(trackKey);
      if (track === undefined || !isOpen || !parseRtp(packet, packet.length, view)) return;
      const { source } = track;
      if (view.ssrc !== track.ssrc) begin(track, view.ssrc);
      const isPicture = source.take(packet, view, nowMs);
      if (isPicture && isWithin(track) && !track.isAnchored && source.isKeyFrame()) anchor(track);
      if (!track.isAnchored) return;
      // LiveKit fills up with packets that hold nothing; the device need not count them.
      if (!isPicture) stream.skip(view, nowMs);
      else if (mode === 0) singleNal.forward(packet, view, source, nowMs);
      else stream.forward(packet, view, source, nowMs);
    },
    setOpen: (open) => {
      if (open && !isOpen) {
        card?.requestKeyFrame();
        if (shown !== undefined) begin(shown, -1);
      }
      isOpen = open;
    },
    wantKeyFrame: () => {
      card?.requestKeyFrame();
      shown?.source.wantKeyFrame();
    },
    resend: (sequences) => {
      if (isOpen) stream.resend(sequences);
    },
    tick: (nowMs) => {
      if (!isOpen) return;
      shown?.source.tick(nowMs);
      awaited?.source.tick(nowMs);
      const units = card?.frame(nowMs);
      if (units !== undefined && units.length > 0) stream.sendOwn(packetize(units, mode), nowMs);
    },
    shown: () => shown?.trackKey,
  };
};
