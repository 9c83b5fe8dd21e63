/** Who was removed from a meeting, kept in the store: for a node that starts later, or again. */
import { asInviteeId } from './identifiers.ts';
import type { MarkBook } from './ports/marks.ts';
import type { CallPeers } from './ports/peers.ts';
import type { Clock, Logger } from './ports/process.ts';

export interface KeptRemovalsDeps {
  readonly marks: Pick<MarkBook, 'add' | 'since'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** `peers`, where removals are written down as well. */
export function keepRemovals(peers: CallPeers, deps: KeptRemovalsDeps): CallPeers {
  return {
    ...peers,
    removed(callId, invitee) {
      peers.removed(callId, invitee);
      const mark = {
        kind: 'removed',
        callId,
        subject: invitee ?? '',
        at: deps.clock.now(),
      } as const;
      deps.marks.add(mark).catch((error: unknown) => {
        deps.logger.warn({ err: error }, 'a removal was not written down');
      });
    },
  };
}

/** Tells of those of former times. Never rejects. */
export async function recallRemovals(
  removed: CallPeers['removed'],
  { marks, logger }: KeptRemovalsDeps,
): Promise<void> {
  try {
    for (const { callId, subject } of await marks.since('removed', 0))
      removed(callId, subject === '' ? undefined : asInviteeId(subject));
  } catch (error) {
    logger.warn({ err: error }, 'earlier removals are not known');
  }
}
