import { describe, expect, it } from 'vitest';
import { passingMessage } from '../../../src/sip/drachtio/passing-message.ts';

const listening = ['sip:192.0.2.1:5060', 'sip:192.0.2.1:5070;transport=tcp', 'sips:192.0.2.1:5061'];

const sip = (first: string, ...more: readonly string[]): string =>
  [
    first,
    'Via: SIP/2.0/TCP 198.51.100.7:5062;branch=z9hG4bK1',
    'From: <sip:+46701234567@198.51.100.7>;tag=a',
    'To: <sip:+46480445511@192.0.2.1>;tag=b',
    'Call-ID: c1',
    `CSeq: 2 ${first.startsWith('ACK') ? 'ACK' : 'BYE'}`,
    ...more,
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
const seen = (head: string, message: string) => {
  const { direction, flow } = passingMessage(`${head}\r\n${message}`, listening) ?? {};
  return { direction, ...flow };
};

describe('a message that drachtio-server passes on', () => {
  it('came from where its frame says, to where drachtio-server listens', () => {
    const head = '1|sip|network|322|tls|198.51.100.7|40000|18:44:49.29|txn|dialog|';
    expect(seen(head, sip('BYE sip:192.0.2.1 SIP/2.0'))).toMatchObject({
      direction: 'in',
      transport: 'tls',
      remote: { address: '198.51.100.7', port: 40000 },
      local: { address: '192.0.2.1', port: 5061 },
    });
  });

  it('came by the transport of its Via where the frame names none, as that of an ACK', () => {
    const head = '1|sip|network|322||198.51.100.7|48171|18:44:49.29|txn|dialog|';
    expect(seen(head, sip('ACK sip:192.0.2.1 SIP/2.0'))).toMatchObject({
      transport: 'tcp',
      local: { port: 5070 },
    });
  });
});

describe('a message that drachtio-server sent for us', () => {
  it('went, as an answer, where its frame says', () => {
    const head =
      '1|response|2|OK|application|301|udp|198.51.100.7|48171|18:44:49.27|txn|d||Msg sent:|';
    expect(seen(head, sip('SIP/2.0 200 OK'))).toMatchObject({
      direction: 'out',
      transport: 'udp',
      remote: { address: '198.51.100.7', port: 48171 },
      local: { address: '192.0.2.1', port: 5060 },
    });
  });

  const sent = '1|response|2|OK|application|311|udp|192.0.2.1|5060|18:44:49.89|txn|Msg sent:|';

  it('went, as a request, from where its frame says, to where its URI leads', () => {
    expect(seen(sent, sip('BYE sip:phone@203.0.113.5:5080 SIP/2.0'))).toMatchObject({
      direction: 'out',
      remote: { address: '203.0.113.5', port: 5080 },
      local: { address: '192.0.2.1', port: 5060 },
    });
  });

  it('went by the first of its routes, and nowhere that we know where there is but a name', () => {
    const routed = sip('BYE sip:phone@203.0.113.5 SIP/2.0', 'Route: <sip:198.51.100.9;lr>');
    expect(seen(sent, routed).remote).toEqual({ address: '198.51.100.9', port: 5060 });
    const named = sip('BYE sip:phone@example.org SIP/2.0');
    expect(seen(sent, named).remote).toEqual({ address: '0.0.0.0', port: 0 });
  });
});

it.each([
  '1|response|2|OK',
  '1|response|2|NOK|no such dialog\r\n',
  `1|response|2|OK|tcp/192.0.2.1:5060|v0.9\r\n${sip('BYE sip:a@b SIP/2.0')}`,
  '1|sip|network|4|udp|198.51.100.7|48171|t|txn|d|\r\nnonsense',
  `1|sip|network|4|udp|no address|48171|t|txn|d|\r\n${sip('BYE sip:a@b SIP/2.0')}`,
])('a frame without a message of the outside is none: %j', (frame) => {
  expect(passingMessage(frame, listening)).toBeUndefined();
});
