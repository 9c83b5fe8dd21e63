/** A telephone of our own for the contract suite: real SIP and real RTP, told what to do. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DrachtioEngine } from '../../../src/sip/drachtio/drachtio-engine.ts';
import { openRtpEndpoint } from '../../../src/caller/rtp-endpoint.ts';
import { processClock } from '../../../src/process-clock.ts';
import { createUdpTransport } from '../../../src/sip/embedded/udp-transport.ts';
import { createSipUserAgent } from '../../../src/sip/embedded/user-agent.ts';
import { applyAnswer, createOffer } from '../../../src/sip/message/sdp-offer.ts';
import type {
  ContractCaller,
  ContractCallOptions,
  SipEngineHarness,
} from '../../contract/sip-engine.contract.ts';
import { silentLog } from '../../support/media-calls.ts';
import { createPhoneWire } from '../../support/phone-wire.ts';
import { createLiveCallees } from './live-callees.ts';
import { sipTarget } from './live-servers.ts';

const address = '127.0.0.1';

export const createLiveHarness = async (engine: DrachtioEngine): Promise<SipEngineHarness> => {
  const opened: (() => Promise<void>)[] = [];
  const callees = createLiveCallees();
  const wire = createPhoneWire(createUdpTransport);
  const agent = createSipUserAgent({
    onInvite: callees.onInvite,
    listen: [{ transport: 'udp', address, port: 0 }],
    clock: processClock,
    log: silentLog,
    openTransport: wire.openTransport,
  });
  await agent.start();

  const place = ({ user, from, offer, loseAck }: ContractCallOptions): ContractCaller => {
    const statuses: number[] = [];
    let over = false;
    let sent = '';
    const sounding = openRtpEndpoint({
      address,
      toneOf: () => new Int16Array(0),
      random32: () => randomBytes(4).readUInt32BE(),
    });
    opened.push(async () => (await sounding).close());
    let version = 0;
    const describe = async (hold = false): Promise<string> => {
      const { port } = await sounding;
      version += 1;
      sent = createOffer({
        address,
        rtpPort: port,
        rtcpPort: port + 1,
        codecs: ['PCMA'],
        sessionId: '1',
        sessionVersion: version,
        hold,
      }).offer;
      return sent;
    };
    const settle = async (sdp: string | undefined): Promise<void> => {
      const applied = sdp === undefined ? undefined : applyAnswer(sent, sdp);
      if (applied?.ok !== true) return;
      const { remoteAddress, remotePort, payloadType, telephoneEventPayloadType } = applied.session;
      (await sounding).connect({
        address: remoteAddress,
        port: remotePort,
        law: 'PCMA',
        payloadType,
        telephoneEventPayloadType,
      });
    };
    const start = async () => {
      const sdp = await describe();
      const unknown = sdp.replace(/^m=audio (\d+) RTP\/AVP .*$/m, 'm=audio $1 RTP/AVP 18');
      const session = agent.invite(sipTarget(engine, user), {
        from: `<sip:${from}@${address}>`,
        ...(offer === 'late' ? {} : { sdp: offer === 'PCMA' ? sdp : unknown }),
      });
      if (loseAck) wire.loseAck(session.sipCallId);
      session.onEvent((event) => {
        switch (event.type) {
          case 'provisional':
            if (!statuses.includes(event.status)) statuses.push(event.status);
            break;
          case 'answered':
            statuses.push(200);
            if (offer === 'late') session.acceptOffer(sent);
            else void settle(event.sdp);
            break;
          case 'answer':
            void settle(event.sdp);
            break;
          case 'offer':
            session.acceptOffer(sent);
            break;
          case 'ended':
            over = true;
            if (event.cause.by === 'network' && event.cause.sipStatus !== undefined)
              statuses.push(event.cause.sipStatus);
            break;
          default:
        }
      });
      return session;
    };
    const session = start();
    return {
      statuses,
      get over() {
        return over;
      },
      press: (digits) => void sounding.then((sound) => sound.press(digits)),
      hold: () =>
        void describe(true).then(async (sdp) => {
          (await session).offer(sdp);
        }),
      resume: () =>
        void describe().then(async (sdp) => {
          (await session).offer(sdp);
        }),
      cancel: () =>
        void session.then((placed) => {
          placed.hangUp();
        }),
      hangUp: () =>
        void session.then((placed) => {
          placed.hangUp();
        }),
      lineBreaks: () =>
        void session.then((placed) => {
          wire.breakLine(placed.sipCallId);
          placed.hangUp();
        }),
    };
  };

  return {
    engine,
    place,
    receive: (behaviour) => callees.receive(behaviour, agent.listening[0]?.port ?? 0),
    until: async (done, withinMs) => {
      const end = performance.now() + withinMs;
      while (!done() && performance.now() < end) await sleep(10);
    },
    close: async () => {
      await Promise.all(opened.map((close) => close()));
      await agent.close();
    },
  };
};
