import { asInviteeId } from '../../src/call/identifiers.ts';
import type { Invitee } from '../../src/meeting/invitee.ts';
import { meetingId } from './call-world.ts';

/** Somebody invited to the meeting of the call world: a guest without a name, but for `changes`. */
export const createInvitee = (changes: Partial<Invitee> = {}): Invitee => ({
  inviteeId: asInviteeId('karin'),
  callId: meetingId(),
  pin: '1111',
  name: undefined,
  organisation: undefined,
  role: 'guest',
  interpreterId: undefined,
  language: undefined,
  slowKeys: false,
  phoneNumber: undefined,
  protectedIdentity: false,
  seatKept: false,
  mayBeTwoLegs: false,
  createdAt: 0,
  updatedAt: 0,
  ...changes,
});
