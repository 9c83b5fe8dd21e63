/** Between the invitee of the core and the invitee of the API. */
import type { InviteeChanges, InviteeDraft } from '../call/ports/invitees.ts';
import { inviteeDefaults, type Invitee, type InviteeSettings } from '../meeting/invitee.ts';
import { maskNumber } from '../meeting/mask-number.ts';
import { normalisePhoneNumber } from '../meeting/phone-number.ts';
import type { InviteeFields, NewInvitee, ShownInvitee } from './invitee-schemas.ts';

/** Every setting, with its default where the API gave none. */
function withDefaults(given: InviteeFields): InviteeSettings {
  const role = given.role ?? 'guest';
  const usual = inviteeDefaults(role);
  return {
    name: given.name ?? undefined,
    organisation: given.organisation ?? undefined,
    role,
    interpreterId: given.interpreterId ?? undefined,
    language: given.language ?? undefined,
    slowKeys: given.slowKeys ?? false,
    phoneNumber: normalisePhoneNumber(given.phoneNumber ?? ''),
    protectedIdentity: given.protectedIdentity ?? false,
    seatKept: given.seatKept ?? usual.seatKept,
    mayBeTwoLegs: given.mayBeTwoLegs ?? usual.mayBeTwoLegs,
  };
}

export const toInviteeDraft = (given: NewInvitee): InviteeDraft => ({
  ...withDefaults({ ...given, pin: undefined }),
  pin: given.pin ?? undefined,
});

/** The fields that were given, and no others. */
export const toInviteeChanges = ({ pin, ...given }: InviteeFields): InviteeChanges => ({
  ...Object.fromEntries(Object.entries(withDefaults(given)).filter(([key]) => key in given)),
  ...(pin !== undefined && { pin }),
});

/** A number is never shown whole, and of who is protected nothing is. */
export function showInvitee(invitee: Invitee): ShownInvitee {
  const { protectedIdentity: isProtected, phoneNumber } = invitee;
  return {
    inviteeId: invitee.inviteeId,
    pin: invitee.pin,
    name: invitee.name ?? null,
    organisation: invitee.organisation ?? null,
    role: invitee.role,
    interpreterId: isProtected ? null : (invitee.interpreterId ?? null),
    language: invitee.language ?? null,
    slowKeys: invitee.slowKeys,
    phoneNumber: isProtected || phoneNumber === undefined ? null : maskNumber(phoneNumber),
    protectedIdentity: isProtected,
    seatKept: invitee.seatKept,
    mayBeTwoLegs: invitee.mayBeTwoLegs,
    createdAt: new Date(invitee.createdAt).toISOString(),
    updatedAt: new Date(invitee.updatedAt).toISOString(),
  };
}
