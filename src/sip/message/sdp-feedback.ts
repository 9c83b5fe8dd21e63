/** What each side tells the other about pictures by RTCP: a=rtcp-fb. RFC 4585 §4.2, RFC 5104 §7 */
import type { PictureFeedback } from '../../call/ports/media.ts';
import type { SdpMedia } from './sdp-document.ts';
import { attributes } from './sdp-sections.ts';

/** What we speak, by its words in SDP. */
const spoken: ReadonlyMap<string, keyof PictureFeedback> = new Map([
  ['nack', 'nack'],
  ['nack pli', 'pli'],
  ['ccm fir', 'fir'],
  ['ccm tmmbr', 'tmmbr'],
  ['goog-remb', 'remb'],
]);

export interface TakenFeedback {
  readonly feedback: PictureFeedback;
  /** Lines of the answer: what was offered of the payload type, or of all, and is spoken here. */
  readonly lines: readonly string[];
}

/** Whatever the protocol is called: many systems write a=rtcp-fb beside RTP/AVP and mean it. */
export const takeFeedback = (media: SdpMedia, payloadType: number): TakenFeedback => {
  const taken = new Map<keyof PictureFeedback, string>();
  for (const value of attributes(media.lines, 'rtcp-fb')) {
    const [about = '', ...words] = value.trim().split(/ +/);
    // `ccm tmmbr` may have parameters. RFC 5104 §7.1
    const kind = spoken.get(words.slice(0, 2).join(' ').toLowerCase());
    if (kind === undefined || taken.has(kind)) continue;
    if (about === '*' || about === String(payloadType)) {
      taken.set(kind, `${about} ${words.slice(0, 2).join(' ')}`);
    }
  }
  return {
    feedback: {
      nack: taken.has('nack'),
      pli: taken.has('pli'),
      fir: taken.has('fir'),
      tmmbr: taken.has('tmmbr'),
      remb: taken.has('remb'),
    },
    lines: [...taken.values()],
  };
};

/** Lines of our offers. */
export const offeredFeedback: readonly string[] = [...spoken.keys()].map((words) => `* ${words}`);
