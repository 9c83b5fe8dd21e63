import { randomInt } from 'node:crypto';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { asRoomName, type LegId } from '../../src/call/identifiers.ts';
import type { CallRecord } from '../../src/call/ports/call-records.ts';
import type { Logger } from '../../src/call/ports/process.ts';
import { createEventHub, type EventHub } from '../../src/call/event-hub.ts';
import { tellOfMeetings } from '../../src/call/meeting-events.ts';
import { createPasswords } from '../../src/http/access/password.ts';
import { createHttpApp } from '../../src/http/http-app.ts';
import type { HttpAppOptions, LiveCalls, LiveOutcome } from '../../src/http/ports.ts';
import { generateCallId } from '../../src/meeting/call-id.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { createManualClock } from '../store/manual-clock.ts';
import { silentLogger } from '../store/records.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export const apiKey = 'key-of-the-test';

export interface HttpFixture {
  readonly app: FastifyInstance;
  readonly store: Store;
  readonly events: EventHub;
  readonly clock: ReturnType<typeof createManualClock>;
  /** Calls on the live interface and the room server, as text. */
  readonly done: string[];
  /** Everything that was logged, as JSON text. */
  readonly logged: string[];
  live: CallRecord[];
  liveOutcome: LiveOutcome;
  health: Record<'sip' | 'livekit', boolean>;
  roomServerDown: boolean;
  /** With the key. */
  request(method: Method, url: string, body?: unknown): Promise<LightMyRequestResponse>;
  /** Deletes the meetings and forgets what was done. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

/** Weak, and quick. */
export const cheapPasswords = createPasswords({ N: 16, r: 8, p: 1 });

/** The app over a real store in a temporary folder; live calls and the room server are stand-ins. */
export async function openHttpFixture(options: Partial<HttpAppOptions> = {}): Promise<HttpFixture> {
  const folder = await temporaryFolder();
  const clock = createManualClock(Date.parse('2026-03-01T08:00:00Z'));
  const store = await openStore({
    folder: folder.path,
    nodeId: 'node-a',
    pinSecret: 'secret of the test',
    makeCallId: () => generateCallId(randomInt),
    clock,
    logger: silentLogger,
  });
  const done: string[] = [];
  const logged: string[] = [];
  const note = (fields: object, message: string): void => {
    logged.push(JSON.stringify({ ...fields, message }));
  };
  const logger: Logger = { debug: note, info: note, warn: note, error: note, child: () => logger };
  const act = (name: string) => (legId: LegId) => {
    done.push(`${name} ${legId}`);
    return fixture.liveOutcome;
  };
  const actWith = (name: string) => (legId: LegId, argument: string) => {
    done.push(`${name} ${legId} ${argument}`);
    return fixture.liveOutcome;
  };
  const live: LiveCalls = {
    list: () => fixture.live,
    get: (legId) => fixture.live.find((record) => record.legId === legId),
    admit: act('admit'),
    refuse: act('refuse'),
    mute: act('mute'),
    unmute: act('unmute'),
    hangUp: act('hangup'),
    message: actWith('message'),
    talk: actWith('talk'),
    endTalk: act('end-talk'),
    move: actWith('move'),
    people: actWith('people'),
    rename: actWith('rename'),
    mutePhones(callId, muted) {
      done.push(`${muted ? 'mute' : 'unmute'} phones ${callId}`);
    },
    meetingChanged(meeting) {
      done.push(`changed ${meeting.callId}${meeting.locked ? ' locked' : ''}`);
    },
    meetingOver(callId) {
      done.push(`over ${callId}`);
    },
  };
  const events = createEventHub({ lifeId: 'life', tellOthers: () => undefined });
  const app = createHttpApp({
    meetings: tellOfMeetings({ book: store.meetings, clock, publish: events.publish }),
    invitees: store.invitees,
    numbers: store.numbers,
    holds: store.holds,
    persons: store.persons,
    access: store.access,
    clock,
    events,
    nodeId: 'node-a',
    passwords: cheapPasswords,
    calls: store.calls,
    live,
    rooms: {
      deleteRoom(room) {
        done.push(`delete ${room}`);
        return fixture.roomServerDown
          ? Promise.reject(Object.assign(new Error('down'), { code: 'room/unreachable' }))
          : Promise.resolve();
      },
    },
    sideRooms: {
      newRoom: () => asRoomName('side-room'),
      access: async (room) => ({ url: 'wss://livekit.example.org', token: `token-for-${room}` }),
    },
    apiKey,
    publicUrl: 'https://ringbro.example.org',
    dialIn: [
      { number: '+46480445511', language: 'sv' },
      { number: '+4589100000', language: 'da' },
    ],
    videoDomain: undefined,
    helpNumber: undefined,
    timeZone: 'Europe/Stockholm',
    health: {
      store: () => store.ready(),
      sip: () => fixture.health.sip,
      livekit: () =>
        fixture.health.livekit ? Promise.resolve(true) : Promise.reject(new Error('down')),
    },
    logger,
    ...options,
  });
  const fixture: HttpFixture = {
    app,
    store,
    events,
    clock,
    done,
    logged,
    live: [],
    liveOutcome: 'done',
    health: { sip: true, livekit: true },
    roomServerDown: false,
    request: (method, url, body) =>
      app.inject({
        method,
        url,
        headers: {
          authorization: `Bearer ${apiKey}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
      }),
    async reset() {
      for (const { callId } of await store.meetings.list({ limit: 1_000, after: undefined })) {
        await store.meetings.remove(callId);
      }
      done.length = 0;
      logged.length = 0;
      Object.assign(fixture, { live: [], liveOutcome: 'done', roomServerDown: false });
    },
    async close() {
      await app.close();
      await store.close();
      await folder.remove();
    },
  };
  return fixture;
}
