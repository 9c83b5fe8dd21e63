import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createRequest,
  createResponse,
  prependHeader,
  withHeader,
  withoutHeader,
  withTopVia,
} from '../../../src/sip/message/build-message.ts';
import {
  contacts,
  cseq,
  fromOf,
  header,
  headers,
  routes,
  sipCallIdOf,
  toOf,
  topVia,
  vias,
} from '../../../src/sip/message/message-headers.ts';
import { parseMessage } from '../../../src/sip/message/parse-message.ts';
import { reasonPhraseOf } from '../../../src/sip/message/reason-phrases.ts';
import { serializeMessage } from '../../../src/sip/message/serialize-message.ts';
import { parseUri } from '../../../src/sip/message/sip-uri.ts';
import { inviteBytes } from './sample-messages.ts';
import type { SipMessage, SipRequest, SipUri } from '../../../src/sip/message/sip-message.ts';

const taken = (bytes: Buffer): SipMessage => {
  const parsed = parseMessage(bytes);
  if (!parsed.ok) throw new Error(parsed.error.reason);
  return parsed.message;
};
const inviteWith = (...extra: string[]): SipRequest => {
  const message = taken(inviteBytes(extra));
  if (message.kind !== 'request') throw new Error('no request');
  return message;
};
const uri = (text: string): SipUri => {
  const parsed = parseUri(text);
  if (!parsed) throw new Error('no URI');
  return parsed;
};
const namesOf = (message: SipMessage): readonly string[] => message.headers.map(({ name }) => name);

describe('a response', () => {
  it('copies what RFC 3261 §8.2.6 names, in order, and has the registered phrase', () => {
    const response = createResponse(inviteWith(), 486, undefined, { toTag: 'ours' });
    expect(response.reason).toBe('Busy Here');
    expect(namesOf(response)).toEqual(['Via', 'Via', 'To', 'From', 'Call-ID', 'CSeq']);
    expect(toOf(response)?.tag).toBe('ours');
  });

  it('that forms a dialog copies Record-Route, a refusal does not', () => {
    expect(header(createResponse(inviteWith(), 180), 'Record-Route')).toBeDefined();
    expect(header(createResponse(inviteWith(), 200), 'Record-Route')).toBeDefined();
    expect(header(createResponse(inviteWith(), 100), 'Record-Route')).toBeUndefined();
    expect(header(createResponse(inviteWith(), 404), 'Record-Route')).toBeUndefined();
  });

  it('leaves a tag that To has already', () => {
    const within = withHeader(inviteWith(), 'To', 'sip:x@example.org;tag=theirs');
    const response = createResponse(within, 200, undefined, { toTag: 'ours' });
    expect(header(response, 'To')).toBe('sip:x@example.org;tag=theirs');
  });

  it('repeats Timestamp in a 100 only', () => {
    expect(header(createResponse(inviteWith('Timestamp: 54'), 100), 'Timestamp')).toBe('54');
    expect(header(createResponse(inviteWith('Timestamp: 54'), 200), 'Timestamp')).toBeUndefined();
  });

  it('of an unknown status has its class for a phrase', () => {
    expect([299, 499, 599, 699].map(reasonPhraseOf)).toEqual([
      'OK',
      'Bad Request',
      'Server Internal Error',
      'Busy Everywhere',
    ]);
  });
});

describe('headers changed in a copy', () => {
  it('withHeader leaves exactly one, where the first stood', () => {
    const message = withHeader(inviteWith(), 'v', 'SIP/2.0/UDP a');
    expect(headers(message, 'Via')).toEqual(['SIP/2.0/UDP a']);
    expect(namesOf(message)[0]).toBe('Via');
    expect(header(withHeader(message, 'X-New', '1'), 'x-new')).toBe('1');
  });

  it('withoutHeader takes compact and long forms alike', () => {
    expect(header(withoutHeader(inviteWith(), 'm'), 'Contact')).toBeUndefined();
  });

  it('prependHeader puts a Via above the others', () => {
    const message = prependHeader(inviteWith(), 'Via', 'SIP/2.0/UDP top;branch=z9hG4bKnew');
    expect(topVia(message)?.host).toBe('top');
    expect(vias(message)).toHaveLength(3);
  });

  it('withTopVia changes the top value of a list and keeps the rest of it', () => {
    const listed = withHeader(inviteWith(), 'Via', 'SIP/2.0/UDP a;rport, SIP/2.0/TCP b');
    const via = topVia(listed);
    if (!via) throw new Error('no Via');
    const params = new Map([...via.params, ['rport', '5061'], ['received', '::1']] as const);
    expect(headers(withTopVia(listed, { ...via, params }), 'Via')).toEqual([
      'SIP/2.0/UDP a;rport=5061;received=::1',
      'SIP/2.0/TCP b',
    ]);
  });
});

describe('a message as bytes', () => {
  it('has the Content-Length of its body, whatever its headers said', () => {
    const text = serializeMessage({
      ...withHeader(inviteWith(), 'l', '5'),
      body: Buffer.from('åäö'),
    }).toString();
    expect(text.match(/Content-Length: \d+/g)).toEqual(['Content-Length: 6']);
    expect(text.endsWith('\r\n\r\nåäö')).toBe(true);
  });

  it('cannot be given a header through a value, a phrase or a URI', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (left, right) => {
        const evil = `${left}\r\nInjected: yes\r\n\r\n${right}`;
        const request = { ...withHeader(inviteWith(), 'Subject', evil), requestUri: `sip:${evil}` };
        const response = createResponse(request, 200, evil, { toTag: evil });
        for (const message of [request, response]) {
          const text = serializeMessage({ ...message, body: Buffer.alloc(0) }).toString();
          expect(text).not.toMatch(/[\r\n]Injected/);
          expect(text.indexOf('\r\n\r\n')).toBe(text.length - 4);
        }
      }),
    );
  });

  it.each([
    ['a header name', withHeader(inviteWith(), 'X: y\r\nZ', '1')],
    ['a method', { ...inviteWith(), method: 'A B' }],
    ['a status', createResponse(inviteWith(), 99)],
  ])('are refused for %s that is none: that is our own mistake', (_, message) => {
    expect(() => serializeMessage(message)).toThrow(RangeError);
  });
});

describe('a request', () => {
  const local = { displayName: undefined, uri: uri('sip:ours@192.0.2.1'), params: new Map() };

  it('has all that RFC 3261 §8.1.1 asks for', () => {
    const request = createRequest({
      method: 'BYE',
      requestUri: uri('sip:alice@198.51.100.7;transport=tcp'),
      via: { transport: 'UDP', host: '::1', port: 5062, params: new Map([['rport', '']]) },
      routes: [{ ...local, uri: uri('sip:proxy.example.org;lr') }],
      from: { ...local, params: new Map([['tag', '1']]) },
      to: { ...local, params: new Map([['tag', '2']]) },
      sipCallId: 'call-1',
      cseq: 7,
      contact: local,
    });
    expect(serializeMessage(request).toString().split('\r\n')).toEqual([
      'BYE sip:alice@198.51.100.7;transport=tcp SIP/2.0',
      'Via: SIP/2.0/UDP [::1]:5062;rport',
      'Max-Forwards: 70',
      'Route: <sip:proxy.example.org;lr>',
      'From: <sip:ours@192.0.2.1>;tag=1',
      'To: <sip:ours@192.0.2.1>;tag=2',
      'Call-ID: call-1',
      'CSeq: 7 BYE',
      'Contact: <sip:ours@192.0.2.1>',
      'Content-Length: 0',
      '',
      '',
    ]);
  });

  it('is read back as it was meant, whatever its names and numbers', () => {
    const name = fc.string({ unit: 'grapheme' }).filter((text) => !/[\r\n]/.test(text));
    const word = fc.stringMatching(/^[a-z0-9]{1,8}$/);
    const user = fc.string({ unit: 'grapheme', minLength: 1 });
    const params = fc.dictionary(word, fc.string({ unit: 'grapheme-ascii' })).map((record) => {
      return new Map(Object.entries(record));
    });
    const arbitrary = fc.record({ name, user, params, body: fc.uint8Array(), seq: fc.nat() });
    fc.assert(
      fc.property(arbitrary, ({ name, user, params, body, seq }) => {
        const target: SipUri = { ...uri('sip:x@[2001:db8::1]:5061'), user, params };
        const address = { displayName: name, uri: target, params };
        const request = createRequest({
          method: 'INVITE',
          requestUri: target,
          via: { transport: 'TCP', host: 'a.example', port: undefined, params },
          routes: [address],
          from: address,
          to: address,
          sipCallId: 'c',
          cseq: seq,
          contact: address,
          body: Buffer.from(body),
        });
        const message = taken(serializeMessage(request));
        expect(cseq(message)).toEqual({ seq, method: 'INVITE' });
        expect(sipCallIdOf(message)).toBe('c');
        expect(topVia(message)?.params).toEqual(params);
        expect(fromOf(message)).toMatchObject(address);
        expect(toOf(message)).toMatchObject(address);
        expect(contacts(message)).toEqual([address]);
        expect(routes(message)).toEqual([address]);
        expect(message.body).toEqual(Buffer.from(body));
      }),
    );
  });
});
