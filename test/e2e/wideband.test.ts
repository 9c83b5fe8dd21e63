/** Calls in G.722 and Opus by a telephone that is not ours, judged on what sounds above 4 kHz. */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createTestAuthority, type TestAuthority } from '../support/certificates.ts';
import { analyseSound } from '../support/sound-analysis.ts';
import { disposeWitnesses } from '../support/witness.ts';
import { startBaresip, type Baresip } from './support/baresip.ts';
import { createMeetingStage, lastHeard, sine, type MeetingStage } from './support/meeting-stage.ts';

const rates = { G722: 16_000, opus: 48_000 } as const;
const deviceHz = 5500;
const witnessHz = 6000;
const phoneHz = 1000;
/** Where 5500 and 6000 Hz would come out if 8 kHz were taken from them without a filter. */
const aliasesHz = [2500, 2000];

let authority: TestAuthority;
let stage: MeetingStage;
let device: Baresip | undefined;
beforeAll(async () => {
  authority = createTestAuthority();
  // Two workers: wideband sound crosses between them, too.
  stage = await createMeetingStage({ RINGBRO_WORKERS: '2', RINGBRO_RING_MS: '0' });
});
afterEach(async () => {
  await device?.close();
  await stage.clear();
});
afterAll(async () => {
  await stage.close();
  authority.remove();
  await disposeWitnesses();
});

it.each(['G722', 'opus'] as const)(
  'in %s the room and the device hear each other above 4 kHz, and a telephone both as it can',
  async (codec) => {
    const meeting = await stage.meeting();
    const witness = await stage.witness(meeting);
    await witness.playTone(witnessHz, -20);
    const from = 42_000 + 40 * Math.floor(Math.random() * 200);
    const calling = await startBaresip({
      target: `sip:${meeting.callId}@127.0.0.1:${stage.gateway.sipPort}`,
      transport: 'udp',
      codec,
      authorityFile: authority.authorityFile,
      toneHz: deviceHz,
      rtpPorts: `${from}-${from + 30}`,
    });
    device = calling;
    const { legId } = await stage.until(
      'the device to join',
      async () => (await stage.calls('joined'))[0],
    );
    const { body } = await stage.gateway.api('GET', `/api/calls/${legId}`);
    const { nodeId, codec: spoken } = body as { nodeId: string; codec: string };
    expect(spoken).toBe(codec);

    const phone = await stage.joined(meeting);
    phone.sound.speak(sine(phoneHz), { endless: true });

    const heard = await witness.hear(`ringbro:${nodeId}:${legId}`, 2000);
    expect(heard.levelAtDbfs(deviceHz)).toBeGreaterThan(-20);

    const atDevice = async () => analyseSound(await calling.lastHeard(1000), rates[codec]);
    await stage.until('all tones at the device', async () => {
      const sound = await atDevice();
      const isHeard = [witnessHz, phoneHz].every((hz) => sound.levelAtDbfs(hz) > -30);
      return isHeard ? true : undefined;
    });
    // The own voice does not come back.
    expect((await atDevice()).levelAtDbfs(deviceHz)).toBeLessThan(-50);

    const atPhone = analyseSound(lastHeard(phone, 1000), 8000);
    for (const hz of aliasesHz) expect(atPhone.levelAtDbfs(hz)).toBeLessThan(-60);
  },
);
