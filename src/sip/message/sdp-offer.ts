/** Our offers, and what the answers to them settle. RFC 3264 §5, §7 */
import { parseSdp, writeSdp } from './sdp-document.ts';
import {
  chooseFormats,
  describeAnew,
  directionToUs,
  isPlainAudio,
  isReachable,
  sessionWith,
  withoutReceiving,
  writtenFormats,
} from './sdp-session.ts';
import type { MediaDirection, MediaSession } from '../../call/ports.ts';
import type { SdpMedia, WrittenMedia } from './sdp-document.ts';
import type { AudioCodec, ChosenFormats, LocalMedia } from './sdp-session.ts';

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
  return {
    type: 'audio',
    port: local.rtpPort,
    protocol: before?.protocol ?? 'RTP/AVP',
    formats,
    mid: before?.mid,
    audio: {
      mappings,
      telephoneEventPayloadType: chosen[0]?.telephoneEventPayloadType,
      direction,
      rtcpPort: local.rtcpPort,
      rtcpMux: settled?.rtcpMux ?? false,
    },
  };
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
        | 'sdp/unusable-address';
    };

/** The session that `answerBody` makes of our `offer`. An answer that does not fit it is refused. */
export const applyAnswer = (offer: string, answerBody: string): AppliedAnswer => {
  const offered = parseSdp(offer)?.media ?? [];
  const answered = parseSdp(answerBody)?.media;
  if (!answered) return { ok: false, code: 'sdp/malformed' };
  const at = offered.findIndex((media) => isPlainAudio(media) && media.port > 0);
  const [ours, media] = [offered[at], answered[at]];
  // RFC 3264 §6: as many m-lines as were offered, in their order.
  if (!ours || answered.length !== offered.length || media?.type !== ours.type) {
    return { ok: false, code: 'sdp/answer-mismatch' };
  }
  if (media.port === 0) return { ok: false, code: 'sdp/refused' };
  if (!isReachable(media)) return { ok: false, code: 'sdp/unusable-address' };
  // Some answer our payload types without repeating what they mean.
  const mappings = new Map([...ours.mappings, ...media.mappings]);
  const formats = chooseFormats({ ...media, mappings }, codecsOf(ours));
  if (!isPlainAudio(media) || !formats) return { ok: false, code: 'sdp/no-common-codec' };
  const sending = directionToUs(media);
  const direction = ours.direction === 'sendonly' ? withoutReceiving[sending] : sending;
  const rtcpMux = ours.rtcpMux && media.rtcpMux;
  return { ok: true, session: sessionWith(media, formats, direction, rtcpMux) };
};

const codecsOf = (media: SdpMedia): readonly AudioCodec[] =>
  [...media.mappings.values()].flatMap(({ codec }) =>
    codec === 'PCMU' || codec === 'PCMA' ? [codec] : [],
  );
