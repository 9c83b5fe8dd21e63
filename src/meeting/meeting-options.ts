/**
 * How a meeting behaves beyond admission: one field a behaviour, each with a default, so that a
 * new one needs neither a column nor a change of the API's shape. The store keeps only what was set.
 */

export interface MeetingOptions {
  /** 'required': who calls without an encrypted line is told why and how to join instead. */
  readonly encryption: 'optional' | 'required';
  /** What the booked end does to live talk; it closes the door in any case. */
  readonly atEnd: 'continue' | 'end';
  /** How phones hear that somebody came or left. */
  readonly entrySignal: EntrySignal;
  /** Names of callers are said to all phones in the meeting, and not to its hosts alone. */
  readonly namesToEverybody: boolean;
  /** A phone is asked by key whether the technology worked, when the meeting is over for it. */
  readonly askAfter: boolean;
  /** Keys that are no command go into the room as LiveKit's SIP DTMF messages. */
  readonly keysToRoom: boolean;
  /** An interpreter is let in before the host is there, past the lobby. */
  readonly interpreterFirst: boolean;
  /** Nobody waits longer to be let in. */
  readonly lobbyLimitSeconds: number;
  /** Nobody waits longer for a host. */
  readonly hostLimitSeconds: number;
  /** Of one call; the gateway's own limit, where that is shorter. */
  readonly callLimitMinutes: number;
  /** The organisation unit that it belongs to, a short code: says how long things are kept. Empty: none. */
  readonly unit: string;
}

/** 'words': "somebody joined". 'names': by name, to whom names may be said and where they can be. */
export const entrySignals = ['none', 'tone', 'words', 'names'] as const;
export type EntrySignal = (typeof entrySignals)[number];

export const defaultMeetingOptions: MeetingOptions = {
  encryption: 'optional',
  atEnd: 'continue',
  entrySignal: 'none',
  namesToEverybody: false,
  askAfter: false,
  keysToRoom: false,
  interpreterFirst: false,
  lobbyLimitSeconds: 3_600,
  hostLimitSeconds: 3_600,
  callLimitMinutes: 10_080,
  unit: '',
};

export const withDefaultOptions = (given: Partial<MeetingOptions> | undefined): MeetingOptions => ({
  ...defaultMeetingOptions,
  ...given,
});
