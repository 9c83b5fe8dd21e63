/** A meeting that asks for encrypted lines, against a whole gateway, with a telephone that is not ours. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createTestAuthority, type TestAuthority } from '../support/certificates.ts';
import { disposeWitnesses } from '../support/witness.ts';
import { startBaresip, type Baresip } from './support/baresip.ts';
import { freePort } from './support/gateway-process.ts';
import { createMeetingStage, sine, type MeetingStage } from './support/meeting-stage.ts';
import { heardPhrase, hearPhrase } from './support/spoken.ts';

let authority: TestAuthority;
let stage: MeetingStage;
let tlsPort: number;
let baresip: Baresip | undefined;

beforeAll(async () => {
  authority = createTestAuthority();
  tlsPort = await freePort();
  const { certificateFile, keyFile } = authority.issue(['IP:127.0.0.1']);
  stage = await createMeetingStage({
    RINGBRO_SIP_TLS_PORT: String(tlsPort),
    RINGBRO_TLS_CERT: certificateFile,
    RINGBRO_TLS_KEY: keyFile,
  });
});
afterEach(async () => {
  await baresip?.close();
  await stage.clear();
});
afterAll(async () => {
  await stage.close();
  authority.remove();
  await disposeWitnesses();
});

const securityOf = async (legId: string) => {
  const { body } = await stage.gateway.api('GET', `/api/calls/${legId}`);
  return body as { encrypted: boolean; security: object; termination: { reason: string } | null };
};

describe('a meeting that asks for encrypted lines', () => {
  it('lets in who comes over TLS with SRTP, and the record says with what', async () => {
    const meeting = await stage.meeting({ encryption: 'required' });
    const witness = await stage.witness(meeting);
    const from = 46_000 + 40 * Math.floor(Math.random() * 50);
    baresip = await startBaresip({
      transport: 'tls',
      mediaEncryption: 'srtp-mand',
      target: `sip:${meeting.callId}@127.0.0.1:${tlsPort}`,
      authorityFile: authority.authorityFile,
      toneHz: 440,
      rtpPorts: `${from}-${from + 30}`,
    });
    const call = await stage.until('the join', async () => (await stage.calls('joined'))[0]);
    const record = await securityOf(call.legId);
    expect(record).toMatchObject({
      encrypted: true,
      security: { signalling: 'tls', media: 'srtp' },
    });
    const identity = await stage.until(
      'the phone in the room',
      () => witness.participants().find((each) => each.identity.endsWith(call.legId))?.identity,
    );
    await stage.until('its tone', async () =>
      Math.abs((await witness.hear(identity, 800)).dominantHz - 440) < 20 ? true : undefined,
    );
  });

  it('tells a plain call why and how to join instead; it is never in the room', async () => {
    const meeting = await stage.meeting({ encryption: 'required' });
    const witness = await stage.witness(meeting);
    const caller = await stage.phone();
    expect((await caller.answer).answered).toBe(true);
    caller.sound.speak(sine(440), { endless: true });
    const legId = (await stage.calls('live'))[0]?.legId ?? '';
    await caller.press(meeting.callId);
    await hearPhrase(stage, caller, legId, 'encryption-required');
    await caller.ended;
    expect(heardPhrase(caller, 'encryption-required', 20_000)).toBe(true);
    expect((await securityOf(legId)).termination?.reason).toBe('encryption-required');
    expect(witness.participants()).toEqual([]);
  });
});
