/**
 * Hosts who are in the room by another way than ours, such as a browser: the meeting server is
 * asked for them, every two seconds, for those meetings alone in which a caller of this node is
 * concerned. One request after the other: many meetings make the round longer, never the load higher.
 *
 *   idle ──a caller waits for a host, or a host's leaving matters──▶ asking ──▶ pause ──▶ asking …
 *                                  none is concerned any more ──▶ idle
 */
import type { CallRegistry } from './call-registry.ts';
import type { CallSession } from './call-session.ts';
import type { HostWatch } from './host-watch.ts';
import type { CallId } from './identifiers.ts';
import type { Meeting } from './ports/meetings.ts';
import type { Clock, Logger } from './ports/process.ts';
import type { RoomAdmin } from './ports/room-admin.ts';

export interface RoomHosts {
  /** A session's record changed. */
  changed(session: CallSession): void;
  close(): void;
}

export interface RoomHostsDeps {
  readonly registry: Pick<CallRegistry, 'all'>;
  readonly rooms: Pick<RoomAdmin, 'hosts'>;
  readonly watch: Pick<HostWatch, 'elsewhere'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

export const roomHostsEveryMs = 2_000;

/** The meeting, where it matters to this caller who is host. */
function concerned(session: CallSession): Meeting | undefined {
  const { state, meeting, waiting } = session.facts();
  if (meeting === undefined || (state !== 'waiting' && state !== 'joined')) return undefined;
  const matters =
    meeting.admission === 'host' ||
    meeting.afterHostLeaves !== 'continue' ||
    waiting.reason === 'host';
  return matters ? meeting : undefined;
}

export function createRoomHosts({
  registry,
  rooms,
  watch,
  clock,
  logger,
}: RoomHostsDeps): RoomHosts {
  const known = new Map<CallId, ReadonlySet<string>>();
  let cancel: (() => void) | undefined;
  let isAsking = false;
  let isClosed = false;

  const meetings = (): ReadonlyMap<CallId, Meeting> =>
    new Map(
      registry.all().flatMap((session) => {
        const meeting = concerned(session);
        return meeting === undefined ? [] : [[meeting.callId, meeting] as const];
      }),
    );

  function compare(callId: CallId, now: ReadonlySet<string>): void {
    const before = known.get(callId) ?? new Set();
    known.set(callId, now);
    for (const identity of now)
      if (!before.has(identity)) watch.elsewhere(callId, `room:${identity}`, 'present');
    // A page that is loaded anew is gone for a moment: that is no leaving.
    for (const identity of before)
      if (!now.has(identity)) watch.elsewhere(callId, `room:${identity}`, 'lost');
  }

  async function ask(): Promise<void> {
    const concern = meetings();
    for (const callId of Array.from(known.keys()))
      if (!concern.has(callId)) compare(callId, new Set());
    for (const { callId, room } of concern.values())
      try {
        compare(callId, new Set(await rooms.hosts(room)));
      } catch (error) {
        logger.debug({ err: error }, 'hosts in a room are not known');
      }
    for (const [callId, hosts] of known) if (hosts.size === 0) known.delete(callId);
  }

  function round(): void {
    cancel = undefined;
    isAsking = true;
    ask()
      .catch((error: unknown) => {
        logger.error({ err: error }, 'bug in looking for hosts');
      })
      .finally(() => {
        isAsking = false;
        if (!isClosed && meetings().size > 0)
          cancel = clock.at(clock.now() + roomHostsEveryMs, round);
      });
  }

  return {
    changed(session) {
      if (isClosed || isAsking || cancel !== undefined || concerned(session) === undefined) return;
      cancel = clock.at(clock.now(), round);
    },
    close() {
      isClosed = true;
      cancel?.();
      cancel = undefined;
    },
  };
}
