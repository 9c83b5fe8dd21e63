import type { CallInvitation } from '../../call/ports/sip-engine.ts';
import type { Trunk } from '../../trunk/trunk.ts';
import { identifyCaller } from '../message/caller-identity.ts';
import type { SipMessage } from '../message/sip-message.ts';

/** Who calls, as far as the trunk is believed. Whoever comes by no trunk is believed nothing. */
export function callerOf(
  invite: SipMessage,
  trunk: Pick<Trunk, 'identity'> | undefined,
): Pick<CallInvitation, 'callerNumber' | 'vouched'> {
  const { number, isVouched } = identifyCaller(invite, trunk?.identity ?? []);
  return { callerNumber: number, ...(isVouched && { vouched: true }) };
}
