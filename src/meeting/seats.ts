/**
 * Whether a meeting has room for one more. Everybody counts: phones, rooms and browsers. Seats that
 * are kept for invitees are nobody else's, and a full meeting still takes its first host and those
 * whose seat is kept.
 */
import type { SeatClaim } from '../call/ports/meetings.ts';
import type { Invitee } from './invitee.ts';

export interface SeatCount {
  /** `maxParticipants`. */
  readonly max: number;
  /** The seats of callers. */
  readonly seats: readonly { readonly invitee_id: string | null; readonly role: string }[];
  /** Those for whom a seat is kept. */
  readonly kept: readonly Pick<Invitee, 'inviteeId'>[];
  readonly claim: Pick<SeatClaim, 'role' | 'inviteeId' | 'others'>;
}

export function hasRoom({ max, seats, kept, claim }: SeatCount): boolean {
  if (kept.some(({ inviteeId }) => inviteeId === claim.inviteeId)) return true;
  if (claim.role === 'host' && seats.every(({ role }) => role !== 'host')) return true;
  const absent = kept.filter(({ inviteeId }) =>
    seats.every((seat) => seat.invitee_id !== inviteeId),
  );
  return seats.length + absent.length + claim.others < max;
}
