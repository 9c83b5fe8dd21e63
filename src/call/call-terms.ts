/** What the meeting grants this call: a seat, how long it may wait, whether it may say to be a host's. */
import { hasHostPin } from '../meeting/identify.ts';
import type { CallContext } from './call-context.ts';
import type { SeatClaim } from './ports/meetings.ts';
import type { WaitingFor } from './waiting-machine.ts';

type Terms = Pick<CallContext, 'meeting' | 'role' | 'settings' | 'wrongClaims'>;

/** After as many PINs in vain the star three of a guest means nothing any more. */
export const maxWrongClaims = 3;

export const mayClaimHost = ({ meeting, role, wrongClaims }: Terms): boolean =>
  meeting !== undefined && role !== 'host' && wrongClaims < maxWrongClaims && hasHostPin(meeting);

export function waitLimitMs({ meeting, settings }: Terms, reason: WaitingFor): number {
  switch (reason) {
    case 'start':
      return settings.waitLimitMs;
    case 'host':
      return (meeting?.options.hostLimitSeconds ?? Infinity) * 1000;
    case 'lobby':
    case 'locked':
      return (meeting?.options.lobbyLimitSeconds ?? Infinity) * 1000;
  }
}

/** A number alone gives no right to anybody's seat. */
export const seatClaim = ({
  role,
  invitee,
  identification,
}: Pick<CallContext, 'role' | 'invitee' | 'identification'>): Omit<SeatClaim, 'others'> => {
  const isKnown = identification !== 'number matches the booking';
  return {
    role,
    inviteeId: isKnown ? invitee?.inviteeId : undefined,
    takesOver: isKnown && invitee?.mayBeTwoLegs === false,
  };
};
