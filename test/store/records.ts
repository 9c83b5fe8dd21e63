import { asLegId, asNodeId, asSipCallId } from '../../src/call/identifiers.ts';
import { terminationOf } from '../../src/call/end-reasons.ts';
import type { CallRecord } from '../../src/call/ports/call-records.ts';
import type { MeetingDraft } from '../../src/call/ports/meetings.ts';
import type { Logger } from '../../src/call/ports/process.ts';

export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLogger,
};

/** A call that was just answered. */
export const callRecord = (legId: string, changes: Partial<CallRecord> = {}): CallRecord => ({
  legId: asLegId(legId),
  sipCallId: asSipCallId(`sip-${legId}`),
  nodeId: asNodeId('node-a'),
  engine: 'embedded',
  direction: 'inbound',
  from: '+46•••••67',
  to: '+46480445511',
  callId: undefined,
  room: undefined,
  state: 'ivr',
  startedAt: 1_000,
  answeredAt: 1_500,
  joinedAt: undefined,
  endedAt: undefined,
  termination: undefined,
  codec: 'PCMA',
  encrypted: false,
  quality: undefined,
  details: {},
  timeline: [{ at: 1_000, event: 'arrived' }],
  ...changes,
});

export const endedRecord = (legId: string, changes: Partial<CallRecord> = {}): CallRecord =>
  callRecord(legId, {
    state: 'ended',
    endedAt: 9_000,
    termination: terminationOf('hung-up'),
    ...changes,
  });

export const meetingDraft = (changes: Partial<MeetingDraft> = {}): MeetingDraft => ({
  callId: undefined,
  room: undefined,
  title: undefined,
  videoAddress: undefined,
  startsAt: undefined,
  endsAt: undefined,
  timeZone: 'Europe/Stockholm',
  guestPin: undefined,
  hostPin: undefined,
  admission: 'open',
  afterHostLeaves: 'continue',
  maxParticipants: undefined,
  phonesAllowed: true,
  language: undefined,
  ...changes,
});
