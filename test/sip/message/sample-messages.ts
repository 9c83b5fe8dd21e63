/** Whole messages as they come, for the tests of this folder. */

export const offerText = [
  'v=0',
  'o=alice 2890844526 2890844526 IN IP4 198.51.100.7',
  's=-',
  'c=IN IP4 198.51.100.7',
  't=0 0',
  'm=audio 49170 RTP/AVP 18 8 0 101',
  'a=rtpmap:18 G729/8000',
  'a=rtpmap:8 PCMA/8000',
  'a=rtpmap:0 PCMU/8000',
  'a=rtpmap:101 telephone-event/8000',
  'a=fmtp:101 0-15',
  'a=sendrecv',
  '',
].join('\r\n');

const inviteHead = [
  'INVITE sip:+46480445511@meet.example.org SIP/2.0',
  'Via: SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bK776asdhds;rport',
  'Via: SIP/2.0/TCP 198.51.100.8;branch=z9hG4bKabc',
  'Max-Forwards: 70',
  'Record-Route: <sip:198.51.100.8;lr>',
  'To: <sip:+46480445511@meet.example.org>',
  'From: "Åsa Öberg" <sip:+46701234567@carrier.example.net>;tag=1928301774',
  'Call-ID: a84b4c76e66710@198.51.100.7',
  'CSeq: 314159 INVITE',
  'Contact: <sip:alice@198.51.100.7>',
  'Supported: timer, 100rel',
  'Content-Type: application/sdp',
];

/** An INVITE with some header lines more, and its right Content-Length. */
export const inviteBytes = (extra: readonly string[] = [], body = offerText): Buffer =>
  Buffer.from(
    [...inviteHead, ...extra, `Content-Length: ${Buffer.byteLength(body)}`, '', body].join('\r\n'),
  );

export const optionsBytes = Buffer.from(
  [
    'OPTIONS sip:meet.example.org SIP/2.0',
    'v: SIP/2.0/TCP 198.51.100.9;branch=z9hG4bKopt1',
    't: <sip:meet.example.org>',
    'f: <sip:monitor@example.net>;tag=9',
    'i: options-1@example.net',
    'CSeq: 1 OPTIONS',
    'l: 0',
    '',
    '',
  ].join('\r\n'),
);
