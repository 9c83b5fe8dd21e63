/** Somebody who is expected in a meeting: who they are, and how they are met on the telephone. */
import type { CallId, InviteeId } from '../call/identifiers.ts';
import type { Language } from '../ivr/language.ts';

/**
 * What somebody is in a meeting. `relay`: a relay service that speaks for a person; `assistant`:
 * somebody who helps one.
 */
export const roles = ['guest', 'host', 'interpreter', 'relay', 'assistant'] as const;
export type Role = (typeof roles)[number];

export interface InviteeSettings {
  /** Shown in the room in place of "Phone 1". */
  readonly name: string | undefined;
  readonly organisation: string | undefined;
  readonly role: Role;
  /** By which an interpreter is known in place of a name. */
  readonly interpreterId: string | undefined;
  readonly language: Language | undefined;
  /** 20 s between keys. */
  readonly slowKeys: boolean;
  /** E.164 with +. Where the trunk vouches for it, it says who probably calls; it lets nobody in. */
  readonly phoneNumber: string | undefined;
  /** Neither name nor number is shown to anybody. Neither a name nor an organisation is kept. */
  readonly protectedIdentity: boolean;
  /** A seat stays free for this one. */
  readonly seatKept: boolean;
  /** A second call with the same PIN leaves the first alone. */
  readonly mayBeTwoLegs: boolean;
}

export interface Invitee extends InviteeSettings {
  readonly inviteeId: InviteeId;
  readonly callId: CallId;
  /** Personal. As long as every other PIN of the meeting, and none of them. */
  readonly pin: string;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** Where nothing else was said. */
export const inviteeDefaults = (
  role: Role,
): Pick<InviteeSettings, 'seatKept' | 'mayBeTwoLegs'> => ({
  seatKept: role === 'host' || role === 'interpreter',
  mayBeTwoLegs: role === 'relay' || role === 'assistant',
});

/** Personal PINs of a meeting that has no other. */
export const defaultPinLength = 6;

/** How long every PIN of the meeting is; undefined while it has none. */
export const pinLengthOf = (meeting: {
  readonly guestPin: string | undefined;
  readonly hostPin: string | undefined;
  readonly invitees: readonly Pick<Invitee, 'pin'>[];
}): number | undefined => (meeting.guestPin ?? meeting.hostPin ?? meeting.invitees[0]?.pin)?.length;

/**
 * A PIN that is not taken, every one as likely; undefined where it found none.
 *
 * @param randomInt uniform on 0 … below - 1, from a CSPRNG
 */
export function generatePin(
  length: number,
  taken: ReadonlySet<string>,
  randomInt: (below: number) => number,
): string | undefined {
  for (let attempt = 0; attempt < 1_000; attempt += 1) {
    const pin = Array.from({ length }, () => String(randomInt(10))).join('');
    if (!taken.has(pin)) return pin;
  }
  return undefined;
}
