import { expect, test } from 'vitest';
import { createDeskMeeting, deskPollMs, deskTopic } from '../../src/call/desk-meeting.ts';
import { asNodeId, asRoomName } from '../../src/call/identifiers.ts';
import {
  createCallWorld,
  createMeeting,
  meetingId,
  type CallWorld,
} from '../support/call-world.ts';
import type { FakeCaller } from '../support/fake-sip-engine.ts';

const deskMeeting = createMeeting({
  callId: meetingId('999999999'),
  room: asRoomName('desk-room'),
});

interface Desk {
  /** Hosts in browsers. */
  staff: string[];
  /** In the side room, by a browser. */
  readonly inside: Map<string, number>;
  readonly notices: { readonly room: string; readonly topic: string; readonly text: string }[];
  readonly deleted: string[];
  isUnreachable: boolean;
}

async function setUp(): Promise<{
  world: CallWorld;
  desk: Desk;
  place: () => Promise<FakeCaller>;
}> {
  const desk: Desk = {
    staff: ['anna'],
    inside: new Map(),
    notices: [],
    deleted: [],
    isUnreachable: false,
  };
  let rooms = 0;
  const world = await createCallWorld({
    call: { hasServiceDesk: true },
    desk: ({ clock, logger }) =>
      createDeskMeeting({
        callId: deskMeeting.callId,
        meetings: { byCallId: async () => deskMeeting },
        rooms: {
          ensureRoom: async () => undefined,
          deleteRoom: async (room) => void desk.deleted.push(room),
          hosts: async () => desk.staff,
          async roomState(room) {
            if (desk.isUnreachable) throw new Error('no answer');
            return { exists: true, others: desk.inside.get(room) ?? 0, endToEndEncrypted: false };
          },
          async sendToHosts(room, topic, data) {
            desk.notices.push({ room, topic, text: new TextDecoder().decode(data) });
          },
        },
        nodeId: asNodeId('node-a'),
        newRoom: () => asRoomName(`side-${(rooms += 1)}`),
        access: async (room) => ({ url: 'wss://meet.example.org', token: `token for ${room}` }),
        ringLimitMs: 20_000,
        clock,
        logger,
      }),
  });
  const place = async (): Promise<FakeCaller> => {
    const caller = world.place({ user: '123456789' });
    await world.clock.advance(10_000);
    caller.press('*0');
    await world.clock.advance(300);
    caller.press('0');
    await world.clock.advance(2_000);
    return caller;
  };
  return { world, desk, place };
}

test('the desk is told with a token for a side room, and the caller is in no room until somebody answers', async () => {
  const { world, desk, place } = await setUp();
  const caller = await place();
  expect(caller.joinedAs).toBeUndefined();
  expect(desk.notices).toHaveLength(1);
  expect(desk.notices[0]).toMatchObject({ room: 'desk-room', topic: deskTopic });
  expect(JSON.parse(desk.notices[0]!.text)).toEqual({
    event: 'desk-call',
    room: 'side-1',
    language: 'sv',
    url: 'wss://meet.example.org',
    token: 'token for side-1',
  });
  desk.inside.set('side-1', 1);
  await world.clock.advance(deskPollMs + 1_000);
  expect(caller.joinedAs?.room).toBe('side-1');
  expect(caller.heardInRoom).toBe(true);
  expect(JSON.parse(desk.notices[1]!.text)).toEqual({ event: 'desk-call-over', room: 'side-1' });
});

test('two callers are each alone with the desk, in rooms of their own', async () => {
  const { world, desk, place } = await setUp();
  const [first, second] = [await place(), await place()];
  desk.inside.set('side-1', 1).set('side-2', 1);
  await world.clock.advance(2_000);
  expect([first.joinedAs?.room, second.joinedAs?.room]).toEqual(['side-1', 'side-2']);
});

test('the caller is back in the meeting when the desk has gone, but not while its page is loaded again', async () => {
  const { world, desk, place } = await setUp();
  const caller = await place();
  desk.inside.set('side-1', 1);
  await world.clock.advance(2_000);
  desk.inside.set('side-1', 0);
  await world.clock.advance(deskPollMs);
  desk.inside.set('side-1', 1);
  // Nor while the meeting server does not say.
  desk.isUnreachable = true;
  await world.clock.advance(5 * deskPollMs);
  expect(caller.joinedAs?.room).toBe('side-1');
  desk.isUnreachable = false;
  desk.inside.set('side-1', 0);
  await world.clock.advance(10_000);
  expect(caller.joinedAs?.room).toBe('room-7Q');
  expect(caller.heardInRoom).toBe(true);
  expect(desk.deleted).toContain('side-1');
});

test('nobody at the desk is said at once; one who does not answer, after the ring limit', async () => {
  const { world, desk, place } = await setUp();
  desk.staff = [];
  await place();
  expect(world.trace()).toContain('desk-no-answer');
  expect(desk.notices).toEqual([]);
  desk.staff = ['anna'];
  const caller = await place();
  await world.clock.advance(30_000);
  expect(caller.joinedAs?.room).toBe('room-7Q');
  expect(desk.notices.map(({ text }) => text).at(-1)).toContain('desk-call-over');
  expect(desk.deleted).toEqual(['side-1', 'side-2']);
});

test('a caller who hangs up while it rings is taken back from the desk', async () => {
  const { world, desk, place } = await setUp();
  const caller = await place();
  caller.hangUp();
  await world.clock.advance(5_000);
  expect(desk.notices.map(({ text }) => text).at(-1)).toContain('desk-call-over');
  expect(desk.deleted).toContain('side-1');
  desk.inside.set('side-1', 1);
  await world.clock.advance(5_000);
  expect(caller.joinedAs).toBeUndefined();
});
