/** The direction of an answer, as RFC 3264 §6.1 has it, whatever FreeSWITCH wrote. */
import type { MediaDirection } from '../../call/ports/media.ts';
import { parseSdp } from '../message/sdp-document.ts';
import { directionToUs } from '../message/sdp-session.ts';

/** Ours in the answer to `offer`: the mirror of the caller's. */
export const directionOfAnswer = (offer: string): MediaDirection => {
  const media = parseSdp(offer)?.media.find(({ type, port }) => type === 'audio' && port > 0);
  return media === undefined ? 'inactive' : directionToUs(media);
};

const anyDirection = /^a=(?:sendrecv|sendonly|recvonly|inactive)\r?\n/gm;

/** The description with this direction on its sound and no other. */
export const withDirection = (sdp: string, direction: MediaDirection): string => {
  const bare = sdp.replace(anyDirection, '');
  const [session = '', ...media] = bare.split(/^(?=m=)/m);
  const ended = (part: string): string => (part.endsWith('\n') ? part : `${part}\r\n`);
  return [
    session,
    ...media.map((part) =>
      part.startsWith('m=audio') ? `${ended(part)}a=${direction}\r\n` : part,
    ),
  ].join('');
};
