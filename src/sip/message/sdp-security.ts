/** How an m-line is protected, sound or pictures: in the clear, by keys in the SDP, or by a handshake. */
import type { MediaCrypto, MediaDtls } from '../../call/ports/media.ts';
import {
  isSameKey,
  offerCrypto,
  readCryptoLines,
  settleCrypto,
  takeCrypto,
  writeCryptoLine,
} from './sdp-crypto.ts';
import type { LocalSrtp } from './sdp-crypto.ts';
import type { SdpMedia } from './sdp-document.ts';
import { settleDtls, takeDtls } from './sdp-dtls.ts';
import type { WrittenStream } from './sdp-writing.ts';

/** Where the keys come from: not both, and with neither media goes in the clear. */
export type MediaSecurity =
  | { readonly crypto: MediaCrypto; readonly dtls?: never }
  | { readonly dtls: MediaDtls; readonly crypto?: never }
  | { readonly dtls?: never; readonly crypto?: never };

/** What was settled before of the same m-line. */
export interface SecurityInUse {
  readonly crypto?: MediaCrypto | undefined;
  readonly dtls?: MediaDtls | undefined;
}

/** For an offer or an answer. */
export type WrittenSecurity = Pick<WrittenStream, 'crypto' | 'dtls'>;

export interface Secured {
  readonly security: MediaSecurity;
  readonly written: WrittenSecurity;
}

/** In the clear, or as RFC 8643 has it: encrypted if both sides have a=crypto. */
export const isPlain = ({ protocol }: SdpMedia): boolean =>
  protocol === 'RTP/AVP' || protocol === 'RTP/AVPF';
/** SRTP whose keys are in the SDP, RFC 4568. */
const isKeyed = ({ protocol }: SdpMedia): boolean =>
  protocol === 'RTP/SAVP' || protocol === 'RTP/SAVPF';
/** SRTP whose keys a handshake of DTLS agrees on. RFC 5763 §8, RFC 5764 §8 */
const isDtls = ({ protocol }: SdpMedia): boolean =>
  protocol === 'UDP/TLS/RTP/SAVP' || protocol === 'UDP/TLS/RTP/SAVPF';

/** SRTP of any kind. */
export const isSecure = ({ protocol }: SdpMedia): boolean => /\/SAVPF?$/.test(protocol);

/** RTP as we speak it. */
export const isRtp = (media: SdpMedia): boolean =>
  isPlain(media) || isKeyed(media) || isDtls(media);

/** What an answer may not change. */
export const isOfOneKind = (one: SdpMedia, other: SdpMedia): boolean =>
  [isPlain, isKeyed, isDtls].some((is) => is(one) && is(other));

export const isEncrypted = ({ crypto, dtls }: SecurityInUse): boolean =>
  crypto !== undefined || dtls !== undefined;

/** What there is to answer to an offered m-line; undefined: it is not for us. */
export const takeSecurity = (
  media: SdpMedia,
  srtp: LocalSrtp | undefined,
  before: SecurityInUse | undefined,
  mustEncrypt: boolean,
): Secured | undefined => {
  const secured = takeKeys(media, srtp, before);
  if (secured !== undefined) return secured;
  return isPlain(media) && !mustEncrypt ? { security: {}, written: {} } : undefined;
};

/** Keys that never travel come before those in the SDP, where both are offered. */
const takeKeys = (
  media: SdpMedia,
  srtp: LocalSrtp | undefined,
  before: SecurityInUse | undefined,
): Secured | undefined => {
  const handshake = takeDtls(media, srtp, before?.dtls);
  if (handshake !== undefined) {
    return { security: { dtls: handshake.dtls }, written: { dtls: handshake.line } };
  }
  if (isDtls(media)) return undefined;
  const keys = takeCrypto(media.crypto, srtp, before?.crypto);
  return (
    keys && {
      security: { crypto: keys.crypto },
      written: { crypto: [writeCryptoLine(keys.line)] },
    }
  );
};

/** Whether the m-line is RTP that our settings know: SRTP only where they do. */
export const isOurRtp = (media: SdpMedia, srtp: LocalSrtp | undefined): boolean =>
  isPlain(media) || (isRtp(media) && srtp !== undefined && srtp.policy !== 'off');

// ---------------------------------------------------------------- our offers

const offersDtlsAlone = (srtp: LocalSrtp | undefined): boolean =>
  srtp?.offersDtlsAlone === true && srtp.fingerprint !== undefined;

/** Of an m-line in a new call. */
export const offeredProtocol = (srtp: LocalSrtp | undefined): string => {
  if (offersDtlsAlone(srtp)) return 'UDP/TLS/RTP/SAVP';
  return srtp?.policy === 'require' ? 'RTP/SAVP' : 'RTP/AVP';
};

/**
 * In a new call all that we have, in the clear too: keys (RFC 8643), and a fingerprint beside them
 * where plain media will do too (RFC 8643 §3.1).
 */
export const offerSecurity = (srtp: LocalSrtp | undefined): WrittenSecurity => {
  if (srtp === undefined || srtp.policy === 'off') return {};
  const isAlone = offersDtlsAlone(srtp);
  return {
    ...(!isAlone && { crypto: offerCrypto(srtp).map(writeCryptoLine) }),
    ...((isAlone || srtp.policy === 'allow') && dtlsOffer(srtp)),
  };
};

/** What is in use, once more: the key under its tag; `before` is the m-line that we wrote. */
export const offerSecurityAgain = (
  srtp: LocalSrtp | undefined,
  inUse: SecurityInUse,
  before: SdpMedia | undefined,
): WrittenSecurity => {
  const { crypto } = inUse;
  const lines = readCryptoLines(before?.crypto ?? []);
  const tag = lines.find(({ key }) => crypto && isSameKey(key, crypto.local))?.tag ?? '1';
  return {
    ...(crypto &&
      !offersDtlsAlone(srtp) && {
        crypto: [writeCryptoLine({ tag, suite: crypto.suite, key: crypto.local })],
      }),
    ...(inUse.dtls !== undefined && srtp?.policy !== 'off' && dtlsOffer(srtp)),
  };
};

/** For an m-line that comes beside one in use: as that one is protected, with keys of its own. */
export const offerSecurityBeside = (
  srtp: LocalSrtp | undefined,
  inUse: SecurityInUse,
): WrittenSecurity => {
  if (srtp === undefined || srtp.policy === 'off') return {};
  if (inUse.dtls !== undefined) return dtlsOffer(srtp);
  return inUse.crypto === undefined ? {} : { crypto: offerCrypto(srtp).map(writeCryptoLine) };
};

/** Always as actpass: the answer keeps the roles or changes them. RFC 8842 §5.2 */
const dtlsOffer = (srtp: LocalSrtp | undefined): WrittenSecurity =>
  srtp?.fingerprint === undefined
    ? {}
    : { dtls: { fingerprint: srtp.fingerprint, setup: 'actpass' } };

/** What `media` makes of our offer; undefined where the two do not fit. */
export const settleSecurity = (
  ours: SdpMedia,
  media: SdpMedia,
  needsCrypto: boolean,
): MediaSecurity | undefined => {
  const dtls = settleDtls(ours.dtls, media);
  if (dtls !== undefined) return { dtls };
  const crypto = isDtls(media) ? undefined : settleCrypto(ours.crypto, media.crypto);
  if (crypto !== undefined) return { crypto };
  const offeredNone = ours.crypto.length === 0 && ours.dtls.fingerprints.length === 0;
  const answeredNone = media.crypto.length === 0 && media.dtls.fingerprints.length === 0;
  return isPlain(media) && (offeredNone || answeredNone) && !needsCrypto ? {} : undefined;
};
