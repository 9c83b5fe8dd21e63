/** Room systems of our own, which register: a telephone that is not ours, and our own user agent. On both engines. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { silentLogger } from '../../src/caller/silent-logger.ts';
import { processClock } from '../../src/process-clock.ts';
import { createSipUserAgent, type SipUserAgent } from '../../src/sip/embedded/user-agent.ts';
import { createOffer } from '../../src/sip/message/sdp-offer.ts';
import type { SipResponse } from '../../src/sip/message/sip-message.ts';
import { createTestAuthority, type TestAuthority } from '../support/certificates.ts';
import { startBaresip, type Baresip } from './support/baresip.ts';
import { freePort } from './support/gateway-process.ts';
import { enginesUnderTest } from './support/engines.ts';
import { createMeetingStage, type MeetingStage } from './support/meeting-stage.ts';
import { openNodePair, type NodePair } from './support/node-pair.ts';

const domain = 'meet.test';
const address = `room-12@${domain}`;

const tlsSettings = (authority: TestAuthority, port: number) => {
  const { certificateFile, keyFile } = authority.issue(['IP:127.0.0.1', `DNS:${domain}`]);
  return {
    RINGBRO_SIP_TLS_PORT: String(port),
    RINGBRO_TLS_CERT: certificateFile,
    RINGBRO_TLS_KEY: keyFile,
  };
};

/** Answers what calls its address. */
const registeringDevice = async (options: {
  readonly authority: TestAuthority;
  readonly transport: 'udp' | 'tcp' | 'tls';
  readonly password: string;
  readonly port: number;
}): Promise<Baresip> => {
  const { authority, transport, password, port } = options;
  const from = 44_000 + 40 * Math.floor(Math.random() * 200);
  return startBaresip({
    target: await freePort(),
    transport,
    // Sound over TLS is expected to be encrypted, too.
    mediaEncryption: transport === 'tls' ? 'srtp-mand' : undefined,
    authorityFile: authority.authorityFile,
    toneHz: 440,
    rtpPorts: `${from}-${from + 30}`,
    registration: {
      address,
      password,
      registrar: `sip:127.0.0.1:${port};transport=${transport}`,
    },
  });
};

describe.each(enginesUnderTest)('room systems on the engine $name', (engine) => {
  describe.skipIf(engine.missing !== undefined)(engine.missing ?? '', () => {
    let authority: TestAuthority;
    let stage: MeetingStage;
    let sipPort: number;
    let tlsPort: number;
    let device: Baresip | undefined;
    let userAgent: SipUserAgent | undefined;
    beforeAll(async () => {
      authority = createTestAuthority();
      tlsPort = await freePort();
      stage = await createMeetingStage({
        ...engine.env,
        ...(engine.name === 'embedded' && tlsSettings(authority, tlsPort)),
        RINGBRO_SIP_DOMAINS: domain,
        RINGBRO_RING_MS: '0',
      });
      sipPort = engine.sipPort ?? stage.gateway.sipPort;
    });
    afterEach(async () => {
      await device?.close();
      await userAgent?.close();
      await stage.gateway.api('DELETE', `/api/room-systems/${address}`);
      await stage.clear();
    });
    afterAll(async () => {
      await stage.close();
      authority.remove();
    });

    const addRoomSystem = async (more: object = {}): Promise<string> => {
      const body = { address, name: 'Room 12', ...more };
      const made = await stage.gateway.api('POST', '/api/room-systems', body);
      expect(made.status).toBe(201);
      return (made.body as { password: string }).password;
    };
    const registeredUntil = async (): Promise<string | undefined> => {
      const { body } = await stage.gateway.api('GET', '/api/room-systems');
      return (
        (body as { items: { registeredUntil: string | null }[] }).items[0]?.registeredUntil ??
        undefined
      );
    };
    const callOf = async (legId: string) =>
      (await stage.gateway.api('GET', `/api/calls/${legId}`)).body as {
        readonly state: string;
        readonly roomSystem: string | null;
        readonly to: string;
        readonly answeredAt: string | null;
        readonly codec: string | null;
        readonly encrypted: boolean;
      };

    // Over TCP the way back is the connection alone: nobody listens at the port that it comes from.
    const transports = [
      'udp',
      'tcp',
      ...(engine.name === 'embedded' ? (['tls'] as const) : []),
    ] as const;
    it.each(transports)(
      'a device registers by digest, and a call out to its address reaches it (%s)',
      async (transport) => {
        // It gives up where SHA-256 is asked for, too.
        const password = await addRoomSystem({ digest: ['MD5'] });
        const port = transport === 'tls' ? tlsPort : sipPort;
        device = await registeringDevice({ authority, transport, password, port });
        await stage.until('the device to register', registeredUntil).catch((error: unknown) => {
          throw new Error(`${String(error)}\n${device?.output() ?? ''}`);
        });
        const { callId } = await stage.meeting();
        const placed = await stage.gateway.api('POST', `/api/meetings/${callId}/dial-out`, {
          to: address,
        });
        expect(placed.status).toBe(202);
        const { legId } = placed.body as { legId: string };
        const call = await stage.until('the device to answer', async () => {
          const found = await callOf(legId);
          return found.answeredAt === null ? undefined : found;
        });
        const encrypted = transport === 'tls';
        expect(call).toMatchObject({ roomSystem: address, to: address, codec: 'PCMA', encrypted });
      },
    );

    it('a call of a registered device is known as its own, and one of a stranger is not', async () => {
      const password = await addRoomSystem();
      const agent = createSipUserAgent({
        listen: [{ transport: 'udp', address: '127.0.0.1', port: 0 }],
        clock: processClock,
        log: silentLogger,
      });
      userAgent = agent;
      await agent.start();
      const register = (cseq: number, challenge?: SipResponse) =>
        new Promise<SipResponse | undefined>((resolve) => {
          const credentials = { user: 'room-12', password };
          agent.request(
            {
              method: 'REGISTER',
              requestUri: `sip:${domain}`,
              destination: { transport: 'udp', address: '127.0.0.1', port: sipPort },
              from: `<sip:${address}>`,
              to: `<sip:${address}>`,
              sipCallId: 'registration-1',
              cseq,
              contactUser: 'room-12',
              ...(challenge && { answering: { challenge, credentials } }),
            },
            resolve,
          );
        });
      const call = async () => {
        const { callId } = await stage.meeting();
        agent.invite(`sip:${callId}@127.0.0.1:${sipPort}`, {
          from: `<sip:${address}>`,
          sdp: createOffer({
            ...{ address: '127.0.0.1', rtpPort: 45_998, rtcpPort: 45_999, codecs: ['PCMA'] },
            ...{ sessionId: '1', sessionVersion: 1 },
          }).offer,
        });
        const [live] = await stage.until('the call', async () => {
          const calls = await stage.calls('live');
          return calls.length > 0 ? calls : undefined;
        });
        const found = await callOf(live?.legId ?? '');
        await stage.gateway.api('POST', `/api/calls/${live?.legId ?? ''}/hangup`);
        await stage.until('its end', async () =>
          (await stage.calls('live')).length === 0 ? true : undefined,
        );
        return found;
      };

      expect((await call()).roomSystem).toBeNull();
      const challenged = await register(1);
      expect(challenged?.status).toBe(401);
      expect((await register(2, challenged))?.status).toBe(200);
      expect((await call()).roomSystem).toBe(address);
    });
  });
});

describe('a room system that registered at another node over TLS', () => {
  let authority: TestAuthority;
  let pair: NodePair;
  let tlsPort: number;
  let device: Baresip | undefined;
  beforeAll(async () => {
    authority = createTestAuthority();
    tlsPort = await freePort();
    const settings = { RINGBRO_SIP_DOMAINS: domain, RINGBRO_RING_MS: '0' };
    pair = await openNodePair(settings, tlsSettings(authority, tlsPort));
  });
  afterEach(() => device?.close());
  afterAll(async () => {
    await pair.close();
    authority.remove();
  });

  it('is called by that node, on the connection that it keeps, encrypted', async () => {
    const { a, b } = pair;
    const body = { address, name: 'Room 12', digest: ['MD5'] };
    const { password } = (await a.api('POST', '/api/room-systems', body)).body as {
      readonly password: string;
    };
    device = await registeringDevice({ authority, transport: 'tls', password, port: tlsPort });
    await pair.until('the device to register', async () => {
      const { items } = (await a.api('GET', '/api/room-systems')).body as {
        readonly items: readonly { readonly registeredUntil: string | null }[];
      };
      return items[0]?.registeredUntil ?? undefined;
    });
    const { callId } = await pair.meeting(a);
    const placed = await a.api('POST', `/api/meetings/${callId}/dial-out`, { to: address });
    expect(placed.status).toBe(202);
    const { legId } = placed.body as { readonly legId: string };
    const call = await pair.until('the device to answer', async () => {
      const found = (await b.api('GET', `/api/calls/${legId}`)).body as {
        readonly nodeId: string;
        readonly answeredAt: string | null;
      };
      return found.answeredAt === null ? undefined : found;
    });
    expect(call).toMatchObject({ nodeId: 'node-b', roomSystem: address, encrypted: true });
  });
});
