import { describe, expect, it } from 'vitest';
import type { LegQuality, Quality, SoundNews } from '../../../src/call/ports/sip-engine.ts';
import { createFreeSwitchQuality } from '../../../src/sip/drachtio/freeswitch-quality.ts';
import { createManualClock } from '../../support/manual-clock.ts';

const windowMs = 10_000;
const good = (packets: number): Quality => ({
  packets,
  lost: 0,
  lossPct: 0,
  jitterMs: 1,
  mos: 4.4,
});

/** A channel and, where it is given, a worker's leg, both with the counts that a test sets. */
const stage = () => {
  const clock = createManualClock();
  const channel = { packets: 0, lost: 0, isGone: false };
  const told: { quality: LegQuality; news: readonly SoundNews[] }[] = [];
  let worker: LegQuality | undefined;
  let isHeld = false;
  const quality = createFreeSwitchQuality({
    clock,
    windowMs,
    caller: () => ({
      variables: () =>
        Promise.resolve(
          new Map(
            channel.isGone
              ? []
              : [
                  ['variable_rtp_audio_in_media_packet_count', String(channel.packets)],
                  ['variable_rtp_audio_in_flaw_total', String(3 * channel.lost)],
                  ['variable_rtp_audio_in_mos', '4.20'],
                ],
          ),
        ),
      report: undefined,
    }),
    worker: () => {
      const figures = worker;
      return figures && { quality: () => Promise.resolve(figures) };
    },
    mayPause: () => isHeld,
    tell: (figures, news) => told.push({ quality: figures, news }),
  });
  return {
    quality,
    told,
    clock,
    channel,
    hold: (held: boolean) => {
      isHeld = held;
    },
    work: (figures: LegQuality | undefined) => {
      worker = figures;
    },
    /** One window, in which so much comes and is lost. */
    window: async (packets: number, lost = 0) => {
      channel.packets += packets;
      channel.lost += lost;
      await clock.advance(windowMs);
    },
    lastNews: () => told.at(-1)?.news,
  };
};

describe('the sound of a caller on FreeSWITCH', () => {
  it('is told of once a window from the ACK on, and no more after the end', async () => {
    const { quality, told, clock, window } = stage();
    await clock.advance(2 * windowMs);
    expect(told).toEqual([]);
    quality.start();
    quality.start();
    await window(500);
    expect(told).toHaveLength(1);
    expect(told[0]?.quality.up).toMatchObject({ packets: 500, mos: 4.2 });
    quality.stop();
    await window(500);
    expect(told).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it('is poor by what a window lost, however long the call went well before', async () => {
    const { quality, window, lastNews } = stage();
    quality.start();
    await window(100_000);
    expect(lastNews()).toEqual([]);
    await window(300, 200);
    expect(lastNews()).toMatchObject([{ event: 'quality-poor', way: 'up', lossPct: 40 }]);
    for (let windows = 0; windows < 3; windows += 1) await window(500);
    expect(lastNews()).toEqual([{ event: 'quality-good', way: 'up' }]);
  });

  it('is missed after two windows without packets, unless it is on hold', async () => {
    const { quality, window, lastNews, hold } = stage();
    quality.start();
    hold(true);
    for (let windows = 0; windows < 3; windows += 1) await window(0);
    expect(lastNews()).toEqual([]);
    hold(false);
    await window(0);
    await window(0);
    expect(lastNews()).toEqual([{ event: 'not-heard', why: 'no-packets' }]);
    await window(500);
    expect(lastNews()).toEqual([{ event: 'heard-again' }]);
  });

  it('has the room’s ways as the worker counts them, over all visits', async () => {
    const { quality, told, window, work } = stage();
    quality.start();
    const visit = (packets: number): LegQuality => ({
      // Between FreeSWITCH and the worker: nobody's affair.
      up: { ...good(9), lossPct: 90 },
      down: { ...good(9), lossPct: 90 },
      toRoom: good(packets),
      fromRoom: { ...good(packets), lost: 100 },
      roomRoundTripMs: 7,
      levelDbov: -20,
    });
    work(visit(400));
    await window(500);
    expect(told[0]?.quality).toMatchObject({
      up: { packets: 500, lossPct: 0 },
      down: undefined,
      toRoom: { packets: 400 },
      fromRoom: { lost: 100, lossPct: 20 },
      roomRoundTripMs: 7,
      levelDbov: -20,
    });
    work(visit(600));
    quality.note();
    await window(0);
    work(visit(50));
    await window(500);
    work(undefined);
    expect(await quality.quality()).toMatchObject({ toRoom: { packets: 650 } });
  });

  it('is silent where the worker says so; of its other news nothing is told', async () => {
    const { quality, window, lastNews } = stage();
    quality.start();
    quality.hearWorker([
      { event: 'quality-poor', way: 'up', mos: 1, lossPct: 90 },
      { event: 'not-heard', why: 'silence' },
    ]);
    await window(500);
    expect(lastNews()).toEqual([{ event: 'not-heard', why: 'silence' }]);
    await window(500);
    expect(lastNews()).toEqual([]);
  });

  it('is what it was last where the channel is gone, with its points', async () => {
    const { quality, channel, told, window } = stage();
    quality.start();
    for (let windows = 0; windows < 6; windows += 1) await window(500);
    expect(told.at(-1)?.quality.series).toHaveLength(1);
    channel.isGone = true;
    expect(await quality.quality()).toMatchObject({ up: { packets: 3000 }, series: [{}] });
  });
});
