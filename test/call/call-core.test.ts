import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { endReasons } from '../../src/call/end-reasons.ts';
import {
  createCallWorld,
  createMeeting,
  fault,
  meetingId,
  type CallWorld,
} from '../support/call-world.ts';
import type { FakeCaller } from '../support/fake-sip-engine.ts';

const reasons = (world: CallWorld): readonly (string | undefined)[] =>
  world.ended.map((record) => record.termination?.reason);
const intoMeeting = async (world: CallWorld, from?: string): Promise<FakeCaller> => {
  const caller = world.place(from === undefined ? {} : { from });
  await world.clock.advance(3_000);
  caller.press('123456789');
  await world.clock.advance(5_000);
  return caller;
};
const expectNothingLeft = (world: CallWorld): void => {
  expect(world.core.list()).toEqual([]);
  expect(world.clock.pending).toBe(0);
  expect(world.seats.size).toBe(0);
  expect(world.ended.map(({ legId }) => legId).toSorted()).toEqual(
    world.begun.map(({ legId }) => legId).toSorted(),
  );
};

describe('the caller hangs up', () => {
  test('while it rings', async () => {
    const world = await createCallWorld();
    world.faults.journal = 'never';
    const caller = world.place();
    await world.clock.advance(100);
    caller.cancel();
    await world.clock.advance(100);
    expect(caller.statuses).toEqual([180, 487]);
    expect(world.core.list()).toEqual([]);
  });

  test('in the menus', async () => {
    const world = await createCallWorld();
    const caller = world.place();
    await world.clock.advance(1_000);
    caller.hangUp();
    await world.clock.advance(1_000);
    expect(reasons(world)).toEqual(['hung-up-in-ivr']);
    expectNothingLeft(world);
  });

  test('while the ID is looked up', async () => {
    const world = await createCallWorld();
    const caller = world.place();
    await world.clock.advance(3_000);
    world.faults.store = 'never';
    caller.press('123456789');
    await world.clock.advance(100);
    caller.hangUp();
    await world.clock.advance(1_000);
    expect(reasons(world)).toEqual(['hung-up-in-ivr']);
    expectNothingLeft(world);
  });

  // A seat that came after its call was over used to stay taken: it was given back too early.
  test('while the seat is being taken', async () => {
    const world = await createCallWorld();
    const caller = world.place();
    await world.clock.advance(3_000);
    world.faults.store = 'slow';
    caller.press('123456789');
    await world.clock.advance(1_500);
    caller.hangUp();
    await world.clock.advance(5_000);
    expect(reasons(world)).toEqual(['hung-up-in-ivr']);
    expectNothingLeft(world);
  });

  test('in the lobby', async () => {
    const world = await createCallWorld({ meetings: [createMeeting({ admission: 'lobby' })] });
    const caller = await intoMeeting(world);
    caller.hangUp();
    await world.clock.advance(1_000);
    expect(reasons(world)).toEqual(['hung-up-waiting']);
    expectNothingLeft(world);
  });

  test('while joining, and in the meeting', async () => {
    const world = await createCallWorld();
    const joining = world.place();
    await world.clock.advance(3_000);
    joining.press('123456789');
    await world.clock.advance(50);
    joining.hangUp();
    const joined = await intoMeeting(world);
    joined.hangUp();
    await world.clock.advance(1_000);
    expect(reasons(world)).toEqual(['hung-up-in-ivr', 'hung-up']);
    expectNothingLeft(world);
  });

  test('during the last words', async () => {
    const world = await createCallWorld();
    const caller = await intoMeeting(world);
    world.core.meetingOver(meetingId());
    await world.clock.advance(500);
    caller.hangUp();
    await world.clock.advance(1_000);
    expect(reasons(world)).toEqual(['meeting-over']);
    expectNothingLeft(world);
  });
});

describe('the door', () => {
  test('beyond the most calls, new ones get 503 with Retry-After', async () => {
    const world = await createCallWorld({ screening: { maxCalls: 1 } });
    world.place();
    await world.clock.advance(100);
    const second = world.place();
    await world.clock.advance(100);
    expect(second.statuses).toEqual([503]);
    expect(second.retryAfterS).toBe(30);
    expect(world.core.refusals().get('overload')).toBe(1);
  });

  test('refused calls are counted all and logged once a minute', async () => {
    const world = await createCallWorld({ screening: { allow: ['198.51.100.0/24'] } });
    for (let n = 0; n < 50; n++) world.place();
    await world.clock.advance(1_000);
    expect(world.core.refusals().get('source-not-allowed')).toBe(50);
    expect(world.log.filter(({ message }) => message === 'call refused')).toHaveLength(1);
    expect(world.begun).toEqual([]);
  });

  test('a video address that no meeting has is refused before the answer', async () => {
    const world = await createCallWorld({
      meetings: [createMeeting({ videoAddress: 'anna@meet.example.org' })],
    });
    const wrong = world.place({ user: 'bertil', host: 'meet.example.org' });
    const right = world.place({ user: 'anna', host: 'meet.example.org' });
    await world.clock.advance(5_000);
    expect(wrong.statuses).toEqual([180, 404]);
    expect(right.heardInRoom).toBe(true);
  });

  test('a drain takes nobody new and ends the others with a word when its time is up', async () => {
    const world = await createCallWorld();
    const caller = await intoMeeting(world);
    const drained = world.core.drain(60_000);
    const late = world.place();
    await world.clock.advance(59_000);
    expect(late.statuses).toEqual([503]);
    expect(caller.ended).toBeUndefined();
    await world.clock.advance(10_000);
    await drained;
    expect(reasons(world)).toEqual(['drained']);
    expectNothingLeft(world);
  });
});

describe('what others want of a call', () => {
  test('mute is heard, told and undone by the host', async () => {
    const world = await createCallWorld();
    const caller = await intoMeeting(world);
    const { legId } = caller.leg.invitation;
    expect(world.core.mute(legId)).toBe('done');
    expect(caller.heardInRoom).toBe(false);
    world.core.unmute(legId);
    await world.clock.settle();
    expect(caller.heardInRoom).toBe(true);
    expect(world.trace()).toMatch(/says muted-by-host[\s\S]*says unmuted/);
  });

  test('one who was muted before the admission words were over is not heard after them', async () => {
    const world = await createCallWorld();
    const caller = world.place();
    await world.clock.advance(3_000);
    caller.press('123456789');
    await world.clock.advance(500);
    world.core.mute(caller.leg.invitation.legId);
    await world.clock.advance(10_000);
    expect(caller.heardInRoom).toBe(false);
  });

  test('one who was muted while waiting is let in muted, and told so', async () => {
    const world = await createCallWorld({ meetings: [createMeeting({ admission: 'lobby' })] });
    const caller = await intoMeeting(world);
    const { legId } = caller.leg.invitation;
    world.core.mute(legId);
    world.core.admit(legId, 'host');
    await world.clock.advance(10_000);
    expect(caller.joinedAs).toBeDefined();
    expect(caller.heardInRoom).toBe(false);
    expect(world.trace()).toMatch(/says admitted[\s\S]*says muted-by-host in sv/);
  });

  test('a call that is not there, or not so far, is told apart', async () => {
    const world = await createCallWorld();
    const caller = await intoMeeting(world);
    const { legId } = caller.leg.invitation;
    expect(world.core.admit(legId)).toBe('wrong-state');
    expect(world.core.hangUp(legId)).toBe('done');
    await world.clock.advance(5_000);
    expect(world.core.hangUp(legId)).toBe('not-found');
    expect(reasons(world)).toEqual(['operator-hung-up']);
  });

  test('the host on the phone opens the meeting for those who wait', async () => {
    const world = await createCallWorld({
      meetings: [createMeeting({ admission: 'host', guestPin: '1212', hostPin: '9898' })],
    });
    const guest = await intoMeeting(world, '+46701111111');
    guest.press('1212');
    await world.clock.advance(2_000);
    expect(guest.joinedAs).toBeUndefined();
    const host = await intoMeeting(world, '+46702222222');
    host.press('9898');
    await world.clock.advance(5_000);
    expect(host.heardInRoom).toBe(true);
    expect(guest.heardInRoom).toBe(true);
  });

  test('an unlocked meeting lets in those who knocked; a deleted one tells them', async () => {
    const world = await createCallWorld({ meetings: [createMeeting({ locked: true })] });
    const caller = await intoMeeting(world);
    expect(caller.joinedAs).toBeUndefined();
    world.core.meetingChanged(createMeeting());
    await world.clock.advance(5_000);
    expect(caller.heardInRoom).toBe(true);
  });

  test('listeners hear of every change, and one that throws harms nobody', async () => {
    const world = await createCallWorld();
    const states: string[] = [];
    world.core.onChange(() => {
      throw new Error('a bug in a page');
    });
    const stop = world.core.onChange(({ record }) => states.push(record.state));
    const caller = await intoMeeting(world);
    caller.hangUp();
    await world.clock.advance(1_000);
    expect(Array.from(new Set(states))).toEqual(['ringing', 'ivr', 'joined', 'ended']);
    stop();
  });
});

describe('in the meeting', () => {
  test('the keys: count, louder, again, leave', async () => {
    const world = await createCallWorld();
    const caller = await intoMeeting(world);
    const other = await intoMeeting(world, '+46702222222');
    for (const keys of ['*1', '*01', '*#', '*8']) {
      caller.press(keys);
      await world.clock.advance(3_000);
    }
    expect(caller.volumeDb).toBe(3);
    caller.press('*41');
    await world.clock.advance(9_000);
    expect(other.ended).toBeUndefined();
    expect(reasons(world)).toEqual(['left-by-key']);
    expect(world.trace()).toMatch(
      /says people-here\(3\)[\s\S]*says louder[\s\S]*says louder[\s\S]*says no-picture[\s\S]*says left/,
    );
  });

  test('a room with a picture keys between the shared screen and the speaker, and hears which', async () => {
    const world = await createCallWorld();
    const caller = world.place({
      media: { codec: 'PCMA', encrypted: false, video: true },
    });
    await world.clock.advance(3_000);
    caller.press('123456789');
    await world.clock.advance(9_000);
    for (const keys of ['*8', '*8']) {
      caller.press(keys);
      await world.clock.advance(3_000);
    }
    expect(world.trace()).toMatch(
      /shows the speaker first\n.*says shows-speaker[\s\S]*shows the screen first\n.*says shows-screen/,
    );
    expect(world.trace()).not.toContain('no-picture');
  });

  test('who is alone is told once, and not while there is another caller', async () => {
    const world = await createCallWorld();
    const caller = world.place({ others: 0 });
    await world.clock.advance(3_000);
    caller.press('123456789');
    await world.clock.advance(120_000);
    expect(world.trace().match(/says alone/g)).toHaveLength(1);
    caller.hangUp();
    await world.clock.advance(1_000);

    const two = await createCallWorld();
    for (const from of ['+46701111111', '+46702222222']) {
      const each = two.place({ others: 0, from });
      await two.clock.advance(3_000);
      each.press('123456789');
    }
    await two.clock.advance(120_000);
    expect(two.trace()).not.toContain('says alone');
  });

  test('others see a masked number, the published number and nothing else', async () => {
    const world = await createCallWorld();
    const caller = await intoMeeting(world);
    expect(caller.joinedAs).toEqual({
      room: 'room-7Q',
      identity: `ringbro:node-a:${caller.leg.invitation.legId}`,
      name: 'Phone 1',
      attributes: {
        'sip.callID': caller.leg.invitation.legId,
        'sip.callStatus': 'active',
        'ringbro.role': 'guest',
        'ringbro.identification': 'unknown phone',
        'ringbro.language': 'sv',
        'ringbro.people': '1',
        'sip.phoneNumber': '+46•••••67',
        'sip.trunkPhoneNumber': '+46480445511',
      },
      muted: true,
    });
  });

  test('the room is told of a caller by the token alone, and again where the link was away', async () => {
    const world = await createCallWorld();
    const caller = await intoMeeting(world);
    await world.clock.advance(10_000);
    const { identity, name } = caller.joinedAs ?? { identity: '' };
    expect(world.attributes.get(identity)).toBeUndefined();
    caller.loseRoom();
    caller.recoverRoom();
    await world.clock.advance(1_000);
    expect(world.attributes.get(identity)).toMatchObject({ name, 'ringbro.people': '1' });
  });

  test('a withheld number stays withheld, a dialled call ID stays out of sight', async () => {
    const world = await createCallWorld();
    const caller = world.place({ user: meetingId(), from: undefined });
    await world.clock.advance(5_000);
    const attributes = Object.keys(caller.joinedAs?.attributes ?? {});
    expect(attributes.filter((name) => name.startsWith('sip.'))).toEqual([
      'sip.callID',
      'sip.callStatus',
    ]);
    expect(world.begun[0]).toMatchObject({ from: undefined, to: '•••••89@fake.invalid' });
  });

  test('a room that is not reached is tried again while the caller holds', async () => {
    const world = await createCallWorld();
    const unreachable = { joined: false, reason: 'unreachable' } as const;
    const caller = world.place({ joins: [unreachable, unreachable, { joined: true }] });
    await world.clock.advance(3_000);
    caller.press('123456789');
    await world.clock.advance(20_000);
    expect(caller.heardInRoom).toBe(true);
    expect(world.trace().match(/says room-lost/g)).toHaveLength(1);
  });

  test('a room that is never reached ends the call with a word, after a minute', async () => {
    const world = await createCallWorld();
    world.faults.rooms = fault('room/unreachable');
    await intoMeeting(world);
    await world.clock.advance(65_000);
    expect(reasons(world)).toEqual(['room-unreachable']);
    expect(world.trace()).toContain('says try-later');
    expectNothingLeft(world);
  });
});

describe('faults', () => {
  test.each(['ring', 'answer', 'play', 'join', 'setMuted', 'hangUp', 'quality'] as const)(
    'a leg whose %s throws ends its own call at most',
    async (breaks) => {
      const world = await createCallWorld();
      const broken = world.place({ breaks });
      const healthy = world.place({ from: '+46702222222' });
      await world.clock.advance(3_000);
      broken.press('123456789');
      healthy.press('123456789');
      await world.clock.advance(5_000);
      expect(healthy.heardInRoom).toBe(true);
      broken.hangUp();
      healthy.hangUp();
      await world.clock.advance(1_000);
      expectNothingLeft(world);
      expect(world.log.some(({ level }) => level === 'error' || level === 'warn')).toBe(
        breaks !== 'hangUp',
      );
    },
  );

  test('a journal that never answers is a 503 in bounded time', async () => {
    const world = await createCallWorld();
    world.faults.journal = 'never';
    const caller = world.place();
    await world.clock.advance(6_000);
    expect(caller.statuses).toEqual([180, 503]);
  });

  test('a journal that throws on an update ends the call, and no other', async () => {
    const world = await createCallWorld();
    world.faults.update = new TypeError('broken on purpose');
    world.place();
    await world.clock.advance(1_000);
    delete world.faults.update;
    const healthy = await intoMeeting(world);
    expect(healthy.heardInRoom).toBe(true);
    expect(reasons(world)).toEqual(['bug']);
  });

  test('a drain ends in bounded time, whatever hangs', async () => {
    const world = await createCallWorld();
    await intoMeeting(world);
    world.faults.store = 'never';
    const drained = world.core.drain(1_000);
    await world.clock.advance(60_000);
    await drained;
    expect(reasons(world)).toEqual(['drained']);
  });

  test('a store that never answers is a technical problem in bounded time', async () => {
    const world = await createCallWorld();
    world.faults.store = 'never';
    const caller = await intoMeeting(world);
    await world.clock.advance(5_000);
    expect(caller.ended).toEqual({ by: 'gateway', how: 'bye' });
    expect(reasons(world)).toEqual(['store-unreachable']);
  });
});

test('guesses above the rate make every refusal sound alike, and let the right ID in', async () => {
  const world = await createCallWorld({
    meetings: [
      createMeeting({ endsAt: Date.UTC(2026, 0, 1) }),
      createMeeting({ callId: meetingId('987654321') }),
    ],
  });
  for (let call = 0; call < 2; call++) {
    const guesser = world.place();
    await world.clock.advance(3_000);
    for (const digits of ['111111111', '222222222', '333333333']) {
      guesser.press(digits);
      await world.clock.advance(3_000);
    }
    guesser.hangUp();
    await world.clock.advance(1_000);
  }
  const before = world.trace().length;
  const caller = await intoMeeting(world);
  expect(world.trace().slice(before)).toContain('says general-refusal silence-prompt');
  expect(world.trace().slice(before)).not.toContain('says ended');
  caller.press('987654321');
  await world.clock.advance(5_000);
  expect(caller.heardInRoom).toBe(true);
});

test('a call leaves about six lines at level info, and no digit, ID, PIN or number in any', async () => {
  const world = await createCallWorld({ meetings: [createMeeting({ guestPin: '4711' })] });
  const caller = await intoMeeting(world);
  caller.press('4711');
  await world.clock.advance(5_000);
  caller.hangUp();
  await world.clock.advance(1_000);
  const info = world.log.filter(({ level }) => level === 'info').map(({ message }) => message);
  expect(info).toEqual([
    'call arrived',
    'call answered',
    'meeting found',
    'call joined',
    'call ended',
  ]);
  const everything = JSON.stringify([world.log, world.ended[0]?.timeline]);
  for (const secret of ['123456789', '4711', '701234567', '80445511', 'Not to be spoken'])
    expect(everything).not.toContain(secret);
});

test('the journal has the start before the 200, every state after it and one end', async () => {
  const world = await createCallWorld();
  const caller = await intoMeeting(world);
  caller.hangUp();
  await world.clock.advance(1_000);
  expect(world.begun).toMatchObject([{ state: 'ringing', answeredAt: undefined }]);
  expect(world.updated.map(({ state }) => state)).toEqual(['ivr', 'joined']);
  expect(world.ended).toMatchObject([
    { state: 'ended', codec: 'PCMA', quality: { up: { lossPct: 1 } }, callId: '123456789' },
  ]);
});

/** Anything a caller, a host, the network or a fault may do, at any moment. */
const deeds: readonly ((world: CallWorld, caller: FakeCaller) => void)[] = [
  (_, caller) => {
    caller.press('123456789');
  },
  (_, caller) => {
    caller.press('4711');
  },
  (_, caller) => {
    caller.press('*6');
  },
  (_, caller) => {
    caller.press('*41');
  },
  (_, caller) => {
    caller.press('#');
  },
  (_, caller) => {
    caller.hold();
  },
  (_, caller) => {
    caller.resume();
  },
  (_, caller) => {
    caller.cancel();
  },
  (_, caller) => {
    caller.hangUp();
  },
  (_, caller) => {
    caller.fall('transport');
  },
  (_, caller) => {
    caller.goSilent();
  },
  (_, caller) => {
    caller.loseRoom();
  },
  (_, caller) => {
    caller.recoverRoom();
  },
  (_, caller) => {
    caller.leaveRoom('removed');
  },
  (_, caller) => {
    caller.audience(0);
  },
  (world, caller) => {
    world.core.admit(caller.leg.invitation.legId);
  },
  (world, caller) => {
    world.core.refuse(caller.leg.invitation.legId);
  },
  (world, caller) => {
    world.core.mute(caller.leg.invitation.legId);
  },
  (world, caller) => {
    world.core.hangUp(caller.leg.invitation.legId);
  },
  (world) => {
    world.core.meetingOver(meetingId());
  },
  (world) => {
    world.core.meetingChanged(createMeeting({ locked: true }));
  },
  (world) => {
    world.core.setHostPresent(meetingId(), 'room:chair', 'present');
  },
  (world) => {
    world.faults.store = fault('store/unavailable');
  },
  (world) => {
    delete world.faults.store;
  },
  (world) => {
    world.faults.rooms = fault('room/unreachable');
  },
  (world) => {
    delete world.faults.rooms;
  },
];

test('whatever happens to two calls, each has one end, from the list, and nothing is left', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('open', 'lobby', 'host' as const),
      fc.option(fc.constant('4711'), { nil: undefined }),
      fc.array(fc.tuple(fc.nat(1), fc.nat(deeds.length - 1), fc.nat(8_000)), { maxLength: 25 }),
      async (admission, guestPin, steps) => {
        const meeting = createMeeting({ admission: admission as 'open', guestPin });
        const world = await createCallWorld({ meetings: [meeting] });
        const callers = [world.place(), world.place({ from: undefined })];
        for (const [who, deed, waitMs] of steps) {
          deeds[deed]!(world, callers[who]!);
          await world.clock.advance(waitMs);
        }
        delete world.faults.store;
        await world.clock.advance(9 * 3_600_000);
        expectNothingLeft(world);
        for (const reason of reasons(world)) expect(Object.keys(endReasons)).toContain(reason);
        expect(reasons(world)).not.toContain('bug');
      },
    ),
    { numRuns: 60 },
  );
});
