/** Hosts and ends of meetings whose callers are spread over two gateways. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hearsTone, sine, sleep } from './support/meeting-stage.ts';
import { openNodePair, type NodePair } from './support/node-pair.ts';

let pair: NodePair;
beforeAll(async () => {
  pair = await openNodePair();
});
afterEach(() => pair.hangUp());
afterAll(() => pair.close());

describe('two nodes', () => {
  it('tell the callers of both that the meeting was ended for all', async () => {
    const meeting = await pair.meeting(pair.b, { admission: 'lobby' });
    const inside = await pair.callInto(pair.a, meeting, 'waiting');
    await pair.act(pair.a, inside.legId, 'admit');
    const waiting = await pair.callInto(pair.a, meeting, 'waiting');
    expect((await pair.b.api('POST', `/api/meetings/${meeting.callId}/end`)).status).toBe(200);
    await Promise.all([inside.phone.ended, waiting.phone.ended]);
    expect((await pair.ended(pair.b, inside.legId)).termination?.reason).toBe('meeting-over');
    expect((await pair.ended(pair.b, waiting.legId)).termination?.reason).toBe('meeting-ended');
  });

  it('end the first call of somebody who calls again at the other', async () => {
    const meeting = await pair.meeting(pair.a);
    const invited = await pair.a.api('POST', `/api/meetings/${meeting.callId}/invitees`, {});
    const { pin } = invited.body as { pin: string };
    const first = await pair.callInto(pair.a, meeting, 'joined', pin);
    const second = await pair.callInto(pair.b, meeting, 'joined', pin);
    await first.phone.ended;
    expect((await pair.ended(pair.b, first.legId)).termination?.reason).toBe('taken-over');
    const present = await pair.participants(meeting.room);
    expect(present.filter((identity) => identity.endsWith(second.legId))).toHaveLength(1);
  });

  it('have their guests wait when the last host of both has left', async () => {
    const pins = { guestPin: '4711', hostPin: '9898' };
    const meeting = await pair.meeting(pair.a, { ...pins, afterHostLeaves: 'lobby' });
    const hosts = [
      await pair.callInto(pair.a, meeting, 'joined', '9898'),
      await pair.callInto(pair.b, meeting, 'joined', '9898'),
    ];
    const guest = await pair.callInto(pair.a, meeting, 'joined', '4711');
    hosts[0]?.phone.hangUp();
    await sleep(2_000);
    expect((await pair.record(pair.b, guest.legId)).state).toBe('joined');
    hosts[1]?.phone.hangUp();
    await pair.until('the wait', async () =>
      (await pair.record(pair.b, guest.legId)).state === 'waiting' ? true : undefined,
    );
    const present = await pair.participants(meeting.room);
    expect(present.filter((identity) => identity.endsWith(guest.legId))).toEqual([]);
  });

  it('let in who waits at one when the other is asked to change the booking', async () => {
    const meeting = await pair.meeting(pair.a, { admission: 'lobby' });
    const onA = await pair.callInto(pair.a, meeting, 'waiting');
    await pair.b.api('PATCH', `/api/meetings/${meeting.callId}`, { admission: 'open' });
    await pair.until('the caller to be in', async () =>
      (await pair.record(pair.b, onA.legId)).state === 'joined' ? true : undefined,
    );
  });

  it(
    'let a host at one act on the phones of the other: a private word, let in, mute, lock, move',
    { timeout: 120_000 },
    async () => {
      const pins = { guestPin: '1212', hostPin: '9898' };
      const meeting = await pair.meeting(pair.a, { admission: 'lobby', ...pins });
      const elsewhere = await pair.meeting(pair.b);
      const chair = await pair.callInto(pair.a, meeting, 'joined', pins.hostPin);
      const guest = await pair.callInto(pair.b, meeting, 'waiting', pins.guestPin);
      guest.phone.sound.speak(sine(440), { endless: true });
      const heardByHost = (heard: boolean) => () =>
        hearsTone(chair.phone, 440) === heard ? true : undefined;
      const press = async (...keys: readonly string[]): Promise<void> => {
        for (const key of keys) {
          await chair.phone.press(key);
          await sleep(1_000);
        }
      };
      await press('*3', '4');
      await pair.until('the private word', heardByHost(true), 30_000);
      expect((await pair.record(pair.a, guest.legId)).state).toBe('waiting');
      await press('*3');
      await pair.until('its end', heardByHost(false));
      await pair.until('the guest at the door again', async () =>
        (await pair.participants(meeting.room)).some((identity) => identity.endsWith(chair.legId))
          ? true
          : undefined,
      );
      await press('*3', '1');
      await pair.until('the guest in the meeting', heardByHost(true), 30_000);
      await press('*5');
      await pair.until('the mute', heardByHost(false));
      await press('*5');
      await pair.until('the unmute', heardByHost(true));
      await press('*7');
      const late = await pair.callInto(pair.b, meeting, 'waiting', pins.guestPin);
      expect((await pair.record(pair.a, late.legId)).state).toBe('waiting');
      const moved = await pair.a.api('POST', `/api/calls/${guest.legId}/move`, {
        callId: elsewhere.callId,
      });
      expect(moved.status).toBe(204);
      await pair.until('the guest elsewhere', async () =>
        (await pair.participants(elsewhere.room)).some((identity) => identity.endsWith(guest.legId))
          ? true
          : undefined,
      );
      await pair.until('their absence', heardByHost(false));
      // Ended by key at one, for the callers of the other.
      await press('*4', '2', '9');
      await late.phone.ended;
      expect((await pair.ended(pair.a, late.legId)).termination?.reason).toBe('meeting-ended');
      expect((await pair.record(pair.a, guest.legId)).state).toBe('joined');
    },
  );
});
