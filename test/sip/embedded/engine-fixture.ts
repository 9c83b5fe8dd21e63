/** The embedded engine on the simulated network, with one raw peer that calls it. */
import { asLegId } from '../../../src/call/identifiers.ts';
import type { CallLeg, LegEvent, SipEngine } from '../../../src/call/ports/sip-engine.ts';
import {
  createEmbeddedEngine,
  type EmbeddedEngineOptions,
} from '../../../src/sip/embedded/embedded-engine.ts';
import { header, toOf } from '../../../src/sip/message/message-headers.ts';
import type { SipMessage, SipRequest } from '../../../src/sip/message/sip-message.ts';
import { createFakeMediaBridge, type FakeMediaBridge } from '../../support/fake-media-bridge.ts';
import { createRawSipPeer, sdpText, type RawSipPeer } from '../../support/raw-sip-peer.ts';
import {
  createSipNetwork,
  strictLog,
  type NetworkConditions,
  type SipNetwork,
} from '../../support/sip-network.ts';

export interface EngineFixture {
  readonly network: SipNetwork;
  readonly engine: SipEngine;
  readonly media: FakeMediaBridge;
  readonly peer: RawSipPeer;
  readonly legs: readonly CallLeg[];
  readonly events: readonly LegEvent[];
  /** Lets time pass and promises settle. */
  readonly run: (ms: number) => Promise<void>;
  /** INVITE, answer, ACK: the tag of the engine's side. What was received so far is taken. */
  readonly establish: (parts?: { readonly headers?: readonly string[] }) => Promise<string>;
  readonly types: () => readonly string[];
}

export const tagOf = (messages: readonly SipMessage[]): string =>
  messages.map((message) => toOf(message)?.tag).findLast((tag) => tag !== undefined) ?? '';

export const requestIn = (messages: readonly SipMessage[], method: string): SipRequest => {
  const found = messages.find((message) => message.kind === 'request' && message.method === method);
  if (found?.kind !== 'request') throw new Error(`no ${method} came`);
  return found;
};

export const headerIn = (messages: readonly SipMessage[], name: string): string | undefined =>
  messages.map((message) => header(message, name)).findLast((value) => value !== undefined);

export const createEngineFixture = async (
  conditions?: NetworkConditions,
  options: Partial<EmbeddedEngineOptions> = {},
): Promise<EngineFixture> => {
  const network = createSipNetwork(conditions);
  const media = createFakeMediaBridge();
  const legs: CallLeg[] = [];
  const events: LegEvent[] = [];
  const engine = createEmbeddedEngine({
    listen: [{ transport: 'udp', address: '10.0.0.1', port: 5060 }],
    clock: network.clock,
    random: network.random,
    log: strictLog,
    openTransport: network.openTransport,
    media,
    codecs: ['PCMA', 'PCMU'],
    newLegId: () => asLegId(`leg-${legs.length + 1}`),
    userAgentName: 'ringbro',
    ...options,
  });
  await engine.start((leg) => {
    legs.push(leg);
    leg.onEvent((event) => events.push(event));
  });
  const peer = await createRawSipPeer(network, '10.0.0.2', '10.0.0.1');
  const run = async (ms: number): Promise<void> => {
    for (let passed = 0; passed <= ms; passed += Math.max(1, Math.ceil(ms / 50))) {
      network.run(Math.max(1, Math.ceil(ms / 50)));
      for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    }
  };
  return {
    network,
    engine,
    media,
    peer,
    legs,
    events,
    run,
    establish: async ({ headers = [] } = {}) => {
      peer.request('INVITE', { body: sdpText(), headers, branch: 'z9hG4bKfirst' });
      await run(20);
      void legs.at(-1)?.answer();
      await run(20);
      const toTag = tagOf(peer.take());
      peer.request('ACK', { toTag });
      await run(20);
      return toTag;
    },
    types: () => events.map(({ type }) => type),
  };
};
