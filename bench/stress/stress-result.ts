/** What one stress run found. Times in milliseconds; a time that nothing showed is NaN. */
import type { ListenerReport } from '../support/farm-protocol.ts';
import type { MachineShare } from './machine-share.ts';
import type { ProcessSeries } from './process-series.ts';
import type { StressPlan } from './plan.ts';

export interface Percentiles {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

export interface SippLoad {
  readonly offered: number;
  readonly succeeded: number;
  readonly failed: number;
  /** INVITE to 200 as SIPp read them, one of each answered call. */
  readonly answerTimesMs: readonly number[];
  /** What SIPp said went wrong, with how often. */
  readonly complaints: Readonly<Record<string, number>>;
}

/** What the gateway's own call log says of SIPp's calls. */
export interface CallOutcomes {
  readonly offered: number;
  readonly logged: number;
  readonly joined: number;
  /** Not joined (or not answered, in the IVR), or ended otherwise than by the caller. */
  readonly failed: number;
  readonly byReason: Readonly<Record<string, number>>;
  /** In a meeting that is not the one whose ID was keyed. */
  readonly misrouted: number;
  /** Of the sound that came from the callers. */
  readonly up: { readonly mosMin: number; readonly mosP50: number; readonly lossPctMax: number };
}

export interface TimedCalls {
  readonly calls: number;
  readonly firstPromptMs: Percentiles;
  /** Ninth digit to the room's sound at the caller's ear. */
  readonly soundMs: Percentiles;
  /** Ninth digit to the caller's sound at the witness's ear. */
  readonly heardInRoomMs: Percentiles;
  readonly failures: readonly string[];
}

export interface Leaks {
  readonly liveCalls: number;
  /** Open descriptors of the gateways after the end less those before. */
  readonly descriptors: number;
  readonly rssMib: number;
}

export interface StressResult {
  readonly plan: StressPlan;
  readonly machine: string;
  readonly sipp: SippLoad;
  readonly outcomes: CallOutcomes;
  readonly timed: TimedCalls;
  readonly listeners: readonly ListenerReport[];
  /** CPU a caller of the gateways while all were held, percent of a core. */
  readonly cpuPerCallerPct: number;
  /** The same of each watched process. */
  readonly watchedPerCaller: readonly { readonly name: string; readonly cpuPct: number }[];
  readonly processes: readonly ProcessSeries[];
  /** While all were held. */
  readonly machineShare: MachineShare;
  readonly leaks: Leaks;
}
