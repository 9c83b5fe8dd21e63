/** How the sound of a call went, as the API shows it. */
import { z } from 'zod';
import { soundWays, type LegQuality, type QualityPoint } from '../call/ports/sip-engine.ts';

const figures = z.object({ lossPct: z.number(), jitterMs: z.number(), mos: z.number() });

const concealedMs = z
  .number()
  .optional()
  .describe('Made up for what was missing; where we play the stream');

const point = figures.extend({ concealedMs });

const way = figures.extend({
  packets: z.number(),
  lost: z.number(),
  late: z.number().optional().describe('Packets that came when their time was over'),
  concealedMs,
});

export const shownQuality = z.object({
  up: way.describe('From the caller to us'),
  toRoom: way.nullable().describe('From us to the room; null without reports of the room'),
  fromRoom: way.nullable().describe('From the room to us, all tracks together; null without sound'),
  down: way.nullable().describe('From us to the caller; null without RTCP reports'),
  roundTripMs: z.number().nullable().describe('Between caller and us, measured last'),
  roomRoundTripMs: z.number().nullable().describe('Between us and the room, measured last'),
  clockDriftPpm: z
    .number()
    .nullable()
    .describe('How much faster the clock of the caller runs than ours; null in the first minute'),
  levelDbov: z
    .number()
    .nullable()
    .describe('How loud the caller is, 0 to -127 (nothing); some seconds old; null when over'),
  series: z
    .array(
      z.object({
        at: z.string(),
        up: point.optional(),
        toRoom: point.optional(),
        fromRoom: point.optional(),
        down: point.optional(),
      }),
    )
    .describe(
      'A point a minute, in calls of hours for more; a way that carried nothing is left out',
    ),
  rejected: z
    .object({ forged: z.number(), replayed: z.number() })
    .optional()
    .describe('Packets that SRTP dropped'),
});

export type ShownQuality = z.infer<typeof shownQuality>;

export const showQuality = (quality: LegQuality): ShownQuality => ({
  up: shownWay(quality.up),
  toRoom: quality.toRoom === undefined ? null : shownWay(quality.toRoom),
  fromRoom: quality.fromRoom === undefined ? null : shownWay(quality.fromRoom),
  down: quality.down === undefined ? null : shownWay(quality.down),
  roundTripMs: quality.roundTripMs ?? null,
  roomRoundTripMs: quality.roomRoundTripMs ?? null,
  clockDriftPpm: quality.clockDriftPpm ?? null,
  levelDbov: quality.levelDbov ?? null,
  series: (quality.series ?? []).map(shownPoint),
  ...(quality.rejected === undefined ? {} : { rejected: quality.rejected }),
});

const shownWay = ({ late, concealedMs, ...figures }: LegQuality['up']): ShownQuality['up'] => ({
  ...figures,
  ...(late === undefined ? {} : { late }),
  ...(concealedMs === undefined ? {} : { concealedMs }),
});

function shownPoint(point: QualityPoint): ShownQuality['series'][number] {
  const shown: ShownQuality['series'][number] = { at: new Date(point.at).toISOString() };
  for (const way of soundWays) {
    const figures = point[way];
    if (figures === undefined) continue;
    const { concealedMs, ...rest } = figures;
    shown[way] = { ...rest, ...(concealedMs === undefined ? {} : { concealedMs }) };
  }
  return shown;
}
