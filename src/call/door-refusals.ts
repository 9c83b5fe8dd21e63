/** Calls turned away at the door: each answered and counted, and one in a while shown. */
import { endReason, type EndReasonCode } from './end-reasons.ts';
import type { Clock, Logger } from './ports/process.ts';
import type { CallLeg } from './ports/sip-engine.ts';

export interface DoorRefusals {
  readonly refuse: (leg: CallLeg, reason: EndReasonCode, retryAfterS?: number) => void;
  /** Since the start, by reason. */
  readonly counts: () => ReadonlyMap<string, number>;
}

/** A scanner must not fill the log: of each reason one line in this time. */
const logIntervalMs = 60_000;

export function createDoorRefusals({
  clock,
  logger,
}: {
  readonly clock: Clock;
  readonly logger: Logger;
}): DoorRefusals {
  const counts = new Map<string, number>();
  const loggedAt = new Map<string, number>();
  return {
    refuse(leg, reason, retryAfterS) {
      const count = (counts.get(reason) ?? 0) + 1;
      counts.set(reason, count);
      const { sipStatus = 500 } = endReason(reason);
      leg.onEvent(() => undefined);
      leg.refuse(sipStatus, retryAfterS === undefined ? {} : { retryAfterS });
      const now = clock.now();
      if (now - (loggedAt.get(reason) ?? -Infinity) < logIntervalMs) return;
      loggedAt.set(reason, now);
      const { address } = leg.invitation.source;
      logger.info({ reason, count, source: address }, 'call refused');
    },
    counts: () => counts,
  };
}
