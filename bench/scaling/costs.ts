import { readFile } from 'node:fs/promises';
import { z } from 'zod';

/** What each thing costs, as it was measured on one's own machines: a plan is made from nothing else. */
export interface MeasuredCosts {
  /** Of one core, while a caller is in a room with callers of the same node alone. */
  readonly gatewayPctPerCaller: number;
  /** Of one core more, while somebody who is not on the same node listens to the caller. */
  readonly gatewayPctPerUplink: number;
  /** Of one core, for each track from elsewhere that a node hears: a browser, or a caller of a node without link. */
  readonly gatewayPctPerForeignTrack: number;
  /** Of one core, for each meeting and other node whose callers are heard, and hear, by a link. */
  readonly gatewayPctPerLinkedStream: number;
  /** CPU time of the gateway from the INVITE to the joined room, and of the end. */
  readonly gatewayMsPerCall: number;
  readonly gatewayMibPerCaller: number;
  /** The gateway's own, with no caller. */
  readonly gatewayMibAtRest: number;
  /** livekit-server, of one core: for each caller whose sound does not come, for each track that it takes, and each that it hands out. */
  readonly livekitPctPerCaller: number;
  readonly livekitPctPerTrack: number;
  readonly livekitPctPerSubscription: number;
  readonly livekitMsPerJoin: number;
  /** FreeSWITCH with both legs of a caller, of one core; only with the drachtio engine. */
  readonly freeSwitchPctPerCaller: number;
  /** What one call writes into the store from its start to its end, seats and changes of state included. */
  readonly storeWritesPerCall: number;
  /** Such writes a second that one PostgreSQL took on two cores. */
  readonly storeWritesPerSecond: number;
}

const cost = z.number().nonnegative();
const costsFile: z.ZodType<MeasuredCosts> = z.strictObject({
  gatewayPctPerCaller: cost.positive(),
  gatewayPctPerUplink: cost,
  gatewayPctPerForeignTrack: cost,
  gatewayPctPerLinkedStream: cost,
  gatewayMsPerCall: cost,
  gatewayMibPerCaller: cost,
  gatewayMibAtRest: cost,
  livekitPctPerCaller: cost,
  livekitPctPerTrack: cost,
  livekitPctPerSubscription: cost,
  livekitMsPerJoin: cost,
  freeSwitchPctPerCaller: cost,
  storeWritesPerCall: cost,
  storeWritesPerSecond: cost.positive(),
});

/** Reads a JSON file with every cost. Rejects with what is missing or wrong. */
export async function readCosts(file: string): Promise<MeasuredCosts> {
  const read = costsFile.safeParse(JSON.parse(await readFile(file, 'utf8')));
  if (!read.success) throw new Error(z.prettifyError(read.error));
  return read.data;
}
