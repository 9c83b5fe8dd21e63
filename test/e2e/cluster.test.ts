/** Callers spread over two gateways: what each shows, says and does of both. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { recognisePrompts } from '../../src/caller/heard.ts';
import type { GatewayProcess } from './support/gateway-process.ts';
import { hearsTone, lastHeard, sine, sleep } from './support/meeting-stage.ts';
import { openNodePair, type NodePair } from './support/node-pair.ts';
import { promptOf } from './support/spoken.ts';

let pair: NodePair;
beforeAll(async () => {
  pair = await openNodePair();
});
afterEach(() => pair.hangUp());
afterAll(() => pair.close());

describe('two nodes', () => {
  it('show the live calls of both, whichever is asked', async () => {
    const meeting = await pair.meeting(pair.a);
    const legIds = [
      (await pair.callInto(pair.a, meeting)).legId,
      (await pair.callInto(pair.b, meeting)).legId,
    ];
    for (const node of [pair.a, pair.b]) {
      const shown = await pair.callsOf(node, `state=live&callId=${meeting.callId}`);
      expect(shown.map((call) => call.legId).toSorted()).toEqual(legIds.toSorted());
      expect(shown.map((call) => call.nodeId).toSorted()).toEqual(['node-a', 'node-b']);
    }
  });

  it('do what the other was asked: mute, unmute, admit, hang up', async () => {
    const meeting = await pair.meeting(pair.a, { admission: 'lobby' });
    const onA = await pair.callInto(pair.a, meeting, 'waiting');
    const onB = await pair.callInto(pair.b, meeting, 'waiting');
    expect(await pair.act(pair.b, onA.legId, 'admit')).toBe(204);
    expect(await pair.act(pair.a, onB.legId, 'admit')).toBe(204);
    onA.phone.sound.speak(sine(440), { endless: true });
    const heardAtB = (heard: boolean) => () =>
      hearsTone(onB.phone, 440) === heard ? true : undefined;
    await pair.until('the tone of A at B', heardAtB(true));
    expect(await pair.act(pair.b, onA.legId, 'mute')).toBe(204);
    await pair.until('silence at B', heardAtB(false));
    expect(await pair.act(pair.b, onA.legId, 'unmute')).toBe(204);
    await pair.until('the tone of A at B again', heardAtB(true));
    expect(await pair.act(pair.b, onA.legId, 'admit')).toBe(409);
    expect(await pair.act(pair.b, onA.legId, 'hangup')).toBe(204);
    expect(await onA.phone.ended).toBeDefined();
    expect((await pair.ended(pair.b, onA.legId)).termination?.reason).toBe('operator-hung-up');
  });

  it('say how many people there are, those who share a phone at the other too', async () => {
    const meeting = await pair.meeting(pair.a);
    const onA = await pair.callInto(pair.a, meeting);
    const onB = await pair.callInto(pair.b, meeting);
    const told = (n: number) => ({
      name: `${n} people`,
      pcm: promptOf('sv', 'people-here-before', `number-${n}`),
    });
    const saidOf = async (count: number): Promise<string> => {
      const { status } = await pair.a.api('POST', `/api/calls/${onA.legId}/people`, { count });
      expect(status).toBe(204);
      return pair.until(`${count + 1} people`, async () => {
        await onB.phone.press('*1');
        await sleep(3_000);
        const heard = recognisePrompts(lastHeard(onB.phone, 3_500), [2, 3, 4, 6, 9].map(told));
        return heard.map(({ name }) => name).find((name) => name === `${count + 1} people`);
      });
    };
    expect(await saidOf(1)).toBe('2 people');
    expect(await saidOf(8)).toBe('9 people');
  });

  it('count together whom they call', async () => {
    const meetings = [await pair.meeting(pair.a), await pair.meeting(pair.b)];
    const callOut = async (node: GatewayProcess, nth: number): Promise<number> => {
      const { callId = '' } = meetings[nth % 2] ?? {};
      const to = '+46701112233';
      return (await node.api('POST', `/api/meetings/${callId}/dial-out`, { to })).status;
    };
    const statuses = [];
    for (const [nth, node] of [pair.a, pair.b, pair.b, pair.a].entries())
      statuses.push(await callOut(node, nth));
    expect(statuses).toEqual([202, 202, 202, 202]);
    // Four an hour to one number, whichever node calls, for whichever meeting.
    expect(await Promise.all([callOut(pair.a, 0), callOut(pair.b, 1)])).toEqual([429, 429]);
  });

  it('give out the seats of a meeting together', async () => {
    const meeting = await pair.meeting(pair.a, { maxParticipants: 2 });
    const { legId } = await pair.callInto(pair.a, meeting);
    await pair.callInto(pair.b, meeting);
    const third = await pair.dial(pair.b, meeting);
    await third.ended;
    const refused = await pair.until('the end of the third call', async () =>
      (await pair.callsOf(pair.b, `state=ended&callId=${meeting.callId}`)).at(0),
    );
    expect(refused.termination?.reason).toBe('full');
    expect(await pair.act(pair.b, legId, 'hangup')).toBe(204);
    await pair.ended(pair.b, legId);
    await pair.callInto(pair.b, meeting);
  });
});
