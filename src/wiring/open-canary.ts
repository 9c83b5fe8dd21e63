import type { CallCore } from '../call/call-core.ts';
import type { EventHub } from '../call/event-hub.ts';
import type { RoomAdmin } from '../call/ports/room-admin.ts';
import type { SipEngine } from '../call/ports/sip-engine.ts';
import { createCanaryCall } from '../canary/canary-call.ts';
import { createCanary, type Canary } from '../canary/canary.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Store } from '../store/store.ts';
import { testMeetingDraft } from './first-meeting.ts';
import type { GatewayDeps } from './gateway-deps.ts';

interface CanaryParts {
  readonly deps: GatewayDeps;
  readonly store: Store;
  readonly core: CallCore;
  readonly engine: SipEngine;
  readonly rooms: RoomAdmin;
  readonly events: EventHub;
  readonly metrics: Metrics;
  readonly numbers: () => readonly string[];
}

/** Undefined where it is off. */
export const openCanary = (parts: CanaryParts): Canary | undefined => {
  const { deps, store, core, engine, rooms, events, metrics } = parts;
  const { config, clock, logger } = deps;
  const { everyMs } = config.canary;
  if (everyMs === undefined) return undefined;
  const log = logger.child({ part: 'canary' });

  const call = createCanaryCall({
    clock,
    // In the clear: what is checked is the way, not the lock on it.
    sipAddress: () => engine.addresses.find((address) => !/^sips:|transport=tls/.test(address)),
    openMeeting: async () => {
      const made = await store.meetings.create(testMeetingDraft(config.calls.timeZone, 'Canary'));
      if (!made.done) return undefined;
      const { callId, room } = made.meeting;
      return {
        callId,
        close: async () => {
          await store.meetings.remove(callId);
          // A room that is not there any more is what is wanted.
          await rooms.deleteRoom(room).catch(() => undefined);
        },
      };
    },
    hasJoined: (sipCallId) =>
      core.list().some((record) => record.sipCallId === sipCallId && record.state === 'joined'),
  });
  const canary = createCanary({
    everyMs,
    numbers: parts.numbers,
    call,
    clock,
    logger: log,
    onResult: (result, turn) => {
      metrics.canaryCalled(result.number, result.problem);
      if (turn === undefined) return;
      const { number, problem = null, at } = result;
      events.publish({ type: `canary.${turn}`, at, data: { number, problem } });
    },
  });
  canary.start();
  return canary;
};
