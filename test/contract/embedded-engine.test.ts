import { asLegId } from '../../src/call/identifiers.ts';
import type { MediaBridge, MediaLeg } from '../../src/call/ports/media.ts';
import type { Clock } from '../../src/call/ports/process.ts';
import type { SoundReport } from '../../src/call/ports/sip-engine.ts';
import { createEmbeddedEngine } from '../../src/sip/embedded/embedded-engine.ts';
import { callerIdentity } from '../../src/sip/message/caller-identity.ts';
import { parseUri } from '../../src/sip/message/sip-uri.ts';
import type { ClientInvite, IncomingInvite } from '../../src/sip/embedded/sip-session-handle.ts';
import { createSipUserAgent } from '../../src/sip/embedded/user-agent.ts';
import { createFakeMediaBridge, type FakeMediaLeg } from '../support/fake-media-bridge.ts';
import { createPhoneWire, type PhoneWire } from '../support/phone-wire.ts';
import { createSipNetwork, strictLog } from '../support/sip-network.ts';
import {
  sipEngineContract,
  type ContractBehaviour,
  type ContractCallee,
  type ContractCaller,
  type ContractCallOptions,
  type SipEngineHarness,
} from './sip-engine.contract.ts';

/** The caller is our own user agent on the same simulated network; sound is a matter of time alone. */
const engineAddress = '10.0.0.1';
const callerAddress = '10.0.0.2';

const sdpOf = (formats: string, direction = 'sendrecv'): string =>
  [
    'v=0',
    `o=- 1 1 IN IP4 ${callerAddress}`,
    's=-',
    `c=IN IP4 ${callerAddress}`,
    't=0 0',
    `m=audio 4000 RTP/AVP ${formats}`,
    `a=${direction}`,
    '',
  ].join('\r\n');

/** Plays for as long as the sounds last. */
function withTime(leg: FakeMediaLeg, clock: Clock): MediaLeg {
  let cancel: () => void = () => undefined;
  let stopTest: () => void = () => undefined;
  return {
    ...leg,
    play({ utteranceId, sounds }) {
      cancel();
      const ms = sounds.reduce((sum, sound) => sum + ('ms' in sound ? sound.ms : 0), 0);
      cancel = clock.at(clock.now() + ms, () => {
        leg.emit({ type: 'played', utteranceId });
      });
    },
    stopPlaying() {
      cancel();
    },
    async join(target) {
      const outcome = await leg.join(target);
      leg.emit({ type: 'room-audience', others: 1 });
      return outcome;
    },
    testSound(listenMs) {
      const tested = Promise.withResolvers<SoundReport | undefined>();
      clock.at(clock.now() + 2 * listenMs, () => {
        tested.resolve({ levelDbfs: undefined, clippedPct: 0, echo: 0, lossPct: 0, jitterMs: 0 });
      });
      stopTest = () => {
        tested.resolve(undefined);
      };
      return tested.promise;
    },
    async close() {
      stopTest();
      await leg.close();
    },
  };
}

function mediaOn(clock: Clock): MediaBridge {
  const bridge = createFakeMediaBridge();
  return {
    ...bridge,
    async openLeg(legId, localAddress) {
      await bridge.openLeg(legId, localAddress);
      return withTime(bridge.legs.at(-1)!, clock);
    },
  };
}

function callerOf(session: ClientInvite, wire: PhoneWire): ContractCaller {
  const statuses: number[] = [];
  let over = false;
  session.onEvent((event) => {
    switch (event.type) {
      case 'provisional':
        if (!statuses.includes(event.status)) statuses.push(event.status);
        break;
      case 'answered':
        statuses.push(200);
        if (event.sdp !== undefined) session.acceptOffer(sdpOf('8'));
        break;
      case 'offer':
        session.acceptOffer(sdpOf('8'));
        break;
      case 'ended':
        over = true;
        if (event.cause.by === 'network' && event.cause.sipStatus !== undefined)
          statuses.push(event.cause.sipStatus);
        break;
      default:
    }
  });
  return {
    statuses,
    get over() {
      return over;
    },
    press(digits) {
      for (const digit of digits)
        session.sendInfo('application/dtmf-relay', `Signal=${digit}\r\nDuration=160\r\n`);
    },
    hold() {
      session.offer(sdpOf('8', 'sendonly'));
    },
    resume() {
      session.offer(sdpOf('8'));
    },
    cancel() {
      session.hangUp();
    },
    hangUp() {
      session.hangUp();
    },
    lineBreaks() {
      wire.breakLine(session.sipCallId);
      session.hangUp();
    },
  };
}

/** Answers calls as told; `user` of the Request-URI says which callee is meant. */
function createCallees() {
  const callees = new Map<string, (incoming: IncomingInvite) => void>();
  return {
    onInvite(incoming: IncomingInvite): void {
      callees.get(parseUri(incoming.invite.requestUri)?.user ?? '')?.(incoming);
    },
    receive(behaviour: ContractBehaviour): ContractCallee {
      const user = `callee-${callees.size + 1}`;
      let session: IncomingInvite | undefined;
      let over = false;
      callees.set(user, (incoming) => {
        session = incoming;
        incoming.onEvent((event) => {
          over ||= event.type === 'ended';
        });
        answerAs(behaviour, incoming);
      });
      return {
        to: `sip:${user}@${callerAddress}`,
        get called() {
          return session !== undefined;
        },
        get shown() {
          return session && callerIdentity(session.invite, ['P-Asserted-Identity']);
        },
        get over() {
          return over;
        },
        press(digits) {
          for (const digit of digits)
            session?.sendInfo('application/dtmf-relay', `Signal=${digit}\r\nDuration=160\r\n`);
        },
        hangUp() {
          session?.hangUp();
        },
      };
    },
  };
}

function answerAs(behaviour: ContractBehaviour, incoming: IncomingInvite): void {
  if (behaviour === 'busy') incoming.refuse(486);
  else if (behaviour === 'declines') incoming.refuse(603);
  else if (behaviour === 'redirects')
    incoming.refuse(302, {
      headers: [{ name: 'Contact', value: `<sip:elsewhere@${callerAddress}>` }],
    });
  else incoming.ring(183);
  if (behaviour === 'answers') incoming.answer(sdpOf('8'));
  if (behaviour === 'unfit') incoming.answer(sdpOf('18'));
}

async function createHarness(): Promise<SipEngineHarness> {
  const network = createSipNetwork();
  const common = {
    clock: network.clock,
    random: network.random,
    log: strictLog,
    openTransport: network.openTransport,
  };
  let legs = 0;
  const engine = createEmbeddedEngine({
    ...common,
    listen: [{ transport: 'udp', address: engineAddress, port: 5060 }],
    // What the core does wrong is not an error of the engine's.
    log: {
      ...strictLog,
      error: () => undefined,
      child: () => ({ ...strictLog, error: () => undefined }),
    },
    media: mediaOn(network.clock),
    codecs: ['PCMA', 'PCMU'],
    newLegId: () => asLegId(`leg-${++legs}`),
  });
  const callees = createCallees();
  const wire = createPhoneWire(network.openTransport);
  const phones = createSipUserAgent({
    ...common,
    openTransport: wire.openTransport,
    listen: [{ transport: 'udp', address: callerAddress, port: 5060 }],
    onInvite: (incoming) => {
      callees.onInvite(incoming);
    },
  });
  await phones.start();

  const place = ({ user, from, offer, loseAck }: ContractCallOptions): ContractCaller => {
    const session = phones.invite(`sip:${user}@${engineAddress}`, {
      from: `<sip:${from}@${callerAddress}>`,
      ...(offer === 'late' ? {} : { sdp: sdpOf(offer === 'PCMA' ? '8' : '18') }),
    });
    if (loseAck) wire.loseAck(session.sipCallId);
    return callerOf(session, wire);
  };
  return {
    engine,
    place,
    receive: (behaviour) => callees.receive(behaviour),
    async until(done, withinMs) {
      const stepMs = 10;
      for (let waitedMs = 0; waitedMs < withinMs && !done(); waitedMs += stepMs) {
        network.run(stepMs);
        for (let turn = 0; turn < 20; turn++) await Promise.resolve();
      }
    },
    close: () => phones.close(),
  };
}

sipEngineContract('the embedded engine', createHarness, {
  losesAck: true,
  joinsRooms: true,
  dials: true,
});
