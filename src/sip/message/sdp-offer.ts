/** Our offers, and what the answers to them settle. RFC 3264 §5, §7 */
import {
  isSameKey,
  offerCrypto,
  readCryptoLines,
  settleCrypto,
  writeCryptoLine,
} from './sdp-crypto.ts';
import { settleDtls } from './sdp-dtls.ts';
import { parseSdp, writeSdp } from './sdp-document.ts';
import {
  chooseFormats,
  describeAnew,
  directionToUs,
  isDtlsAudio,
  isKeyedAudio,
  isPlainAudio,
  isReachable,
  sessionWith,
  withoutReceiving,
  writtenFormats,
} from './sdp-session.ts';
import type { MediaDirection, MediaSession } from '../../call/ports/media.ts';
import type { SdpMedia, WrittenMedia } from './sdp-document.ts';
import type { WrittenDtls } from './sdp-dtls.ts';
import type {
  AudioCodec,
  ChosenFormats,
  LocalMedia,
  MediaSecurity,
  ReachableMedia,
} from './sdp-session.ts';

export interface SdpOffer {
  readonly offer: string;
  /** Hand it back with the next exchange of this dialog. */
  readonly sessionVersion: number;
}

/**
 * One audio m-line with our codecs and telephone-event. Within a dialog (`previous`) what is
 * settled is offered again: same payload types, same number of m-lines. RFC 3264 §8
 */
export const createOffer = (local: LocalMedia): SdpOffer => {
  const direction: MediaDirection = local.hold ? 'sendonly' : 'sendrecv';
  const before = local.previous && parseSdp(local.previous.sdp);
  const bundle = before?.bundles[0];
  const audio = before?.media.find((media) => media.port > 0);
  const ours = offeredAudio(local, direction, audio);
  const { sdp, sessionVersion } = describeAnew(local, (version) =>
    writeSdp({
      address: local.address,
      sessionId: local.sessionId,
      sessionVersion: version,
      media: before?.media.map((media) => (media === audio ? ours : switchedOff(media))) ?? [ours],
      ...(bundle && { bundle }),
    }),
  );
  return { offer: sdp, sessionVersion };
};

const staticPayloadTypes: Readonly<Record<AudioCodec, number>> = { PCMU: 0, PCMA: 8 };

const offeredAudio = (
  local: LocalMedia,
  direction: MediaDirection,
  before: SdpMedia | undefined,
): WrittenMedia => {
  const settled = local.previous?.session;
  const chosen: readonly ChosenFormats[] = settled
    ? [settled]
    : local.codecs.map((codec) => ({
        codec,
        payloadType: staticPayloadTypes[codec],
        telephoneEventPayloadType: 101,
        comfortNoisePayloadType: undefined,
      }));
  const { formats, mappings } = writtenFormats(chosen);
  const crypto = offeredCrypto(local, before);
  const dtls = offeredDtls(local);
  return {
    type: 'audio',
    port: local.rtpPort,
    protocol: before?.protocol ?? protocolFor(local),
    formats,
    mid: before?.mid,
    audio: {
      mappings,
      telephoneEventPayloadType: chosen[0]?.telephoneEventPayloadType,
      direction,
      rtcpPort: local.rtcpPort,
      rtcpMux: settled?.rtcpMux ?? false,
      ...(crypto.length > 0 && { crypto }),
      ...(dtls && { dtls }),
    },
  };
};

const offersDtlsAlone = ({ srtp }: LocalMedia): boolean =>
  srtp?.offersDtlsAlone === true && srtp.fingerprint !== undefined;

const protocolFor = (local: LocalMedia): string => {
  if (offersDtlsAlone(local)) return 'UDP/TLS/RTP/SAVP';
  return local.srtp?.policy === 'require' ? 'RTP/SAVP' : 'RTP/AVP';
};

/**
 * Beside crypto lines where plain sound will do too (RFC 8643 §3.1), and on where it is in use.
 * Always as actpass: the answer keeps the roles or changes them. RFC 8842 §5.2
 */
const offeredDtls = (local: LocalMedia): WrittenDtls | undefined => {
  const { srtp, previous } = local;
  if (srtp?.fingerprint === undefined || srtp.policy === 'off') return undefined;
  const isWanted =
    previous === undefined
      ? srtp.policy === 'allow' || offersDtlsAlone(local)
      : previous.session.dtls !== undefined;
  return isWanted ? { fingerprint: srtp.fingerprint, setup: 'actpass' } : undefined;
};

/** In a new call all that we have, in the clear too (RFC 8643); later the key in use, under its tag. */
const offeredCrypto = (local: LocalMedia, before: SdpMedia | undefined) => {
  const { srtp, previous } = local;
  if (offersDtlsAlone(local)) return [];
  if (previous === undefined)
    return srtp === undefined ? [] : offerCrypto(srtp).map(writeCryptoLine);
  const inUse = previous.session.crypto;
  if (inUse === undefined) return [];
  const lines = readCryptoLines(before?.crypto ?? []);
  const tag = lines.find(({ key }) => isSameKey(key, inUse.local))?.tag ?? '1';
  return [writeCryptoLine({ tag, suite: inUse.suite, key: inUse.local })];
};

const switchedOff = ({ type, protocol, formats, mid }: SdpMedia): WrittenMedia => ({
  type,
  port: 0,
  protocol,
  formats,
  mid,
});

export type AppliedAnswer =
  | { readonly ok: true; readonly session: MediaSession }
  | {
      readonly ok: false;
      readonly code:
        | 'sdp/malformed'
        | 'sdp/answer-mismatch'
        | 'sdp/refused'
        | 'sdp/no-common-codec'
        | 'sdp/unusable-address'
        | 'sdp/crypto-mismatch';
    };

/**
 * The session that `answerBody` makes of our `offer`. An answer that does not fit it is refused, and
 * one in the clear where `needsCrypto`.
 */
export const applyAnswer = (
  offer: string,
  answerBody: string,
  { needsCrypto = false }: { readonly needsCrypto?: boolean } = {},
): AppliedAnswer => {
  const offered = parseSdp(offer)?.media ?? [];
  const answered = parseSdp(answerBody)?.media;
  if (!answered) return { ok: false, code: 'sdp/malformed' };
  const at = offered.findIndex((media) => isOurs(media) && media.port > 0);
  const [ours, media] = [offered[at], answered[at]];
  // RFC 3264 §6: as many m-lines as were offered, in their order.
  if (!ours || answered.length !== offered.length || media?.type !== ours.type) {
    return { ok: false, code: 'sdp/answer-mismatch' };
  }
  if (media.port === 0) return { ok: false, code: 'sdp/refused' };
  if (!isReachable(media)) return { ok: false, code: 'sdp/unusable-address' };
  // Some answer our payload types without repeating what they mean.
  const mappings = new Map([...ours.mappings, ...media.mappings]);
  const formats = chooseFormats({ ...media, mappings }, { codecs: codecsOf(ours) });
  const isOfOneKind = [isPlainAudio, isKeyedAudio, isDtlsAudio].some((is) => is(media) && is(ours));
  if (!isOfOneKind || !formats) {
    return { ok: false, code: 'sdp/no-common-codec' };
  }
  const security = settleSecurity(ours, media);
  const offeredNone = ours.crypto.length === 0 && ours.dtls.fingerprints.length === 0;
  const answeredNone = media.crypto.length === 0 && media.dtls.fingerprints.length === 0;
  const isClear = isPlainAudio(media) && (offeredNone || answeredNone) && !needsCrypto;
  if (security === undefined && !isClear) return { ok: false, code: 'sdp/crypto-mismatch' };
  const sending = directionToUs(media);
  const direction = ours.direction === 'sendonly' ? withoutReceiving[sending] : sending;
  const rtcpMux = ours.rtcpMux && media.rtcpMux;
  return { ok: true, session: sessionWith(media, formats, direction, rtcpMux, security ?? {}) };
};

const isOurs = (media: SdpMedia): boolean =>
  isPlainAudio(media) || isKeyedAudio(media) || isDtlsAudio(media);

const settleSecurity = (ours: SdpMedia, media: ReachableMedia): MediaSecurity | undefined => {
  const dtls = settleDtls(ours.dtls, media);
  if (dtls !== undefined) return { dtls };
  if (isDtlsAudio(media)) return undefined;
  const crypto = settleCrypto(ours.crypto, media.crypto);
  return crypto && { crypto };
};

const codecsOf = (media: SdpMedia): readonly AudioCodec[] =>
  [...media.mappings.values()].flatMap(({ codec }) =>
    codec === 'PCMU' || codec === 'PCMA' ? [codec] : [],
  );
