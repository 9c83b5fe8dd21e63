/**
 * Whether a meeting is being recorded: asked of the meeting server every few seconds, in one request
 * for all rooms in which a phone of this node is. No grant of ours allows a recording (tokens.ts);
 * whoever makes one all the same does so by other keys, and the phones must know.
 *
 *   idle ──a phone is in a room──▶ asking ──▶ pause ──▶ asking …      none is in one ──▶ idle
 */
import type { CallRegistry } from './call-registry.ts';
import type { CallSession } from './call-session.ts';
import type { RoomName } from './identifiers.ts';
import type { Clock, Logger } from './ports/process.ts';
import type { RoomAdmin } from './ports/room-admin.ts';

export interface RecordingWatch {
  /** A session's record changed. */
  changed(session: CallSession): void;
  close(): void;
}

export interface RecordingWatchDeps {
  readonly registry: Pick<CallRegistry, 'all'>;
  readonly rooms: Pick<RoomAdmin, 'recorded'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

export const recordingEveryMs = 5_000;

export function createRecordingWatch(deps: RecordingWatchDeps): RecordingWatch {
  const { registry, rooms, clock, logger } = deps;
  let cancel: (() => void) | undefined;
  let isAsking = false;
  let isClosed = false;
  let known: ReadonlySet<RoomName> = new Set();

  const inRooms = (): readonly (readonly [CallSession, RoomName])[] =>
    registry.all().flatMap((session) => {
      const { phase, meeting } = session.facts();
      return phase === 'meeting' && meeting !== undefined ? [[session, meeting.room] as const] : [];
    });

  const tell = (recorded: ReadonlySet<RoomName>): void => {
    for (const room of recorded)
      if (!known.has(room)) logger.warn({ room }, 'a meeting is being recorded');
    known = recorded;
    // Every time: who could not be told yet is told as soon as words can be heard.
    for (const [session, room] of inRooms())
      session.dispatch({ type: 'recording', on: recorded.has(room) });
  };

  const ask = async (): Promise<void> => {
    const names = new Set(inRooms().map(([, room]) => room));
    try {
      tell(await rooms.recorded([...names]));
    } catch (error) {
      logger.debug({ err: error }, 'recordings are not known');
    }
  };

  const plan = (): void => {
    if (isClosed || isAsking || cancel !== undefined || inRooms().length === 0) return;
    cancel = clock.at(clock.now() + recordingEveryMs, () => {
      cancel = undefined;
      isAsking = true;
      void ask().finally(() => {
        isAsking = false;
        plan();
      });
    });
  };

  return {
    changed: plan,
    close() {
      isClosed = true;
      cancel?.();
    },
  };
}
