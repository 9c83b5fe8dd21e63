/**
 * What each thing costs, as measured (docs/performance.md says how and on which machine). The plan
 * of docs/scaling.md is made from these and nothing else: measure anew, change a number, run again.
 */
export interface MeasuredCosts {
  /** Of one core, while a caller is in a room with callers of the same node alone. */
  readonly gatewayPctPerCaller: number;
  /** Of one core, for each track from elsewhere that a node hears: a browser, or a caller of another node. */
  readonly gatewayPctPerForeignTrack: number;
  /** CPU time of the gateway from the INVITE to the joined room, and of the end. */
  readonly gatewayMsPerCall: number;
  readonly gatewayMibPerCaller: number;
  /** The gateway's own, with no caller. */
  readonly gatewayMibAtRest: number;
  /** livekit-server, of one core: for each track that it takes, and each that it hands out. */
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

export const measuredCosts: MeasuredCosts = {
  gatewayPctPerCaller: 0.467,
  gatewayPctPerForeignTrack: 1.13,
  gatewayMsPerCall: 30,
  gatewayMibPerCaller: 1.84,
  gatewayMibAtRest: 300,
  livekitPctPerTrack: 0.2,
  livekitPctPerSubscription: 0.2,
  livekitMsPerJoin: 10,
  freeSwitchPctPerCaller: 0.5,
  storeWritesPerCall: 5,
  storeWritesPerSecond: 1000,
};
