/**
 * How the sound of one leg goes, on its four ways: caller to us, us to room, room to us, us to
 * caller. Looks at counts that others keep, once a window; has no timer.
 */
import type { LegQuality, SoundNews } from '../call/ports/sip-engine.ts';
import { silentLevel } from './audio/level.ts';
import { rtpClockOf, type LegCodec } from './audio/codec-rates.ts';
import { g711RateHz } from './audio/g711.ts';
import { roomCodecFor } from './caller-uplink.ts';
import { createClockDrift } from './clock-drift.ts';
import { farPlayoutDelayMs, impairmentOf, type LegReports } from './leg-reports.ts';
import { frameMs } from './media-clock.ts';
import { createQualitySeries, type WayQualities } from '../call/quality/quality-series.ts';
import type { RoomVisit } from './room-visit.ts';
import { g711Impairment, opusImpairment } from '../call/mos.ts';
import type { PlayoutStats } from './rtp/playout.ts';
import { createWayTallies, qualityOf, type StreamCounts } from '../call/quality/sound-tally.ts';
import { createSoundWatch, type Heard } from '../call/quality/sound-watch.ts';

export interface LegQualityMeter {
  /** The level of a frame or a packet of the caller, RFC 6464 scale. */
  hear(level: number): void;
  /** Whether a second has gone by without a level: that of the next packet is wanted. */
  wantsLevel(): boolean;
  /** Before another visit begins, and after one has ended: what it counted before is not this call's. */
  visitChanged(): void;
  /** The caller's, from now on. */
  setCodec(codec: LegCodec): void;
  /** Tells once a window how it went. */
  tick(nowMs: number, caller: CallerStream): void;
  quality(): LegQuality;
  /** The loudest of the last second or two, 0 to -127. */
  levelDbov(): number;
}

/** What is to come from the caller. */
export interface CallerStream {
  readonly isHeld: boolean;
  /** Comfort noise was agreed on: where nothing is said nothing needs to come. RFC 3389 */
  readonly mayPause: boolean;
}

export interface LegQualityMeterDeps {
  readonly reports: LegReports;
  readonly playout: () => Readonly<PlayoutStats>;
  readonly visit: () => RoomVisit | undefined;
  readonly windowMs: number;
  readonly startMs: number;
  /** From this clock to the time of day. */
  readonly dayOffsetMs: number;
  readonly tell: (quality: LegQuality, news: readonly SoundNews[]) => void;
}

/** In -dBov: the softest a telephone is, while its microphone is open. A-law's idle code is at 72. */
const silenceFrom = 70;

export const createLegQualityMeter = (deps: LegQualityMeterDeps): LegQualityMeter => {
  const { reports, playout, visit } = deps;
  const tallies = createWayTallies();
  const series = createQualitySeries();
  const watch = createSoundWatch();
  let drift = createClockDrift(g711RateHz);
  let phoneImpairment = g711Impairment;
  let trackImpairment = g711Impairment;
  let windowEndMs = deps.startMs + deps.windowMs;
  let nextLevelMs = deps.startMs;
  let isLevelKnown = false;
  let isLevelWanted = false;
  let nowMs = deps.startMs;
  /** The loudest of the present second, of the one before, and of the window. */
  let peak = silentLevel;
  let lastPeak = silentLevel;
  let windowPeak = silentLevel;
  let roomRoundTripMs: number | undefined;

  const upCounts = (): StreamCounts => {
    const { expected, lost, jitterMs } = reports.reception.figures();
    const { late, concealedMs, delayMs } = playout();
    return { expected, lost, jitterMs, late, concealedMs, delayMs };
  };
  const downCounts = (): StreamCounts | undefined => {
    const remote = reports.rtcp.remote();
    return (
      remote && {
        expected: remote.packets + remote.lost,
        lost: remote.lost,
        jitterMs: remote.jitterMs,
        delayMs: farPlayoutDelayMs,
      }
    );
  };
  const toRoomCounts = (): StreamCounts | undefined => {
    const reception = visit()?.reception();
    roomRoundTripMs = reception?.roundTripMs ?? roomRoundTripMs;
    return reception && { ...reception, delayMs: farPlayoutDelayMs };
  };
  const fromRoomCounts = (): StreamCounts | undefined => visit()?.meeting.roomCounts();

  /** What came since it was asked last, rated. */
  const takeWindow = (): WayQualities => {
    const phoneMs = frameMs + (reports.rtcp.roundTripMs() ?? 0) / 2;
    const up = tallies.up.take(upCounts());
    const down = tallies.down.take(downCounts());
    const toRoom = tallies.toRoom.take(toRoomCounts());
    const fromRoom = tallies.fromRoom.take(fromRoomCounts());
    const roomMs = frameMs + (roomRoundTripMs ?? 0) / 2;
    return {
      ...(up && { up: qualityOf(up, phoneMs, phoneImpairment) }),
      ...(toRoom && { toRoom: qualityOf(toRoom, roomMs, trackImpairment) }),
      ...(fromRoom && { fromRoom: qualityOf(fromRoom, roomMs, opusImpairment) }),
      ...(down && { down: qualityOf(down, phoneMs, phoneImpairment) }),
    };
  };

  const heardIn = (window: WayQualities, { isHeld, mayPause }: CallerStream): Heard => {
    if (isHeld) return 'none';
    if (window.up === undefined) return mayPause ? 'none' : 'no-packets';
    return windowPeak >= silenceFrom ? 'silence' : 'sound';
  };

  const endWindow = (caller: CallerStream): void => {
    windowEndMs = nowMs + deps.windowMs;
    drift.take(nowMs, reports.reception.takeLeastTransit());
    const window = takeWindow();
    const news = watch.take(window, heardIn(window, caller));
    windowPeak = peak;
    const isPointDone = series.add(Math.round(nowMs + deps.dayOffsetMs), window);
    // The whole series is long: it goes along when there is more of it.
    deps.tell({ ...figures(), ...(isPointDone && { series: series.points() }) }, news);
  };

  // Without the negative zero.
  const levelDbov = (): number => 0 - Math.min(peak, lastPeak);

  const figures = (): LegQuality => {
    const roomMs = frameMs + (roomRoundTripMs ?? 0) / 2;
    const { late, concealedMs, delayMs } = playout();
    const { up, down } = reports.quality(delayMs);
    const toRoom = tallies.toRoom.total();
    const fromRoom = tallies.fromRoom.total();
    return {
      up: { ...up, late, concealedMs: Math.round(concealedMs) },
      down,
      ...(toRoom && { toRoom: qualityOf(toRoom, roomMs, trackImpairment) }),
      ...(fromRoom && { fromRoom: qualityOf(fromRoom, roomMs, opusImpairment) }),
      roundTripMs: reports.rtcp.roundTripMs(),
      roomRoundTripMs,
      clockDriftPpm: drift.ppm(),
      levelDbov: levelDbov(),
    };
  };

  return {
    hear: (level) => {
      isLevelKnown = true;
      isLevelWanted = false;
      if (level < peak) peak = level;
      if (level < windowPeak) windowPeak = level;
    },
    wantsLevel: () => isLevelWanted,
    visitChanged: () => {
      tallies.toRoom.restart(undefined);
      tallies.fromRoom.restart(fromRoomCounts());
    },
    setCodec: (codec) => {
      drift = createClockDrift(rtpClockOf(codec));
      phoneImpairment = impairmentOf(codec);
      // The track has what the visit began with: it may be the former one, for the rest of that visit.
      trackImpairment = impairmentOf(roomCodecFor(codec));
    },
    tick: (now, caller) => {
      if (now < nextLevelMs) return;
      nowMs = now;
      nextLevelMs = now + 1_000;
      isLevelWanted = !isLevelKnown;
      isLevelKnown = false;
      lastPeak = peak;
      peak = silentLevel;
      if (now >= windowEndMs) endWindow(caller);
    },
    quality: () => {
      // What the unfinished window brought belongs to the call's figures, too.
      tallies.toRoom.take(toRoomCounts());
      tallies.fromRoom.take(fromRoomCounts());
      return { ...figures(), series: series.points() };
    },
    levelDbov,
  };
};
