/** Encrypted calls against a whole gateway, with a telephone that is not ours, judged on sound. */
import { once } from 'node:events';
import { connect as connectTls } from 'node:tls';
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { gapsWithin, steadyToneLevelDbfs } from '../../src/caller/heard.ts';
import { createTestAuthority, type TestAuthority } from '../support/certificates.ts';
import { disposeWitnesses } from '../support/witness.ts';
import { startBaresip, type Baresip, type BaresipOptions } from './support/baresip.ts';
import { freePort } from './support/gateway-process.ts';
import {
  createMeetingStage,
  hearsTone,
  sine,
  sleep,
  type MeetingStage,
  type StagedMeeting,
} from './support/meeting-stage.ts';

interface RecordedCall {
  readonly legId: string;
  readonly nodeId: string;
  readonly sipCallId: string;
  readonly encrypted: boolean;
  readonly security: { signalling: string; media: string; keys?: string; suite?: string } | null;
  readonly quality: { rejected?: { forged: number; replayed: number } } | null;
}

let authority: TestAuthority;
const phones: Baresip[] = [];
let nextRtpPort = 40_000 + 40 * Math.floor(Math.random() * 200);

beforeAll(() => {
  authority = createTestAuthority();
});
afterAll(async () => {
  authority.remove();
  await disposeWitnesses();
});

const openStage = async (
  policy: 'off' | 'allow' | 'require',
): Promise<MeetingStage & { readonly tlsPort: number }> => {
  const tlsPort = await freePort();
  const { certificateFile, keyFile } = authority.issue(['IP:127.0.0.1']);
  const stage = await createMeetingStage({
    RINGBRO_SRTP: policy,
    RINGBRO_SIP_TLS_PORT: String(tlsPort),
    RINGBRO_TLS_CERT: certificateFile,
    RINGBRO_TLS_KEY: keyFile,
    RINGBRO_RING_MS: '0',
  });
  return { ...stage, tlsPort };
};

const dial = async (
  stage: MeetingStage & { readonly tlsPort: number },
  meeting: StagedMeeting,
  options: Pick<BaresipOptions, 'transport' | 'mediaEncryption' | 'rtcpMux'>,
): Promise<Baresip> => {
  const port = options.transport === 'tls' ? stage.tlsPort : stage.gateway.sipPort;
  const from = (nextRtpPort += 40);
  const phone = await startBaresip({
    ...options,
    target: `sip:${meeting.callId}@127.0.0.1:${port}`,
    authorityFile: authority.authorityFile,
    toneHz: 440,
    rtpPorts: `${from}-${from + 30}`,
  });
  phones.push(phone);
  return phone;
};
const hangUpPhones = async () => {
  await Promise.all(phones.splice(0).map((phone) => phone.close()));
};

const joinedCall = (stage: MeetingStage, phone: Baresip): Promise<RecordedCall> =>
  stage
    .until('the call to join', async () => (await stage.calls('joined'))[0])
    .then(async ({ legId }) => {
      const { body } = await stage.gateway.api('GET', `/api/calls/${legId}`);
      return body as RecordedCall;
    })
    .catch((error: unknown) => {
      throw new Error(`${String(error)}\nbaresip:\n${phone.output()}`);
    });
const endedCall = (stage: MeetingStage, legId: string): Promise<RecordedCall> =>
  stage.until('the record of the end', async () => {
    if (!(await stage.calls('ended')).some((call) => call.legId === legId)) return undefined;
    return (await stage.gateway.api('GET', `/api/calls/${legId}`)).body as RecordedCall;
  });

describe('a gateway that allows SRTP', () => {
  let stage: MeetingStage & { readonly tlsPort: number };
  beforeAll(async () => {
    stage = await openStage('allow');
  });
  afterEach(async () => {
    await hangUpPhones();
    await stage.clear();
  });
  afterAll(() => stage.close());

  it.each([
    { transport: 'tls', mediaEncryption: 'srtp-mandf', keys: 'sdes', encrypted: true },
    { transport: 'tls', mediaEncryption: 'srtp-mand', keys: 'sdes', encrypted: true },
    // RFC 8643: offered as plain sound, with keys beside it.
    { transport: 'tls', mediaEncryption: 'srtp', keys: 'sdes', encrypted: true },
    // The keys stood in a message that anybody on the way could read.
    { transport: 'udp', mediaEncryption: 'srtp-mandf', keys: 'sdes', encrypted: false },
    { transport: 'tls', mediaEncryption: 'dtls_srtp', keys: 'dtls', encrypted: true },
    {
      transport: 'tls',
      mediaEncryption: 'dtls_srtp',
      rtcpMux: true,
      keys: 'dtls',
      encrypted: true,
    },
    // No key ever travelled.
    { transport: 'udp', mediaEncryption: 'dtls_srtp', keys: 'dtls', encrypted: true },
    { transport: 'tls', mediaEncryption: undefined, keys: undefined, encrypted: false },
  ] as const)(
    'carries sound both ways over $transport with $mediaEncryption (rtcp-mux: $rtcpMux), and says that encrypted is $encrypted',
    async ({ transport, keys, encrypted, ...media }) => {
      const meeting = await stage.meeting();
      const witness = await stage.witness(meeting);
      const phone = await dial(stage, meeting, { transport, ...media });
      const call = await joinedCall(stage, phone);
      expect(call.encrypted).toBe(encrypted);
      expect(call.security).toMatchObject({ signalling: transport, media: keys ? 'srtp' : 'rtp' });
      expect(call.security?.keys).toBe(keys);
      await witness.playTone(1000, -20);
      // baresip fills its buffers unevenly at first.
      await sleep(2000);
      const heard = await witness.hear(`ringbro:${call.nodeId}:${call.legId}`, 2000);
      expect(heard.dominantHz).toBeCloseTo(440, -1);
      expect(heard.gapsMs).toEqual([]);
      const pcm = await stage.until('the witness in the phone', async () => {
        const last = await phone.lastHeard(1000);
        return steadyToneLevelDbfs(last, 1000) > -26 ? last : undefined;
      });
      expect(steadyToneLevelDbfs(pcm, 440)).toBeLessThan(-50);
      await hangUpPhones();
      const ended = await endedCall(stage, call.legId);
      expect(ended.encrypted).toBe(encrypted);
      const rejected = ended.quality?.rejected;
      if (keys === undefined) {
        expect(rejected).toBeUndefined();
        expect(ended.security?.suite).toBeUndefined();
      } else {
        expect(ended.security?.suite).toMatch(/^A/);
        expect(rejected).toMatchObject({ replayed: 0 });
      }
      // baresip sends an RTCP ping before it has keys and its goodbye when it has them no more.
      expect(rejected?.forged ?? 0).toBeLessThanOrEqual(2);
    },
  );

  it.each([
    // baresip has all suites but this one.
    { srtp: 'sdes', suites: ['AES_256_CM_HMAC_SHA1_80'] },
    { srtp: 'dtls', suites: undefined },
  ] as const)('carries the sound of our own phone over TLS with $srtp', async (secured) => {
    const meeting = await stage.meeting();
    const witness = await stage.witness(meeting);
    const caller = await stage.joined(meeting, {
      ...secured,
      port: stage.tlsPort,
      transport: 'tls',
      authority: readFileSync(authority.authorityFile, 'utf8'),
    });
    caller.sound.speak(sine(440), { endless: true });
    await witness.playTone(1000, -20);
    await stage.until('the witness in the phone', () =>
      hearsTone(caller, 1000) ? true : undefined,
    );
    const [live] = await stage.calls('joined');
    const { body } = await stage.gateway.api('GET', `/api/calls/${live?.legId ?? ''}`);
    const call = body as RecordedCall;
    expect(call.encrypted).toBe(true);
    expect(call.security).toEqual({
      signalling: 'tls',
      media: 'srtp',
      keys: secured.srtp,
      suite: caller.sound.suite(),
    });
    const heard = await witness.hear(`ringbro:${call.nodeId}:${call.legId}`, 1000);
    expect(heard.dominantHz).toBeCloseTo(440, -1);
  });

  it('says how long its certificate lasts', async () => {
    const { body } = await stage.gateway.api('GET', '/health/ready');
    expect(body).toMatchObject({ status: 'ready', certificateDaysLeft: 1 });
  });

  it('keeps a call whole beside 50 handshakes a second, and refuses TLS 1.1', async () => {
    const meeting = await stage.meeting();
    const witness = await stage.witness(meeting);
    const caller = await stage.joined(meeting);
    caller.sound.speak(sine(440), { endless: true });
    await witness.playTone(1000, -20);
    await stage.until('the witness in the phone', () =>
      hearsTone(caller, 1000) ? true : undefined,
    );
    const ca = readFileSync(authority.authorityFile);
    let done = 0;
    const handshake = async (): Promise<void> => {
      const socket = connectTls({ host: '127.0.0.1', port: stage.tlsPort, ca });
      await once(socket, 'secureConnect');
      done += 1;
      socket.destroy();
    };
    const running: Promise<void>[] = [];
    for (let round = 0; round < 150; round += 1) {
      running.push(handshake());
      await sleep(20);
    }
    await Promise.all(running);
    expect(done).toBe(150);
    const pcm = caller.sound.recorder.pcm().slice(-8 * 2500);
    expect(gapsWithin(pcm, 0, 2500)).toEqual([]);
    expect(caller.sound.recorder.report().lost).toBe(0);

    const old = connectTls({
      host: '127.0.0.1',
      port: stage.tlsPort,
      ca,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT:@SECLEVEL=0',
    });
    const [error] = (await once(old, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toContain('PROTOCOL_VERSION');
  });
});

describe('a gateway that requires SRTP', () => {
  let stage: MeetingStage & { readonly tlsPort: number };
  beforeAll(async () => {
    stage = await openStage('require');
  });
  afterEach(async () => {
    await hangUpPhones();
    await stage.clear();
  });
  afterAll(() => stage.close());

  it('takes an encrypted call and refuses a plain one with 488', async () => {
    const meeting = await stage.meeting();
    const encrypted = await dial(stage, meeting, {
      transport: 'tls',
      mediaEncryption: 'srtp-mandf',
    });
    expect((await joinedCall(stage, encrypted)).encrypted).toBe(true);
    const plain = await dial(stage, meeting, { transport: 'tls', mediaEncryption: undefined });
    await stage.until('the refusal', () => (plain.output().includes('488') ? true : undefined));
  });
});
