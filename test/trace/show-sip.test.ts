import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { showSip } from '../../src/trace/show-sip.ts';

interface Secrets {
  readonly number: string;
  readonly callId: string;
  readonly pin: string;
  readonly word: string;
}

/** An INVITE with each secret wherever a message has room for one. */
const invite = ({ number, callId, pin, word }: Secrets) => ({
  kind: 'request' as const,
  method: 'INVITE',
  requestUri: `sip:${callId}*${pin}:${word}@gw.example:5060;user=phone;pin=${pin}?Subject=${pin}`,
  headers: [
    { name: 'Via', value: `SIP/2.0/UDP 192.0.2.7:5062;rport;branch=z9hG4bK${word}${pin}` },
    { name: 'Via', value: `SIP/2.0/TLS ${callId}.example;received=${pin}` },
    { name: 'From', value: `"${word} ${number}" <sip:${number}@carrier.example>;tag=${pin}` },
    { name: 'To', value: `${word} <tel:${callId};phone-context=${number}>` },
    {
      name: 'Contact',
      value: `<sip:${word}@192.0.2.7:5062;line=${number};transport=TCP>;x=${pin}`,
    },
    { name: 'P-Asserted-Identity', value: `<tel:${number}>, <sip:${callId}@carrier.example>` },
    { name: 'Diversion', value: `<sip:${callId};pin=${pin}@carrier.example>;reason=${word}` },
    { name: 'Record-Route', value: `<sip:${word}:${pin}@198.51.100.4;lr;ftag=${pin}>` },
    { name: 'Call-ID', value: `${number}${word}@192.0.2.7` },
    { name: 'CSeq', value: `${pin} INVITE` },
    { name: 'Authorization', value: `Digest username="${number}", response="${word}"` },
    { name: 'Proxy-Authorization', value: `Digest nonce="${pin}", response="${word}"` },
    { name: 'Subject', value: `${word} ${pin}` },
    { name: 'X-Anything', value: pin },
    { name: 'Supported', value: `timer, ${pin}` },
    { name: 'User-Agent', value: `Phone 7.2.41 (${number}; ${pin})` },
    { name: 'Reason', value: `Q.850;cause=16;text="${callId.replaceAll(/(...)/g, '$1 ')}"` },
    { name: 'Session-Expires', value: '1800;refresher=uac' },
    { name: 'Content-Type', value: 'application/sdp' },
  ],
  body: Buffer.from(
    [
      'v=0',
      `o=${number} 1 1 IN IP4 192.0.2.7`,
      `s=${word} ${callId}`,
      `c=IN IP4 ${pin}`,
      'c=IN IP4 192.0.2.7',
      `k=clear:${word}`,
      't=0 0',
      'm=audio 4000 RTP/SAVP 8 101',
      'a=rtpmap:8 PCMA/8000',
      `a=rtpmap:101 ${word}${pin}/8000`,
      `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${word}${pin}`,
      `a=ice-pwd:${word}${pin}`,
      `a=fingerprint:sha-256 ${word}${pin}`,
      `a=sendrecv${pin}`,
      'a=sendonly',
    ].join('\r\n'),
  ),
});

const digits = (least: number, most: number) =>
  fc.stringMatching(new RegExp(`^[1-9][0-9]{${least - 1},${most - 1}}$`));
const secrets = fc.record({
  number: digits(8, 12).map((number) => `+46${number}`),
  callId: digits(9, 9),
  pin: digits(4, 12),
  word: fc.stringMatching(/^[A-Z]{8,12}$/),
});
const harmless = { number: '', callId: '', pin: '', word: '' };

describe('a message as the ladder shows it', () => {
  it('has no number, ID, PIN, name, credential or key in it, wherever they stood', () => {
    const always = showSip(invite(harmless)).join('\n');
    fc.assert(
      fc.property(secrets, (each) => {
        // A PIN that is a port or a clock rate of this very message proves nothing.
        fc.pre(!always.includes(each.pin));
        const text = showSip(invite(each)).join('\n');
        for (const secret of Object.values(each)) expect(text).not.toContain(secret);
        expect(text).not.toContain(each.number.slice(3));
      }),
    );
  });

  it('leaves of digits only what is a place, a clock rate or a time', () => {
    fc.assert(
      fc.property(secrets, (each) => {
        const left = showSip(invite(each))
          .join('\n')
          .replaceAll(/[\w.•]+:(?:5060|5062)|m=audio 4000|\/8000|Session-Expires: 1800/g, '');
        expect(left).not.toMatch(/\d{4}/);
      }),
    );
  });

  it('has nothing in it whatever the bytes of headers and body are', () => {
    const name = fc.constantFrom('From', 'Via', 'Warning', 'Allow', 'Contact', 'Expires', 'X-Pin');
    fc.assert(
      fc.property(
        name,
        fc.string(),
        digits(6, 12),
        fc.string(),
        (header, before, secret, after) => {
          const value = `${before}${secret}${after}`;
          const message = {
            kind: 'response' as const,
            status: 486,
            reason: value,
            headers: [
              { name: header, value },
              { name: 'Content-Type', value: 'application/sdp' },
            ],
            body: Buffer.from(value),
          };
          expect(showSip(message).join('\n')).not.toContain(secret);
        },
      ),
    );
  });

  it('keeps what tells where it went and how: hosts, programs, codecs, the way of the sound', () => {
    const message = { number: '+46701234567', callId: '142536475', pin: '4711', word: 'SECRET' };
    expect(showSip(invite(message))).toEqual([
      'INVITE sip:•••@gw.example:5060 SIP/2.0',
      'Via: SIP/2.0/UDP 192.0.2.7:5062',
      'Via: SIP/2.0/TLS •••',
      'From: <sip:•••@carrier.example>',
      'To: <tel:•••>',
      'Contact: <sip:•••@192.0.2.7:5062;transport=tcp>',
      'P-Asserted-Identity: <sip:•••@carrier.example>',
      'Diversion: <sip:•••@carrier.example>',
      'Record-Route: <sip:•••@198.51.100.4>',
      'Supported: •••',
      'User-Agent: Phone 7.2.41 (•••; •••)',
      'Reason: Q.850;cause=16;text="••• "',
      'Session-Expires: 1800;refresher=uac',
      'Content-Type: application/sdp',
      '',
      'c=IN IP4 192.0.2.7',
      'm=audio 4000 RTP/SAVP 8 101',
      'a=rtpmap:8 PCMA/8000',
      'a=crypto:1 AES_CM_128_HMAC_SHA1_80',
      'a=sendonly',
    ]);
  });

  it('shows of an INFO with a key that there was one, and not which', () => {
    const body = Buffer.from('Signal=5\r\nDuration=160\r\n');
    const headers = [{ name: 'Content-Type', value: 'application/dtmf-relay' }];
    const shown = showSip({
      kind: 'request',
      method: 'INFO',
      requestUri: 'sip:gw.example',
      headers,
      body,
    });
    expect(shown).toEqual(['INFO sip:gw.example SIP/2.0', 'Content-Type: application/dtmf-relay']);
  });
});
