/** What callers of one meeting hear of each other when they are spread over gateways, and by which way. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { toneLevelDbfs } from '../../src/caller/heard.ts';
import type { PhoneCall } from '../../src/caller/phone.ts';
import { createTestAuthority } from '../support/certificates.ts';
import { analyseSound } from '../support/sound-analysis.ts';
import { disposeWitnesses } from '../support/witness.ts';
import { startBaresip, type Baresip } from './support/baresip.ts';
import type { GatewayProcess } from './support/gateway-process.ts';
import { hearsTone, lastHeard, sine, type StagedMeeting } from './support/meeting-stage.ts';
import { openNodePair, type NodePair } from './support/node-pair.ts';

let pair: NodePair;
beforeAll(async () => {
  pair = await openNodePair();
});
afterEach(() => pair.hangUp());
afterAll(async () => {
  await pair.close();
  await disposeWitnesses();
});

/** As a phone sends it: 10,000 of 32,768 at the peak. */
const toneDbfs = -13.3;

const callWithTone = async (node: GatewayProcess, meeting: StagedMeeting, hz: number) => {
  const call = await pair.callInto(node, meeting);
  call.phone.sound.speak(sine(hz), { endless: true });
  return call;
};
const hears = (phone: PhoneCall, ...tones: readonly number[]) =>
  pair.until(`${tones.join(' and ')} Hz`, () =>
    tones.every((hz) => hearsTone(phone, hz)) ? true : undefined,
  );
const levelOf = (phone: PhoneCall, hz: number): number => toneLevelDbfs(lastHeard(phone, 400), hz);
const figure = (node: GatewayProcess, what: string, wanted: number) =>
  pair.until(`${wanted} ${what}`, async () =>
    (await pair.mediaFigure(node, what)) === wanted ? true : undefined,
  );

describe('two nodes', () => {
  it('carry the sound of their callers to each other past the room, until somebody is there', async () => {
    const meeting = await pair.meeting(pair.a);
    const onA = await callWithTone(pair.a, meeting, 440);
    const onB = await callWithTone(pair.b, meeting, 700);
    for (const node of [pair.a, pair.b]) {
      await figure(node, 'link_streams_standing', 1);
      // Nobody whom the room would have to carry sound to.
      await figure(node, 'meetings_unheard', 1);
    }
    await hears(onA.phone, 700);
    await hears(onB.phone, 440);
    await pair.until('one level', () =>
      Math.abs(levelOf(onA.phone, 700) - toneDbfs) < 1 ? true : undefined,
    );
    expect(hearsTone(onA.phone, 440)).toBe(false);
    expect(hearsTone(onB.phone, 700)).toBe(false);

    const witness = await pair.witness(meeting);
    await witness.playTone(1000, -20);
    for (const [legId, nodeId, hz] of [
      [onA.legId, 'node-a', 440],
      [onB.legId, 'node-b', 700],
    ] as const)
      await pair.until(`the caller of ${nodeId} at the witness`, async () => {
        const heard = await witness.hear(`ringbro:${nodeId}:${legId}`, 600);
        return Math.abs(heard.dominantHz - hz) < 20 ? true : undefined;
      });
    await hears(onA.phone, 700, 1000);
    await hears(onB.phone, 440, 1000);
    // Once, not by both ways.
    expect(Math.abs(levelOf(onB.phone, 440) - toneDbfs)).toBeLessThan(1);
    for (const node of [pair.a, pair.b]) await figure(node, 'meetings_unheard', 0);
  });

  it('carry what sounds above 4 kHz to who hears that', async () => {
    const authority = createTestAuthority();
    const meeting = await pair.meeting(pair.a);
    const ports = 42_000 + 80 * Math.floor(Math.random() * 100);
    const dial = (node: GatewayProcess, toneHz: number, firstPort: number): Promise<Baresip> =>
      startBaresip({
        target: `sip:${meeting.callId}@127.0.0.1:${node.sipPort}`,
        transport: 'udp',
        codec: 'G722',
        authorityFile: authority.authorityFile,
        toneHz,
        rtpPorts: `${firstPort}-${firstPort + 30}`,
      });
    const onA = await dial(pair.a, 5500, ports);
    const onB = await dial(pair.b, 6000, ports + 40);
    try {
      for (const node of [pair.a, pair.b]) {
        await figure(node, 'link_streams_standing', 1);
        await figure(node, 'meetings_unheard', 1);
      }
      for (const [device, own, other] of [
        [onA, 5500, 6000],
        [onB, 6000, 5500],
      ] as const) {
        const sound = await pair.until(`${other} Hz`, async () => {
          const heard = analyseSound(await device.lastHeard(1000), 16_000);
          return heard.levelAtDbfs(other) > -30 ? heard : undefined;
        });
        expect(sound.levelAtDbfs(own)).toBeLessThan(-50);
      }
    } finally {
      await Promise.all([onA.close(), onB.close()]);
      authority.remove();
    }
  });

  it(
    'are joined by one without links, and left by one that is killed',
    { timeout: 90_000 },
    async () => {
      const third = await pair.startThird({ RINGBRO_NODE_LINK: 'off' });
      const meeting = await pair.meeting(pair.a);
      const onA = await callWithTone(pair.a, meeting, 440);
      const onB = await callWithTone(pair.b, meeting, 700);
      const onC = await callWithTone(third, meeting, 1000);
      await figure(pair.b, 'link_streams_standing', 1);
      await hears(onA.phone, 700, 1000);
      await hears(onB.phone, 440, 1000);
      await hears(onC.phone, 440, 700);
      await third.stop('SIGKILL');
      await hears(onB.phone, 440);
      await pair.a.stop('SIGKILL');
      await figure(pair.b, 'link_streams_standing', 0);
      await pair.restartA();
      await callWithTone(pair.a, meeting, 1200);
      await hears(onB.phone, 1200);
      await figure(pair.b, 'link_streams_standing', 1);
    },
  );
});
