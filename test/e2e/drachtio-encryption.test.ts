/** Encrypted calls on drachtio-server's TLS and FreeSWITCH's SRTP, most with a telephone that is not ours. */
import { once } from 'node:events';
import { copyFileSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { steadyToneLevelDbfs } from '../../src/caller/heard.ts';
import {
  createTestAuthority,
  type IssuedCertificate,
  type TestAuthority,
} from '../support/certificates.ts';
import {
  areProgramsNamed,
  createDrachtioServer,
  createFreeSwitchServer,
  settingsFor,
  whyNoPrograms,
  type TestSipServer,
} from '../support/sip-servers.ts';
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
  readonly encrypted: boolean;
  readonly security: { signalling: string; media: string; keys?: string; suite?: string } | null;
}
type Encryption = Pick<BaresipOptions, 'transport' | 'mediaEncryption'>;

let nextRtpPort = 40_000 + 40 * Math.floor(Math.random() * 100);

describe.skipIf(!areProgramsNamed)(`encrypted calls on drachtio${whyNoPrograms}`, () => {
  let authority: TestAuthority;
  let certificate: IssuedCertificate;
  let tlsPort: number;
  let drachtio: TestSipServer;
  let freeSwitch: TestSipServer;
  let stage: MeetingStage;
  const phones: Baresip[] = [];

  beforeAll(async () => {
    authority = createTestAuthority();
    tlsPort = await freePort();
    certificate = authority.issue(['IP:127.0.0.1']);
    const chainFile = authority.authorityFile;
    drachtio = await createDrachtioServer({ tls: { port: tlsPort, certificate, chainFile } });
    freeSwitch = await createFreeSwitchServer();
    await Promise.all([drachtio.start(), freeSwitch.start()]);
  });
  afterEach(async () => {
    await Promise.all(phones.splice(0).map((phone) => phone.close()));
    await stage.clear();
  });
  afterAll(async () => {
    await Promise.all([drachtio.close(), freeSwitch.close(), disposeWitnesses()]);
    authority.remove();
  });

  const open = async (settings: Readonly<Record<string, string>>): Promise<void> => {
    stage = await createMeetingStage({
      ...settingsFor([drachtio], [freeSwitch]),
      RINGBRO_RING_MS: '0',
      ...settings,
    });
  };
  const dial = async (meeting: StagedMeeting, encryption: Encryption): Promise<Baresip> => {
    const port = encryption.transport === 'tls' ? tlsPort : drachtio.sipPort;
    const from = (nextRtpPort += 40);
    const phone = await startBaresip({
      ...encryption,
      target: `sip:${meeting.callId}@127.0.0.1:${port}`,
      authorityFile: authority.authorityFile,
      toneHz: 440,
      rtpPorts: `${from}-${from + 30}`,
    });
    phones.push(phone);
    return phone;
  };
  const liveCall = async (): Promise<RecordedCall> => {
    const { legId } = await stage.until(
      'the call to join',
      async () => (await stage.calls('joined'))[0],
    );
    return (await stage.gateway.api('GET', `/api/calls/${legId}`)).body as RecordedCall;
  };
  const joinedCall = async (phone: Baresip): Promise<RecordedCall> => {
    try {
      return await liveCall();
    } catch (error) {
      throw new Error(`${String(error)}\nbaresip:\n${phone.output()}\n${freeSwitch.output()}`);
    }
  };
  const expectSoundBothWays = async (
    meeting: StagedMeeting,
    phone: Baresip,
    call: RecordedCall,
  ): Promise<void> => {
    const witness = await stage.witness(meeting);
    await witness.playTone(1000, -20);
    await sleep(1500);
    const heard = await witness.hear(`ringbro:${call.nodeId}:${call.legId}`, 1500);
    expect(heard.dominantHz).toBeCloseTo(440, -1);
    await stage.until('the witness in the phone', async () =>
      steadyToneLevelDbfs(await phone.lastHeard(1000), 1000) > -26 ? true : undefined,
    );
  };

  describe.each([
    ['FreeSWITCH’s side in the clear', 'no', 'no'],
    ['SRTP to FreeSWITCH', 'yes', 'no'],
    ['past FreeSWITCH', 'no', 'yes'],
  ] as const)('where SRTP is allowed, %s', (_name, inside, direct) => {
    beforeAll(() =>
      open({
        RINGBRO_SRTP: 'allow',
        RINGBRO_FREESWITCH_SRTP: inside,
        RINGBRO_DRACHTIO_DIRECT: direct,
      }),
    );
    afterAll(() => stage.close());

    it.each([
      { transport: 'tls', mediaEncryption: 'srtp-mandf', media: 'srtp', encrypted: true },
      { transport: 'tls', mediaEncryption: 'srtp', media: 'srtp', encrypted: true },
      // The keys stood in a message that anybody on the way could read.
      { transport: 'udp', mediaEncryption: 'srtp-mandf', media: 'srtp', encrypted: false },
      { transport: 'tls', mediaEncryption: undefined, media: 'rtp', encrypted: false },
    ] as const)(
      'sound goes both ways over $transport with $mediaEncryption, and encrypted is $encrypted',
      async ({ transport, mediaEncryption, media, encrypted }) => {
        const meeting = await stage.meeting();
        const phone = await dial(meeting, { transport, mediaEncryption });
        const call = await joinedCall(phone);
        expect(call.encrypted).toBe(encrypted);
        expect(call.security).toMatchObject({ signalling: transport, media });
        if (media === 'srtp') expect(call.security?.suite).toMatch(/^A/);
        await expectSoundBothWays(meeting, phone, call);
      },
    );
  });

  describe('as it is set at first', () => {
    beforeAll(() => open({}));
    afterAll(() => stage.close());

    // The worker has the sound: no key travels, over whatever the signalling goes.
    it.each(['tls', 'udp'] as const)('DTLS-SRTP over %s is taken', async (transport) => {
      const meeting = await stage.meeting();
      const phone = await dial(meeting, { transport, mediaEncryption: 'dtls_srtp' });
      const call = await joinedCall(phone);
      expect(call.encrypted).toBe(true);
      expect(call.security).toMatchObject({ signalling: transport, media: 'srtp', keys: 'dtls' });
      await expectSoundBothWays(meeting, phone, call);
      expect((await liveCall()).security?.suite).toMatch(/^A/);
    });

    it.each(['AEAD_AES_128_GCM', 'AES_256_CM_HMAC_SHA1_80'] as const)(
      'a call with %s has sound both ways, and again with new keys of both sides',
      async (suite) => {
        const meeting = await stage.meeting();
        const witness = await stage.witness(meeting);
        const caller = await stage.joined(meeting, {
          srtp: 'sdes',
          suites: [suite],
          transport: 'tls',
          port: tlsPort,
          authority: readFileSync(authority.authorityFile, 'utf8'),
        });
        const call = await liveCall();
        expect(call.security).toEqual({ signalling: 'tls', media: 'srtp', keys: 'sdes', suite });
        caller.sound.speak(sine(440), { endless: true });
        await witness.playTone(1000, -20);
        for (const round of ['first', 'second', 'third']) {
          // Each offer of the phone brings a key of its own.
          if (round !== 'first') expect(await caller.setHold(false)).toBe('sendrecv');
          await sleep(800);
          await stage.until(`the witness in the phone, ${round} keys`, () =>
            hearsTone(caller, 1000) ? true : undefined,
          );
          const heard = await witness.hear(`ringbro:${call.nodeId}:${call.legId}`, 1000);
          expect(heard.dominantHz).toBeCloseTo(440, -1);
        }
        expect(caller.sound.suite()).toBe(suite);
      },
    );

    it('connections without a handshake and handshakes without a call keep nobody from calling; TLS 1.1 is refused', async () => {
      const ca = readFileSync(authority.authorityFile);
      const to = { host: '127.0.0.1', port: tlsPort };
      const silent = Array.from({ length: 100 }, () => connect(to));
      await Promise.all(silent.map((socket) => once(socket, 'connect')));
      for (const socket of silent.slice(0, 50)) socket.write('\x16\x03');
      for (let round = 0; round < 50; round += 1) {
        const socket = connectTls({ ...to, ca });
        await once(socket, 'secureConnect');
        socket.destroy();
      }
      const phone = await stage.phone({
        srtp: 'sdes',
        transport: 'tls',
        port: tlsPort,
        authority: ca.toString(),
      });
      expect(await phone.answer).toMatchObject({ answered: true });
      for (const socket of silent) socket.destroy();

      const old = connectTls({
        ...to,
        ca,
        minVersion: 'TLSv1',
        maxVersion: 'TLSv1.1',
        ciphers: 'DEFAULT:@SECLEVEL=0',
      });
      const [error] = (await once(old, 'error')) as [NodeJS.ErrnoException];
      expect(error.code).toMatch(/PROTOCOL_VERSION|ECONNRESET/);
    });

    it('a renewed certificate is shown after a restart, and not before', async () => {
      const ca = readFileSync(authority.authorityFile);
      const shown = async (): Promise<string> => {
        const socket = connectTls({ host: '127.0.0.1', port: tlsPort, ca });
        await once(socket, 'secureConnect');
        const { serialNumber } = socket.getPeerCertificate();
        socket.destroy();
        return serialNumber;
      };
      const before = await shown();
      const renewed = authority.issue(['IP:127.0.0.1']);
      copyFileSync(renewed.certificateFile, certificate.certificateFile);
      copyFileSync(renewed.keyFile, certificate.keyFile);
      expect(await shown()).toBe(before);
      await drachtio.stop('SIGTERM');
      await drachtio.start();
      expect(await shown()).not.toBe(before);
      await stage.until('the gateway to be back', async () => {
        const { body } = await stage.gateway.api('GET', '/health/ready');
        return (body as { status: string }).status === 'ready' ? true : undefined;
      });
      const phone = await stage.phone({
        transport: 'tls',
        port: tlsPort,
        authority: ca.toString(),
      });
      expect(await phone.answer).toMatchObject({ answered: true });
    });
  });

  describe('where SRTP is required, and all sound is FreeSWITCH’s', () => {
    beforeAll(() => open({ RINGBRO_SRTP: 'require', RINGBRO_DRACHTIO_DIRECT: 'no' }));
    afterAll(() => stage.close());

    it('DTLS-SRTP is refused with 488', async () => {
      const meeting = await stage.meeting();
      const phone = await dial(meeting, { transport: 'tls', mediaEncryption: 'dtls_srtp' });
      await stage.until('the refusal', () => (phone.output().includes('488') ? true : undefined));
    });

    it('an encrypted call is taken and a plain one refused with 488', async () => {
      const meeting = await stage.meeting();
      const encrypted = await dial(meeting, { transport: 'tls', mediaEncryption: 'srtp-mandf' });
      expect((await joinedCall(encrypted)).encrypted).toBe(true);
      const plain = await dial(meeting, { transport: 'tls', mediaEncryption: undefined });
      await stage.until('the refusal', () => (plain.output().includes('488') ? true : undefined));
    });
  });

  describe('where SRTP is off', () => {
    beforeAll(() => open({ RINGBRO_SRTP: 'off' }));
    afterAll(() => stage.close());

    it('a call that asks for nothing else is refused, and one that may do without is plain', async () => {
      const meeting = await stage.meeting();
      const refused = await dial(meeting, { transport: 'tls', mediaEncryption: 'srtp-mandf' });
      await stage.until('the refusal', () => (refused.output().includes('488') ? true : undefined));
      const plain = await dial(meeting, { transport: 'tls', mediaEncryption: 'srtp' });
      expect(await joinedCall(plain)).toMatchObject({ security: { media: 'rtp' } });
    });
  });
});
