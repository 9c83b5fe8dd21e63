import { describe, expect, it } from 'vitest';
import { answerOffer } from '../../../src/sip/message/sdp-answer.ts';
import type { AudioCodec } from '../../../src/sip/message/sdp-audio-codecs.ts';
import { applyAnswer, createOffer } from '../../../src/sip/message/sdp-offer.ts';
import type { LocalMedia } from '../../../src/sip/message/sdp-session.ts';

const local = (codecs: readonly AudioCodec[], changes: Partial<LocalMedia> = {}): LocalMedia => ({
  address: '192.0.2.1',
  rtpPort: 4000,
  rtcpPort: 4001,
  codecs,
  sessionId: '1',
  sessionVersion: 1,
  ...changes,
});
const all: readonly AudioCodec[] = ['opus', 'G722', 'PCMA', 'PCMU'];
const offerOf = (formats: string, ...lines: readonly string[]): string =>
  [
    'v=0',
    'o=- 1 1 IN IP4 192.0.2.9',
    's=-',
    'c=IN IP4 192.0.2.9',
    't=0 0',
    `m=audio 6000 RTP/AVP ${formats}`,
    ...lines,
    '',
  ].join('\r\n');
const opus = 'a=rtpmap:96 opus/48000/2';
const keysAt = (payloadType: number, hz: number) => `a=rtpmap:${payloadType} telephone-event/${hz}`;
const answered = (offer: string, codecs = all, changes: Partial<LocalMedia> = {}) => {
  const result = answerOffer(offer, local(codecs, changes));
  if (!result.ok) throw new Error(result.code);
  return result;
};

describe('an answer about sound', () => {
  it.each<[string, readonly AudioCodec[], string]>([
    ['0 8 9 96', all, 'opus'],
    ['0 8 9', all, 'G722'],
    // G.722 has a payload type of its own: no rtpmap is needed.
    ['9', ['G722'], 'G722'],
    ['0 8 9', ['PCMA', 'G722', 'PCMU'], 'PCMU'],
    ['0 8', all, 'PCMU'],
    ['8 0 9', ['PCMU', 'PCMA'], 'PCMA'],
  ])('to %s has the best of %o that is common: %s', (formats, codecs, chosen) => {
    expect(answered(offerOf(formats, opus), codecs).session.codec).toBe(chosen);
  });

  it('keeps to our order where that is asked for, also between the laws of G.711', () => {
    const offer = offerOf('0 8 9');
    const { session } = answered(offer, ['PCMA', 'PCMU', 'G722'], { keepsOwnOrder: true });
    expect(session.codec).toBe('PCMA');
  });

  it('in Opus names its two channels, asks for FEC and takes keys at its clock', () => {
    const { answer, session } = answered(
      offerOf('96 101 102', opus, keysAt(101, 8000), keysAt(102, 48_000)),
    );
    expect(answer).toContain('m=audio 4000 RTP/AVP 96 102\r\n');
    expect(answer).toContain('a=rtpmap:96 opus/48000/2\r\n');
    expect(answer).toContain('a=rtpmap:102 telephone-event/48000\r\n');
    expect(answer).toContain('a=fmtp:96 minptime=10;useinbandfec=1\r\n');
    expect(session).toMatchObject({
      codec: 'opus',
      payloadType: 96,
      telephoneEventPayloadType: 102,
    });
  });

  it('takes keys at 8000 Hz beside Opus where there are no others, and says so again', () => {
    const first = answered(offerOf('96 101', opus, keysAt(101, 8000)));
    expect(first.answer).toContain('a=rtpmap:101 telephone-event/8000\r\n');
    expect(first.session.telephoneEventPayloadType).toBe(101);
    const again = createOffer(
      local(all, { previous: { sdp: first.answer, session: first.session } }),
    );
    expect(again.offer).toContain('a=rtpmap:101 telephone-event/8000\r\n');
  });

  it('takes no keys and no codec whose clock is another', () => {
    const { session } = answered(offerOf('9 101', keysAt(101, 48_000)));
    expect(session.telephoneEventPayloadType).toBeUndefined();
    expect(answerOffer(offerOf('96', 'a=rtpmap:96 opus/16000/2'), local(all)).ok).toBe(false);
    expect(answerOffer(offerOf('9', 'a=rtpmap:9 G722/16000'), local(all)).ok).toBe(false);
  });

  it('keeps what is in use when a later offer has better', () => {
    const first = answered(offerOf('8'));
    const later = answered(offerOf('8 9 96', opus), all, {
      previous: { sdp: first.answer, session: first.session },
    });
    expect(later.session.codec).toBe('PCMA');
  });
});

describe('an offer of sound', () => {
  it('has our codecs in their order, each with its clock, and keys at both', () => {
    const { offer } = createOffer(local(all));
    expect(offer).toContain('m=audio 4000 RTP/AVP 109 9 8 0 102 101\r\n');
    expect(offer).toContain('a=rtpmap:109 opus/48000/2\r\n');
    expect(offer).toContain('a=rtpmap:9 G722/8000\r\n');
    expect(offer).toContain('a=rtpmap:102 telephone-event/48000\r\n');
    expect(offer).toContain('a=rtpmap:101 telephone-event/8000\r\n');
  });

  it('is settled by what the answer takes of it', () => {
    const { offer } = createOffer(local(all));
    const taken = applyAnswer(offer, answered(offer, ['G722']).answer);
    expect(taken).toMatchObject({
      ok: true,
      session: { codec: 'G722', payloadType: 9, telephoneEventPayloadType: 101 },
    });
    expect(applyAnswer(offer, answered(offer).answer)).toMatchObject({
      session: { codec: 'opus', payloadType: 109, telephoneEventPayloadType: 102 },
    });
  });
});
