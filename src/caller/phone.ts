import { randomBytes } from 'node:crypto';
import { createDtlsIdentity } from '../bridge/rtp/dtls-engine.ts';
import type { DtlsIdentity } from '../bridge/rtp/dtls-identity.ts';
import type { MediaSession, SrtpSuite } from '../call/ports/media.ts';
import type { Clock, Logger } from '../call/ports/process.ts';
import { dtmfTones } from '../bridge/audio/dtmf-tone.ts';
import type { G711Law } from '../bridge/audio/g711.ts';
import type { SessionEndCause } from '../sip/dialog/session.ts';
import type { ClientInvite } from '../sip/embedded/sip-session-handle.ts';
import type { TlsCredentials } from '../sip/embedded/tls-credentials.ts';
import { createSipUserAgent } from '../sip/embedded/user-agent.ts';
import { applyAnswer, createOffer } from '../sip/message/sdp-offer.ts';
import { heardRateHz } from './heard.ts';
import { withSuites } from './offered-suites.ts';
import { openRtpEndpoint, type RtpEndpoint } from './rtp-endpoint.ts';

/**
 * A telephone: one SIP user agent and one RTP endpoint, for one call out. The terminal caller and
 * the end-to-end tests are built on it.
 */
export interface PhoneOptions {
  /** Our own address, numeric: where the far end sends SIP and sound. */
  readonly localAddress: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly transport?: 'udp' | 'tcp' | 'tls';
  /** PEM of who may sign the far end's certificate, beside the public authorities. */
  readonly authority?: string | undefined;
  /** SRTP and nothing else, with keys in the SDP or by DTLS; undefined: in the clear. */
  readonly srtp?: 'sdes' | 'dtls' | undefined;
  /** Of SDES; by default all. */
  readonly suites?: readonly SrtpSuite[] | undefined;
  readonly law?: G711Law;
  /** How keys are sent [telephone-event]; `tone` and `info` offer no telephone-event. */
  readonly keys?: 'telephone-event' | 'tone' | 'info';
  /** How long keys are held and let go, but not by `info` [120 and 100]. */
  readonly keyTiming?: { readonly keyMs: number; readonly pauseMs: number } | undefined;
  /** User part of From: our number. */
  readonly number?: string;
  /** Further headers of the INVITE, such as P-Asserted-Identity. */
  readonly headers?: readonly { readonly name: string; readonly value: string }[];
}

export type Answer =
  | { readonly answered: true; readonly afterMs: number }
  | { readonly answered: false; readonly cause: SessionEndCause };

export interface PhoneCall {
  readonly sound: RtpEndpoint;
  readonly session: ClientInvite;
  /** Resolves with the 200 (after its ACK) or the end of the call. */
  readonly answer: Promise<Answer>;
  readonly ended: Promise<SessionEndCause>;
  /** Presses the keys in the phone's own way; resolves when the last is let go. */
  press(keys: string): Promise<void>;
  /** Hold and resume by re-INVITE. Resolves with the direction of the answer, seen from us. */
  setHold(hold: boolean): Promise<MediaSession['direction'] | undefined>;
  hangUp(): void;
  /** Hangs up and frees all sockets. Idempotent. */
  close(): Promise<void>;
}

/** The telephone-event lines of an offer, for phones that have no such keys. */
const withoutTelephoneEvent = (sdp: string): string => {
  const payloadType = /a=rtpmap:(\d+) telephone-event/.exec(sdp)?.[1];
  if (payloadType === undefined) return sdp;
  return sdp
    .replace(new RegExp(`^a=(?:rtpmap|fmtp):${payloadType} .*\\r\\n`, 'gm'), '')
    .replace(new RegExp(`^(m=audio .*?) ${payloadType}\\b`, 'm'), '$1');
};

/** A phone without a certificate of its own has one that nobody asks about. */
const phoneCredentials = (
  { certificatePem, privateKeyPem }: DtlsIdentity,
  authority: string | undefined,
): TlsCredentials => ({
  material: { certificate: certificatePem, key: privateKeyPem, serverAuthority: authority },
  onChange: () => undefined,
  close: () => undefined,
});

const keyTone = (key: string, ms: number): Int16Array =>
  dtmfTones(key, heardRateHz, { toneMs: ms, pauseMs: 0 });

/** sips: means TLS by itself. RFC 3261 §19.1.1 */
const uriOver = (target: string, transport: PhoneOptions['transport'] = 'udp'): string =>
  transport === 'udp' || /^sips:|;transport=/i.test(target)
    ? target
    : `${target};transport=${transport}`;

/** Calls `target`, a SIP URI. Rejects where no socket can be opened or the URI is none. */
export const dial = async (target: string, options: PhoneOptions): Promise<PhoneCall> => {
  const { localAddress, clock, log, keys = 'telephone-event', law = 'PCMA' } = options;
  const isSecured = options.srtp !== undefined || options.transport === 'tls';
  const identity = isSecured ? await createDtlsIdentity() : undefined;
  const sound = await openRtpEndpoint({
    address: localAddress,
    dtlsIdentity: identity,
    toneOf: keyTone,
    random32: () => randomBytes(4).readUInt32BE(),
  });
  const agent = createSipUserAgent({
    listen: [
      { transport: 'udp', address: localAddress, port: 0 },
      { transport: 'tcp', address: localAddress, port: 0 },
      ...(options.transport === 'tls'
        ? [{ transport: 'tls' as const, address: localAddress, port: 0 }]
        : []),
    ],
    tls: identity && phoneCredentials(identity, options.authority),
    clock,
    log,
    userAgentName: 'ringbro-phone',
  });
  await agent.start();

  let sessionVersion = 0;
  const offerOf = (hold: boolean): string => {
    sessionVersion += 1;
    const { offer } = createOffer({
      address: localAddress,
      rtpPort: sound.port,
      rtcpPort: sound.port + 1,
      codecs: [law],
      sessionId: '1',
      sessionVersion,
      hold,
      srtp: options.srtp && {
        policy: 'require',
        random: randomBytes,
        fingerprint: identity?.fingerprint,
        offersDtlsAlone: options.srtp === 'dtls',
      },
    });
    const ours = options.suites === undefined ? offer : withSuites(offer, options.suites);
    return keys === 'telephone-event' ? ours : withoutTelephoneEvent(ours);
  };

  const startedAtMs = performance.now();
  let offer = offerOf(false);
  const host = localAddress.includes(':') ? `[${localAddress}]` : localAddress;
  const uri = uriOver(target, options.transport);
  const session = agent.invite(uri, {
    sdp: offer,
    ...(options.number === undefined ? {} : { from: `<sip:${options.number}@${host}>` }),
    ...(options.headers && { headers: options.headers }),
  });

  const answered = Promise.withResolvers<Answer>();
  const over = Promise.withResolvers<SessionEndCause>();
  let reoffered: PromiseWithResolvers<MediaSession['direction'] | undefined> | undefined;

  const settle = (sdp: string | undefined): MediaSession | undefined => {
    const applied =
      sdp === undefined
        ? undefined
        : applyAnswer(offer, sdp, { needsCrypto: options.srtp !== undefined });
    if (applied?.ok !== true) return undefined;
    const { remoteAddress, remotePort, payloadType, telephoneEventPayloadType } = applied.session;
    sound.connect({
      address: remoteAddress,
      port: remotePort,
      law,
      payloadType,
      telephoneEventPayloadType: keys === 'telephone-event' ? telephoneEventPayloadType : undefined,
      secured: options.srtp && applied.session,
    });
    return applied.session;
  };

  let answeredAfterMs = 0;
  session.onEvent((event) => {
    switch (event.type) {
      case 'answered':
        answeredAfterMs = performance.now() - startedAtMs;
        if (settle(event.sdp) === undefined) session.hangUp();
        return;
      case 'confirmed':
        sound.recorder.start();
        answered.resolve({ answered: true, afterMs: answeredAfterMs });
        return;
      case 'answer':
        reoffered?.resolve(settle(event.sdp)?.direction);
        return;
      case 'offer-refused':
        reoffered?.resolve(undefined);
        return;
      case 'offer':
        // We hold our ground: what we offered last is what we answer.
        session.acceptOffer(offer);
        return;
      case 'ended':
        answered.resolve({ answered: false, cause: event.cause });
        reoffered?.resolve(undefined);
        over.resolve(event.cause);
        return;
      case 'provisional':
      case 'described-anew':
      case 'digit':
      case 'picture-fast-update':
        return;
    }
  });

  const wait = (ms: number) =>
    new Promise<void>((waited) => {
      clock.at(clock.now() + ms, waited);
    });

  const pressByInfo = async (digits: string) => {
    for (const digit of digits) {
      session.sendInfo('application/dtmf-relay', `Signal=${digit}\r\nDuration=160\r\n`);
      await wait(200);
    }
  };

  let closed: Promise<void> | undefined;
  const close = async () => {
    session.hangUp();
    // Until the BYE is answered, or half a second: a far end that is gone must not keep us.
    for (let i = 0; i < 25 && agent.gauges().transactions > 0; i += 1) await wait(20);
    await Promise.all([agent.close(), sound.close()]);
  };
  return {
    sound,
    session,
    answer: answered.promise,
    ended: over.promise,
    press: (digits) =>
      keys === 'info' ? pressByInfo(digits) : sound.press(digits, options.keyTiming),
    setHold(hold) {
      offer = offerOf(hold);
      reoffered = Promise.withResolvers();
      session.offer(offer);
      return reoffered.promise;
    },
    hangUp() {
      session.hangUp();
    },
    close: () => (closed ??= close()),
  };
};
