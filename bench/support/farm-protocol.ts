/** What the bench asks of a caller farm, by messages between the processes: one answer to each request. */
import type { SrtpSuite } from '../../src/call/ports/media.ts';
import type { LineReport } from './farm-line.ts';
import type { UdpLoad } from './udp-load.ts';

export type VoiceChoice =
  | { readonly kind: 'speech' }
  | { readonly kind: 'tone'; readonly hz: number; readonly levelDbfs: number };

/** How a caller's sound is encrypted, and where its keys come from. */
export type LineSecurity =
  { readonly keys: 'sdes'; readonly suite: SrtpSuite } | { readonly keys: 'dtls' };

export interface FarmRequests {
  /** Dials; answers when the call is answered (its ACK sent) or over. */
  readonly place: {
    readonly ask: {
      readonly key: string;
      readonly target: string;
      readonly voice: VoiceChoice;
      /** Hangs up so long after the INVITE, whatever has come by then. */
      readonly hangUpAfterMs?: number;
      /** Sound encrypted or no call; undefined: in the clear. */
      readonly security?: LineSecurity | undefined;
    };
    readonly answer: PlaceOutcome;
  };
  /** Keys digits in and waits for the tone from the room. */
  readonly keyIn: {
    readonly ask: {
      readonly key: string;
      readonly digits: string;
      readonly roomHz: number;
      readonly withinMs: number;
    };
    readonly answer: { readonly lastKeyAtMs: number; readonly roomHeardAtMs: number | undefined };
  };
  /** Keys digits in; answers when the last has been begun. */
  readonly press: {
    readonly ask: { readonly key: string; readonly digits: string };
    readonly answer: undefined;
  };
  /** Hangs up and frees; answers when these calls are over. */
  readonly hangUp: {
    readonly ask: { readonly keys: readonly string[] };
    readonly answer: undefined;
  };
  readonly restartReports: { readonly ask: undefined; readonly answer: undefined };
  readonly report: { readonly ask: undefined; readonly answer: FarmReport };
  /** Sends to and receives from a bare UDP process instead of a gateway, until `stopUdp`. */
  readonly startUdp: { readonly ask: UdpLoad; readonly answer: undefined };
  readonly stopUdp: { readonly ask: undefined; readonly answer: undefined };
}

export type PlaceOutcome =
  | { readonly answered: true; readonly afterMs: number }
  | { readonly answered: false; readonly cause: string };

export interface ListenerReport extends LineReport {
  readonly key: string;
  readonly ended: boolean;
}

export interface FarmReport {
  readonly lines: readonly ListenerReport[];
  /** The latest wake-up of the farm's own clock since the last report. */
  readonly ownLatenessMs: number;
}

export type FarmRequestName = keyof FarmRequests;

export interface FarmAsk {
  readonly number: number;
  readonly name: FarmRequestName;
  readonly ask: unknown;
}

export type FarmAnswer =
  | { readonly number: number; readonly answer: unknown }
  | { readonly number: number; readonly failure: string };
