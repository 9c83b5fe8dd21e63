/** The booked meetings and their seats, in the database. */
import { randomBytes } from 'node:crypto';
import { asCallId, asRoomName, type CallId, type RoomName } from '../call/identifiers.ts';
import {
  guestClaim,
  type Meeting,
  type MeetingBook,
  type MeetingDraft,
  type MeetingOutcome,
} from '../call/ports/meetings.ts';
import type { Database } from './database.ts';
import type { MeetingKey } from './find-meeting.ts';
import { fromInviteeRow } from './invitee-row.ts';
import { inviteesOf } from './invitee-store.ts';
import {
  fromMeetingRow,
  type MeetingRow,
  normaliseVideoAddress,
  toMeetingRow,
  toMeetingUpdate,
} from './meeting-row.ts';
import type { PinSeal } from './pin-seal.ts';
import { deleteSeat, type SeatOwner } from './seats.ts';
import { isStoreError, StoreError } from './store-error.ts';

export interface MeetingStoreOptions {
  readonly database: Database;
  readonly owner: SeatOwner;
  readonly seal: PinSeal;
  /** A random call ID (src/meeting/call-id.ts); asked again where it is taken. */
  readonly makeCallId: () => CallId;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

const attempts = 20;

/** 128 random bits: knowing a call ID, or an earlier room of the meeting, tells nothing about it. */
const makeRoomName = (): RoomName => asRoomName(randomBytes(16).toString('base64url'));

/** All methods reject with a `StoreError` when the database fails. */
export function createMeetingStore(options: MeetingStoreOptions): MeetingBook {
  const { database, owner, seal, now } = options;
  const { main, search } = database;
  const readAll = async (rows: readonly MeetingRow[]): Promise<readonly Meeting[]> => {
    const invitees = await inviteesOf(
      main,
      seal,
      rows.flatMap(({ call_id: id }) => asCallId(id) ?? []),
    );
    return rows.map((row) => fromMeetingRow(row, invitees.get(row.call_id) ?? [], seal));
  };
  const read = async (row: MeetingRow | undefined): Promise<Meeting | undefined> =>
    row === undefined ? undefined : (await readAll([row]))[0];

  const find = async (key: MeetingKey): Promise<Meeting | undefined> => {
    const found = await database.run('findMeeting', key);
    if (found === undefined) return undefined;
    return fromMeetingRow(
      found.row,
      found.invitees.map((row) => fromInviteeRow(row, seal)),
      seal,
    );
  };
  const byCallId = (callId: CallId): Promise<Meeting | undefined> =>
    find({ column: 'call_id', value: callId });
  const byVideoAddress = (address: string): Promise<Meeting | undefined> =>
    find({ column: 'video_address', value: normaliseVideoAddress(address) });

  async function insert(draft: MeetingDraft, callId: CallId): Promise<Meeting | undefined> {
    const made = { callId, room: draft.room ?? makeRoomName(), now: now() };
    try {
      const row = await main
        .insertInto('meetings')
        .values(toMeetingRow(draft, made, seal))
        .returningAll()
        .executeTakeFirstOrThrow();
      return fromMeetingRow(row, [], seal);
    } catch (error) {
      if (isStoreError(error, 'store/unique')) return undefined;
      throw error;
    }
  }

  /** Which of the values that have to be unique is another meeting's. */
  async function takenValue(
    draft: Pick<MeetingDraft, 'room' | 'videoAddress'>,
  ): Promise<'room' | 'videoAddress' | undefined> {
    if (draft.videoAddress !== undefined && (await byVideoAddress(draft.videoAddress))) {
      return 'videoAddress';
    }
    if (draft.room === undefined) return undefined;
    const holder = main.selectFrom('meetings').select('call_id').where('room', '=', draft.room);
    return (await holder.executeTakeFirst()) === undefined ? undefined : 'room';
  }

  async function create(draft: MeetingDraft): Promise<MeetingOutcome> {
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const meeting = await insert(draft, draft.callId ?? options.makeCallId());
      if (meeting !== undefined) return { done: true, meeting };
      const taken = await takenValue(draft);
      if (taken !== undefined) return { done: false, reason: taken };
      if (draft.callId !== undefined) return { done: false, reason: 'callId' };
    }
    throw new StoreError('store/fault', 'no free call ID was found');
  }

  return {
    byCallId,
    byVideoAddress,
    create,
    async change(callId, changes) {
      try {
        const row = await main
          .updateTable('meetings')
          .set(toMeetingUpdate(callId, changes, now(), seal))
          .where('call_id', '=', callId)
          .returningAll()
          .executeTakeFirst();
        return outcome(await read(row));
      } catch (error) {
        if (isStoreError(error, 'store/unique')) return { done: false, reason: 'videoAddress' };
        throw error;
      }
    },
    async list({ limit, after }) {
      const rows = await search
        .selectFrom('meetings')
        .selectAll()
        .$if(after !== undefined, (query) =>
          query.where((builder) =>
            builder(
              builder.refTuple('created_at', 'call_id'),
              '<',
              builder.tuple(after?.createdAt ?? 0, after?.callId ?? ''),
            ),
          ),
        )
        .orderBy('created_at', 'desc')
        .orderBy('call_id', 'desc')
        .limit(limit)
        .execute();
      return readAll(rows);
    },
    async remove(callId) {
      const gone = await main
        .deleteFrom('meetings')
        .where('call_id', '=', callId)
        .executeTakeFirst();
      return gone.numDeletedRows > 0n;
    },
    async renewRoom(callId) {
      await main
        .updateTable('meetings')
        .set({ room: makeRoomName(), updated_at: now() })
        .where('call_id', '=', callId)
        .where('room_given', '=', 0)
        .execute();
      return outcome(await byCallId(callId));
    },
    takeSeat: (callId, legId, claim) =>
      database.run('takeSeat', { ...guestClaim, ...claim, callId, legId, owner }),
    releaseSeat: (legId) => deleteSeat(main, legId),
  };
}

const outcome = (meeting: Meeting | undefined): MeetingOutcome =>
  meeting === undefined ? { done: false, reason: 'not-found' } : { done: true, meeting };
