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

const domain = 'meet.test';
const address = `room-12@${domain}`;

describe.each(enginesUnderTest)('room systems on the engine $name', (engine) => {
  describe.skipIf(engine.missing !== undefined)(engine.missing ?? '', () => {
    let authority: TestAuthority;
    let stage: MeetingStage;
    let sipPort: number;
    let device: Baresip | undefined;
    let userAgent: SipUserAgent | undefined;
    beforeAll(async () => {
      authority = createTestAuthority();
      stage = await createMeetingStage({
        ...engine.env,
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
      };

    // Over TCP the way back is the connection alone: nobody listens at the port that it comes from.
    it.each(['udp', 'tcp'] as const)(
      'a device registers by digest, and a call out to its address reaches it (%s)',
      async (transport) => {
        // It gives up where SHA-256 is asked for, too.
        const password = await addRoomSystem({ digest: ['MD5'] });
        const from = 44_000 + 40 * Math.floor(Math.random() * 200);
        device = await startBaresip({
          target: await freePort(),
          transport,
          authorityFile: authority.authorityFile,
          toneHz: 440,
          rtpPorts: `${from}-${from + 30}`,
          registration: {
            address,
            password,
            registrar: `sip:127.0.0.1:${sipPort};transport=${transport}`,
          },
        });
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
        expect(call).toMatchObject({ roomSystem: address, to: address, codec: 'PCMA' });
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
