/**
 * Offer and answer between a caller and FreeSWITCH, with us in the middle: what is taken is decided
 * here, by the rules of the embedded engine. FreeSWITCH is asked about one line of sound with one
 * codec and SRTP or not; of what it says only address, ports and keys go on to the caller.
 */
import type { MediaDirection, MediaSession } from '../../call/ports/media.ts';
import { answerOffer } from '../message/sdp-answer.ts';
import { readCryptoLines, writeCryptoLine, type LocalSrtp } from '../message/sdp-crypto.ts';
import { parseSdp } from '../message/sdp-document.ts';
import { applyAnswer, createOffer } from '../message/sdp-offer.ts';
import { writtenFormats, type AudioCodec, type LocalMedia } from '../message/sdp-session.ts';
import { writeSdp } from '../message/sdp-writing.ts';

export interface CallerNegotiationDeps {
  readonly codecs: readonly AudioCodec[];
  /** Our order of them decides, not the caller's. */
  readonly keepsOwnOrder: boolean;
  readonly sessionId: string;
  readonly srtp: LocalSrtp;
  /** What FreeSWITCH's address is called towards the caller [what it says itself]. */
  readonly callerSideAddress?: string | undefined;
}

/** FreeSWITCH's `rtp_secure_media` for the channel. */
export type ChannelSrtp = 'mandatory' | 'forbidden';

export interface CallerNegotiation {
  /** The caller's offer as FreeSWITCH gets it, or the status that refuses it. */
  ask(
    offer: string,
  ):
    | { readonly ok: true; readonly sdp: string; readonly srtp: ChannelSrtp }
    | { readonly ok: false; readonly sipStatus: 400 | 488 };
  /** The caller's answer out of FreeSWITCH's; undefined where it does not fit the offer. */
  answer(offer: string, fromFreeSwitch: string): string | undefined;
  /** The offer to the caller out of FreeSWITCH's, in the clear; undefined where that may not be. */
  offer(fromFreeSwitch: string): string | undefined;
  /** The caller's answer to it as FreeSWITCH gets it; undefined where the call can't go on with it. */
  settle(answer: string): string | undefined;
  /** What is settled, offered again. */
  offerAgain(): string | undefined;
  /** What was settled last, seen from our side; its keys are FreeSWITCH's. */
  readonly session: MediaSession | undefined;
}

/** FreeSWITCH's side of the sound. */
interface Place {
  readonly address: string;
  readonly rtpPort: number;
  readonly rtcpPort: number;
  readonly crypto: readonly string[];
}
/** Until FreeSWITCH has said where. */
const nowhere: Place = { address: '127.0.0.1', rtpPort: 9, rtcpPort: 9, crypto: [] };

/** It offers its sound twice, with SRTP first, and takes it at one port. */
const placeOf = (sdp: string): Place | undefined => {
  const audio = parseSdp(sdp)?.media.filter(({ type, port }) => type === 'audio' && port > 0);
  const [first] = audio ?? [];
  if (first?.address === undefined) return undefined;
  const { address, port: rtpPort, rtcpPort = rtpPort + 1, crypto } = first;
  return { address, rtpPort, rtcpPort, crypto };
};

const mirrored: Readonly<Record<MediaDirection, MediaDirection>> = {
  sendrecv: 'sendrecv',
  sendonly: 'recvonly',
  recvonly: 'sendonly',
  inactive: 'inactive',
};

export const createCallerNegotiation = (deps: CallerNegotiationDeps): CallerNegotiation => {
  const { sessionId, srtp } = deps;
  let sessionVersion = 1;
  let previous: LocalMedia['previous'];
  let openOffer: string | undefined;
  let asked = 0;

  /** A call that began in the clear stays so: its channel has been made without SRTP. */
  const policy = (): LocalSrtp =>
    previous !== undefined && previous.session.crypto === undefined
      ? { ...srtp, policy: 'off' }
      : srtp;
  const localAt = ({ address, rtpPort, rtcpPort }: Place): LocalMedia => ({
    ...{ rtpPort, rtcpPort, sessionId, sessionVersion },
    address: deps.callerSideAddress ?? address,
    codecs: deps.codecs,
    keepsOwnOrder: deps.keepsOwnOrder,
    srtp: policy(),
    ...(previous && { previous }),
  });

  /** The caller's side, to FreeSWITCH. */
  const describeCaller = (session: MediaSession, tag: string | undefined): string => {
    const { crypto, direction } = session;
    const { formats, ...written } = writtenFormats([session]);
    asked += 1;
    return writeSdp({
      address: session.remoteAddress,
      sessionId,
      sessionVersion: asked,
      media: [
        {
          type: 'audio',
          port: session.remotePort,
          protocol: crypto === undefined ? 'RTP/AVP' : 'RTP/SAVP',
          formats,
          mid: undefined,
          stream: {
            ...written,
            packetMs: 20,
            direction: mirrored[direction],
            rtcpPort: session.remoteRtcpPort,
            rtcpMux: session.rtcpMux,
            ...(crypto &&
              tag !== undefined && {
                crypto: [writeCryptoLine({ tag, suite: crypto.suite, key: crypto.remote })],
              }),
          },
        },
      ],
    });
  };

  const settled = (sdp: string, session: MediaSession): void => {
    previous = { sdp, session };
    openOffer = undefined;
  };

  return {
    ask: (offer) => {
      const trial = answerOffer(offer, localAt(nowhere));
      if (!trial.ok) return { ok: false, sipStatus: trial.sipStatus };
      const { session } = trial;
      const sdp = describeCaller(session, cryptoLineIn(trial.answer)?.tag);
      return { ok: true, sdp, srtp: session.crypto === undefined ? 'forbidden' : 'mandatory' };
    },
    answer: (offer, fromFreeSwitch) => {
      const place = placeOf(fromFreeSwitch);
      const ours = place && answerOffer(offer, localAt(place));
      if (place === undefined || ours?.ok !== true) return undefined;
      const { session } = ours;
      if (session.crypto === undefined) {
        settled(ours.answer, session);
        sessionVersion = ours.sessionVersion;
        return ours.answer;
      }
      const line = cryptoLineIn(ours.answer);
      const theirs = readCryptoLines(place.crypto).find(
        ({ tag, suite }) => tag === line?.tag && suite === line.suite,
      );
      if (line === undefined || theirs === undefined) return undefined;
      const sdp = ours.answer.replace(writeCryptoLine(line), writeCryptoLine(theirs));
      settled(sdp, { ...session, crypto: { ...session.crypto, local: theirs.key } });
      sessionVersion = ours.sessionVersion;
      return sdp;
    },
    offer: (fromFreeSwitch) => {
      const place = placeOf(fromFreeSwitch);
      if (place === undefined || srtp.policy === 'require') return undefined;
      openOffer = createOffer({ ...localAt(place), srtp: { ...srtp, policy: 'off' } }).offer;
      return openOffer;
    },
    settle: (answer) => {
      const applied = openOffer && applyAnswer(openOffer, answer);
      if (openOffer === undefined || !applied || !applied.ok) return undefined;
      const sdp = describeCaller(applied.session, undefined);
      settled(openOffer, applied.session);
      return sdp;
    },
    offerAgain: () => {
      const place = previous && placeOf(previous.sdp);
      return place && createOffer(localAt(place)).offer;
    },
    get session() {
      return previous?.session;
    },
  };
};

const cryptoLineIn = (sdp: string) =>
  readCryptoLines(parseSdp(sdp)?.media.find(({ port }) => port > 0)?.crypto ?? [])[0];
