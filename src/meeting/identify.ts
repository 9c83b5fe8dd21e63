/** Who a caller is, as far as a PIN or a number shows it. */
import type { Meeting } from '../call/ports/meetings.ts';
import type { Invitee, Role } from './invitee.ts';
import { isSameNumber } from './phone-number.ts';

/** How sure it is who calls; shown to the host. */
export const identifications = [
  'unknown phone',
  'personal PIN',
  'number matches the booking',
  'vouched by host',
] as const;
export type Identification = (typeof identifications)[number];

export interface Identity {
  readonly role: Role;
  readonly invitee: Invitee | undefined;
}

/** Where only hosts have PINs, guests are not asked: hosts press star three. */
const asksForPin = ({ guestPin, invitees }: Meeting): boolean =>
  guestPin !== undefined || invitees.some(({ role }) => role !== 'host');

/** Undefined: the meeting wants a PIN, or another one. */
export function identifyByPin(meeting: Meeting, pin: string | undefined): Identity | undefined {
  const byPin = pin === undefined ? undefined : holderOf(meeting, pin);
  if (byPin !== undefined) return byPin;
  return asksForPin(meeting) ? undefined : { role: 'guest', invitee: undefined };
}

function holderOf(meeting: Meeting, pin: string): Identity | undefined {
  if (pin === meeting.hostPin) return { role: 'host', invitee: undefined };
  if (pin === meeting.guestPin) return { role: 'guest', invitee: undefined };
  const invitee = meeting.invitees.find((each) => each.pin === pin);
  return invitee === undefined ? undefined : { role: invitee.role, invitee };
}

/** Whether a PIN of this meeting makes somebody its host. */
export const hasHostPin = ({ hostPin, invitees }: Meeting): boolean =>
  hostPin !== undefined || invitees.some(({ role }) => role === 'host');

/**
 * The one whom the booking has this number for; nobody where it is several people's. A number lets
 * nobody in and makes nobody host: it only tells who it probably is.
 *
 * @param number one that the trunk vouches for
 */
export function identifyByNumber(meeting: Meeting, number: string): Invitee | undefined {
  const those = meeting.invitees.filter(
    ({ phoneNumber }) => phoneNumber !== undefined && isSameNumber(number, phoneNumber),
  );
  return those.length === 1 ? those[0] : undefined;
}
