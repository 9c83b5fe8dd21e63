/** Offers of ours with keys: calls of ours, and callers who leave the offer to us. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asLegId } from '../../../src/call/identifiers.ts';
import type { MediaBridge } from '../../../src/call/ports/media.ts';
import type { CallLeg, DialOutcome, LegEvent } from '../../../src/call/ports/sip-engine.ts';
import { steadyToneLevelDbfs } from '../../../src/caller/heard.ts';
import { openRtpEndpoint, type RtpEndpoint } from '../../../src/caller/rtp-endpoint.ts';
import { processClock } from '../../../src/process-clock.ts';
import type { DrachtioEngine } from '../../../src/sip/drachtio/drachtio-engine.ts';
import type { IncomingInvite } from '../../../src/sip/embedded/sip-session-handle.ts';
import { createSipUserAgent, type SipUserAgent } from '../../../src/sip/embedded/user-agent.ts';
import { answerOffer } from '../../../src/sip/message/sdp-answer.ts';
import type { SrtpPolicy } from '../../../src/sip/message/sdp-crypto.ts';
import { createTestAuthority, type TestAuthority } from '../../support/certificates.ts';
import { silentLog, until } from '../../support/media-calls.ts';
import {
  areProgramsNamed,
  createDrachtioServer,
  createFreeSwitchServer,
  serverSecret,
  whyNoPrograms,
  type TestSipServer,
} from '../../support/sip-servers.ts';
import { freePort } from '../../e2e/support/gateway-process.ts';
import { createLiveEngine, noLiveKit, openTestMedia } from './live-servers.ts';

const address = '127.0.0.1';

describe.skipIf(!areProgramsNamed)(`offers of ours over TLS${whyNoPrograms}`, () => {
  let authority: TestAuthority;
  let drachtio: TestSipServer;
  let freeSwitch: TestSipServer;
  let media: MediaBridge;
  let engine: DrachtioEngine;
  let phone: SipUserAgent;
  let sound: RtpEndpoint | undefined;
  let tlsPort: number;
  const arrived = Promise.withResolvers<CallLeg>();
  const offers: string[] = [];
  /** It knows nothing of keys in RTP/AVP (RFC 8643). */
  let isStrict = true;
  let calls = 0;

  /** The phone's answer to an offer, with a new port for its sound; undefined: it takes none of it. */
  const answerTo = async (offer: string, policy: SrtpPolicy): Promise<string | undefined> => {
    await sound?.close();
    sound = await openRtpEndpoint({
      address,
      toneOf: () => new Int16Array(0),
      random32: () => randomBytes(4).readUInt32BE(),
    });
    const answered = answerOffer(offer, {
      address,
      rtpPort: sound.port,
      rtcpPort: sound.port + 1,
      codecs: ['PCMA'],
      sessionId: '1',
      sessionVersion: 1,
      srtp: { policy, random: randomBytes },
    });
    if (!answered.ok) return undefined;
    const { session } = answered;
    sound.connect({
      address: session.remoteAddress,
      port: session.remotePort,
      law: 'PCMA',
      payloadType: session.payloadType,
      telephoneEventPayloadType: undefined,
      secured: session.crypto && session,
    });
    sound.recorder.start();
    return answered.answer;
  };
  const onInvite = async (incoming: IncomingInvite): Promise<void> => {
    const offer = incoming.sdp ?? '';
    offers.push(offer);
    const isTaken = !isStrict || offer.includes('RTP/SAVP');
    const answer = isTaken ? await answerTo(offer, isStrict ? 'require' : 'off') : undefined;
    if (answer === undefined) incoming.refuse(488);
    else incoming.answer(answer);
  };

  beforeAll(async () => {
    authority = createTestAuthority();
    const certificate = authority.issue(['IP:127.0.0.1']);
    tlsPort = await freePort();
    drachtio = await createDrachtioServer({
      tls: { port: tlsPort, certificate, chainFile: authority.authorityFile },
    });
    freeSwitch = await createFreeSwitchServer();
    await Promise.all([drachtio.start(), freeSwitch.start()]);
    media = await openTestMedia(noLiveKit);
    phone = createSipUserAgent({
      onInvite: (incoming) => void onInvite(incoming),
      listen: [{ transport: 'tls', address, port: 0 }],
      tls: {
        material: {
          certificate: readFileSync(certificate.certificateFile, 'utf8'),
          key: readFileSync(certificate.keyFile, 'utf8'),
          serverAuthority: readFileSync(authority.authorityFile, 'utf8'),
        },
        onChange: () => undefined,
        close: () => undefined,
      },
      clock: processClock,
      log: silentLog,
    });
    await phone.start();
    engine = createLiveEngine(media, {
      encryptsBeyond: true,
      drachtio: [{ style: 'inbound', host: address, port: drachtio.port }],
      drachtioSecret: serverSecret,
      freeSwitch: [{ host: address, port: freeSwitch.port }],
      freeSwitchSecret: serverSecret,
    });
    await engine.start(arrived.resolve);
  });
  afterAll(async () => {
    await engine.close();
    await phone.close();
    await sound?.close();
    await media.close();
    await Promise.all([drachtio.close(), freeSwitch.close()]);
    authority.remove();
  });

  const dialled = async (): Promise<DialOutcome | undefined> => {
    offers.length = 0;
    const port = phone.listening[0]?.port ?? 0;
    return engine.dial?.(
      {
        legId: asLegId(`encrypted-${(calls += 1)}`),
        trunk: undefined,
        to: `sip:callee@${address}:${port};transport=tls`,
        callerNumber: '+46480445511',
        ringLimitMs: 10_000,
      },
      new AbortController().signal,
    );
  };
  const protocols = (): readonly (string | undefined)[] =>
    offers.map((offer) => /m=audio \d+ (\S+)/.exec(offer)?.[1]);
  const expectHeard = async (leg: CallLeg, hz: number): Promise<void> => {
    const tone = { kind: 'tone', hz, ms: 5_000, levelDbm0: -10 } as const;
    leg.play({ utteranceId: 1, phrases: [], sounds: [tone] });
    const level = (): number =>
      steadyToneLevelDbfs((sound?.recorder.pcm() ?? new Int16Array()).slice(-3200), hz);
    await until(() => level() > -30, 4_000);
    expect(level()).toBeGreaterThan(-30);
    leg.hangUp();
  };

  it('to somebody who refuses keys beside plain sound are made once more with RTP/SAVP, and heard', async () => {
    isStrict = true;
    const outcome = await dialled();
    expect(protocols()).toEqual(['RTP/AVP', 'RTP/SAVP']);
    expect(offers[0]).toContain('a=crypto:');
    if (outcome?.outcome !== 'answered') throw new Error(`not answered: ${outcome?.how ?? ''}`);
    expect(outcome.media).toMatchObject({
      encrypted: true,
      security: { signalling: 'tls', media: 'srtp', keys: 'sdes', suite: sound?.suite() },
    });
    await expectHeard(outcome.leg, 700);
  });

  it('are made to a caller who leaves them to us, and heard', async () => {
    const call = phone.invite(`sip:+46480445511@${address}:${tlsPort};transport=tls`, {
      from: `<sip:+46701234567@${address}>`,
    });
    let offer = '';
    call.onEvent((event) => {
      if (event.type !== 'answered') return;
      offer = event.sdp ?? '';
      void answerTo(offer, 'allow').then((answer) => {
        call.acceptOffer(answer ?? '');
      });
    });
    const leg = await arrived.promise;
    const events: LegEvent[] = [];
    leg.onEvent((event) => events.push(event));
    expect(await leg.answer()).toMatchObject({ outcome: 'answered' });
    await until(() => events.some(({ type }) => type === 'srtp-settled'));
    expect(offer).toContain('a=crypto:');
    expect(events).toContainEqual({ type: 'srtp-settled', keys: 'sdes', suite: sound?.suite() });
    await expectHeard(leg, 900);
  });

  it('may be answered without keys: then the call is plain, and says so', async () => {
    isStrict = false;
    const outcome = await dialled();
    expect(protocols()).toEqual(['RTP/AVP']);
    if (outcome?.outcome !== 'answered') throw new Error(`not answered: ${outcome?.how ?? ''}`);
    expect(outcome.media).toMatchObject({ encrypted: false, security: { media: 'rtp' } });
    await expectHeard(outcome.leg, 1_200);
  });
});
