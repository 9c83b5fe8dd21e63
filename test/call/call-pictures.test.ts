/** What becomes of a video room's picture, as the record and the hosts see it. */
import { describe, expect, test } from 'vitest';
import type { PictureState } from '../../src/call/ports/sip-engine.ts';
import { createCallWorld } from '../support/call-world.ts';

const joined = async () => {
  const world = await createCallWorld();
  const caller = world.place();
  await world.clock.advance(3_000);
  caller.press('123456789');
  await world.clock.advance(6_000);
  const { legId } = caller.leg.invitation;
  return {
    world,
    caller,
    legId,
    picture: async (...states: readonly PictureState[]) => {
      for (const state of states) caller.picture(state);
      await world.clock.advance(100);
    },
    attribute: () => world.attributes.get(`ringbro:node-a:${legId}`)?.['ringbro.picture'],
    told: () => world.toHosts.map(({ topic, text }) => `${topic} ${text}`),
  };
};

describe('pictures of a room', () => {
  test('that begin are no news to hosts, and that cease and come back are', async () => {
    const { picture, attribute, told, legId } = await joined();
    await picture('coming');
    expect([attribute(), told()]).toEqual([undefined, []]);
    await picture('gone');
    expect(attribute()).toBe('gone');
    await picture('coming');
    expect(attribute()).toBe('');
    expect(told()).toEqual([
      `ringbro.picture {"event":"picture-gone","legId":"${legId}"}`,
      `ringbro.picture {"event":"picture-coming","legId":"${legId}"}`,
    ]);
  });

  test('of which nobody sees anything are told with that reason, and in the record', async () => {
    const { picture, attribute, told, world, caller } = await joined();
    await picture('coming', 'unusable');
    expect(attribute()).toBe('unusable');
    expect(told()).toHaveLength(1);
    caller.hangUp();
    await world.clock.advance(1_000);
    const events = world.ended[0]?.timeline.map(({ event }) => event);
    expect(events).toEqual(expect.arrayContaining(['picture-coming', 'picture-unusable']));
  });

  test('that are missing are shown anew to a room that forgot it', async () => {
    const { picture, told, world, caller } = await joined();
    await picture('coming', 'gone');
    const before = told().length;
    caller.loseRoom();
    caller.recoverRoom();
    await world.clock.advance(100);
    expect(told().slice(before)).toEqual(told().slice(0, before));
  });
});
