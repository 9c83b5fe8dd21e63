/**
 * How the sound of a caller on FreeSWITCH goes, on its four ways. Between the caller and us the
 * channel counts, between us and the room the media worker does; both are asked once a window.
 */
import type { MediaLeg } from '../../call/ports/media.ts';
import type { Clock } from '../../call/ports/process.ts';
import type { LegQuality, Quality, SoundNews } from '../../call/ports/sip-engine.ts';
import { g711Impairment, opusImpairment } from '../../call/mos.ts';
import { createQualitySeries, type WayQualities } from '../../call/quality/quality-series.ts';
import { createWayTallies, qualityOf, type StreamCounts } from '../../call/quality/sound-tally.ts';
import { createSoundWatch, type Heard } from '../../call/quality/sound-watch.ts';
import {
  assumedDelayMs,
  channelCounts,
  channelQuality,
  noPackets,
  reportedQuality,
} from './channel-quality.ts';
import type { MediaEndpoint } from './media-endpoint.ts';

export interface FreeSwitchQualityDeps {
  readonly clock: Clock;
  readonly windowMs: number;
  /** The caller's channel, once there is one. */
  readonly caller: () => Pick<MediaEndpoint, 'variables' | 'report'> | undefined;
  /** The worker's leg, while the caller has one. */
  readonly worker: () => Pick<MediaLeg, 'quality'> | undefined;
  /** Nothing has to come: on hold, or comfort noise was agreed on. */
  readonly mayPause: () => boolean;
  /** Once a window. */
  readonly tell: (quality: LegQuality, news: readonly SoundNews[]) => void;
}

export interface FreeSwitchQuality {
  /** Looks once a window from now on. */
  readonly start: () => void;
  /** What the worker tells; only it can hear whether there is more than silence. */
  readonly hearWorker: (news: readonly SoundNews[]) => void;
  /** Before the worker's leg is let go: its counts go with it. */
  readonly note: () => void;
  readonly quality: () => Promise<LegQuality>;
  readonly stop: () => void;
}

const nothing: LegQuality = { up: noPackets, down: undefined };

const countsOf = (quality: Quality | undefined): StreamCounts | undefined =>
  quality && {
    expected: quality.packets + quality.lost,
    lost: quality.lost,
    jitterMs: quality.jitterMs,
  };
const rated = (counts: StreamCounts | undefined, codec = g711Impairment): Quality | undefined =>
  counts && qualityOf(counts, assumedDelayMs, codec);

/** What both said at one moment. */
interface Sight {
  readonly variables: ReadonlyMap<string, string>;
  readonly down: Quality | undefined;
  readonly roundTripMs: number | undefined;
  readonly worker: LegQuality | undefined;
}

export const createFreeSwitchQuality = (deps: FreeSwitchQualityDeps): FreeSwitchQuality => {
  const { clock } = deps;
  const tallies = createWayTallies();
  const series = createQualitySeries();
  const watch = createSoundWatch();
  let heardByWorker: SoundNews[] = [];
  let last: LegQuality = nothing;
  let cancel: (() => void) | undefined;
  let isStopped = false;

  const look = async (): Promise<Sight | undefined> => {
    const caller = deps.caller();
    if (caller === undefined) return undefined;
    const asked = deps.worker()?.quality();
    const [variables, worker] = await Promise.all([caller.variables(), asked]);
    const { report } = caller;
    // A channel that is gone says nothing any more.
    if (variables.size === 0) return undefined;
    const down = report && reportedQuality(report, variables);
    return { variables, down, roundTripMs: report?.roundTripMs, worker };
  };

  const takeRoom = ({
    worker,
  }: Pick<Sight, 'worker'>): Pick<WayQualities, 'toRoom' | 'fromRoom'> => {
    const toRoom = rated(tallies.toRoom.take(countsOf(worker?.toRoom)));
    const fromRoom = rated(tallies.fromRoom.take(countsOf(worker?.fromRoom)), opusImpairment);
    return { ...(toRoom && { toRoom }), ...(fromRoom && { fromRoom }) };
  };

  const figures = ({ variables, down, roundTripMs, worker }: Sight): LegQuality => {
    const toRoom = rated(tallies.toRoom.total());
    const fromRoom = rated(tallies.fromRoom.total(), opusImpairment);
    return {
      up: channelQuality(variables),
      down,
      ...(toRoom && { toRoom }),
      ...(fromRoom && { fromRoom }),
      roundTripMs,
      roomRoundTripMs: worker?.roomRoundTripMs ?? last.roomRoundTripMs,
      ...(worker?.levelDbov !== undefined && { levelDbov: worker.levelDbov }),
    };
  };

  /** Whether it is more than silence, the worker alone can say. */
  const heardIn = ({ up }: WayQualities, { worker }: Sight): Heard => {
    if (up !== undefined) return 'sound';
    return deps.mayPause() || worker !== undefined ? 'none' : 'no-packets';
  };

  const endWindow = (sight: Sight): void => {
    const up = rated(tallies.up.take(channelCounts(sight.variables)));
    const down = rated(tallies.down.take(countsOf(sight.down)));
    const window: WayQualities = { ...(up && { up }), ...(down && { down }), ...takeRoom(sight) };
    const news = [...watch.take(window, heardIn(window, sight)), ...heardByWorker];
    heardByWorker = [];
    const isPointDone = series.add(clock.now(), window);
    last = figures(sight);
    deps.tell({ ...last, ...(isPointDone && { series: series.points() }) }, news);
  };

  const next = (): void => {
    cancel = clock.at(clock.now() + deps.windowMs, () => {
      void look().then((sight) => {
        if (isStopped) return;
        if (sight !== undefined) endWindow(sight);
        next();
      });
    });
  };

  return {
    start: () => {
      if (cancel === undefined && !isStopped) next();
    },
    hearWorker: (news) => {
      heardByWorker.push(
        ...news.filter(({ event }) => event === 'not-heard' || event === 'heard-again'),
      );
    },
    note: () => {
      void deps
        .worker()
        ?.quality()
        .then((worker) => takeRoom({ worker }));
    },
    quality: async () => {
      const sight = await look();
      if (sight !== undefined) {
        // What the unfinished window brought belongs to the call's figures, too.
        takeRoom(sight);
        last = figures(sight);
      }
      return { ...last, series: series.points() };
    },
    stop: () => {
      isStopped = true;
      cancel?.();
    },
  };
};
