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
  /** A phone is asked by key whether the technology worked, when the meeting is over for it. */
  readonly askAfter: boolean;
  /** Keys that are no command go into the room as LiveKit's SIP DTMF messages. */
  readonly keysToRoom: boolean;
}

/** 'words': "somebody joined". Names are not spoken: prompts are recordings. */
export type EntrySignal = 'none' | 'tone' | 'words';

export const defaultMeetingOptions: MeetingOptions = {
  encryption: 'optional',
  atEnd: 'continue',
  entrySignal: 'none',
  askAfter: false,
  keysToRoom: false,
};

export const withDefaultOptions = (given: Partial<MeetingOptions> | undefined): MeetingOptions => ({
  ...defaultMeetingOptions,
  ...given,
});
