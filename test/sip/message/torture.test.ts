/** All 49 messages of RFC 4475: read as the RFC says, or treated as safely as it allows. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createResponse } from '../../../src/sip/message/build-message.ts';
import {
  contacts,
  contentType,
  cseq,
  fromOf,
  header,
  headers,
  maxForwards,
  numberOf,
  routes,
  sipCallIdOf,
  toOf,
  topVia,
  vias,
} from '../../../src/sip/message/message-headers.ts';
import { parseMessage } from '../../../src/sip/message/parse-message.ts';
import { answerOffer } from '../../../src/sip/message/sdp-answer.ts';
import { sdpBodyOf } from '../../../src/sip/message/sdp-body.ts';
import { serializeMessage } from '../../../src/sip/message/serialize-message.ts';
import { parseUri } from '../../../src/sip/message/sip-uri.ts';
import { validateRequest } from '../../../src/sip/message/validate-request.ts';
import { transactionBranch } from '../../../src/sip/message/via.ts';
import type { SipMessage, SipRequest, SipResponse } from '../../../src/sip/message/sip-message.ts';
import type { SipParseErrorCode } from '../../../src/sip/message/sip-parse-error.ts';

const folder = path.resolve('..', 'shared', 'torture', 'rfc4475');
const isThere = existsSync(folder);

interface Refused {
  readonly code: SipParseErrorCode;
  /** Undefined: discarded without an answer. */
  readonly status: number | undefined;
}
interface Taken {
  readonly reads?: (message: SipMessage) => void;
  readonly extraBytes?: number;
  /** What a UAS like ours then answers, where the message itself is sound. */
  readonly uas?: { readonly status: number; readonly header?: string };
}

const local = {
  address: '192.0.2.200',
  rtpPort: 10000,
  rtcpPort: 10001,
  codecs: ['PCMA', 'PCMU'] as const,
  sessionId: '1',
  sessionVersion: 1,
};
const codecAnswered = (message: SipMessage): string | undefined => {
  const answer = answerOffer(sdpBodyOf(message) ?? '', local);
  return answer.ok ? answer.session.codec : undefined;
};
const asRequest = (message: SipMessage): SipRequest => {
  if (message.kind !== 'request') throw new TypeError('not a request');
  return message;
};
const asResponse = (message: SipMessage): SipResponse => {
  if (message.kind !== 'response') throw new TypeError('not a response');
  return message;
};

/** RFC 4475 §3.1.1, §3.2.1, §3.3 and §3.4: well-formed as far as a parser is concerned. */
const taken: Readonly<Record<string, Taken>> = {
  // §3.1.1.1 A short tortuous INVITE
  wsinv: {
    reads: (message) => {
      expect(toOf(message)).toMatchObject({
        uri: { user: 'vivekg', host: 'chair-dnrc.example.com' },
        tag: '1918181833n',
      });
      expect(fromOf(message)).toMatchObject({ displayName: 'J Rosenberg \\"', tag: '98asjd8' });
      expect(maxForwards(message)).toBe(68);
      expect(cseq(message)).toEqual({ seq: 9, method: 'INVITE' });
      expect(
        vias(message).map(({ transport, host, params }) => [transport, host, params.get('branch')]),
      ).toEqual([
        ['UDP', '192.0.2.2', '390skdjuw'],
        ['TCP', 'spindle.example.com', 'z9hG4bK9ikj8'],
        ['UDP', '192.168.255.111', 'z9hG4bK30239'],
      ]);
      expect(header(message, 'Subject')).toBe('');
      expect(header(message, 'NewFangledHeader')).toBe(
        'newfangled value continued newfangled value',
      );
      expect(header(message, 'unknownheaderwithunusualvalue')).toBe(';;,,;;,;');
      expect(routes(message)[0]?.uri.params).toEqual(
        new Map([
          ['lr', ''],
          ['unknownwith', 'value'],
          ['unknown-no-value', ''],
        ]),
      );
      expect(contacts(message)[0]).toMatchObject({
        displayName: 'Quoted string ""',
        params: new Map([
          ['newparam', 'newvalue'],
          ['secondparam', ''],
          ['q', '0.33'],
        ]),
      });
      expect(codecAnswered(message)).toBe('PCMU');
    },
  },
  // §3.1.1.2 Wide range of valid characters
  intmeth: {
    reads: (message) => {
      const request = asRequest(message);
      expect(request.method).toBe("!interesting-Method0123456789_*+`.%indeed'~");
      expect(parseUri(request.requestUri)).toMatchObject({
        user: "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*",
        password: "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)",
        host: 'example.com',
      });
      expect(toOf(message)?.displayName).toBe('BEL:\x07 NUL:\0 DEL:\x7f');
      expect(fromOf(message)).toMatchObject({
        displayName: "token1~` token2'+_ token3*%!.-",
        tag: "_token~1'+`*%!-.",
      });
      expect(fromOf(message)?.params.get("fromparam''~+*_!.-%")).toBe('работающий');
      expect(header(message, "extensionHeader-!.%*+_`'~")).toBe('\ufeff大停電');
      expect(maxForwards(message)).toBe(255);
    },
    uas: { status: 501, header: 'Allow' },
  },
  // §3.1.1.3 Valid use of the % escaping mechanism
  esc01: {
    reads: (message) => {
      expect(parseUri(asRequest(message).requestUri)).toMatchObject({
        user: 'sips:user@example.com',
        host: 'example.net',
      });
      expect(toOf(message)?.uri.user).toBe('user');
      expect(fromOf(message)?.uri.user).toBe('I have spaces');
      // Unescaped once: %25%34%31 is %41, not A.
      expect(contacts(message)[0]?.uri).toMatchObject({
        user: 'caller',
        params: new Map([
          ['lr', ''],
          ['name', 'value%41'],
        ]),
      });
    },
  },
  // §3.1.1.4 Escaped nulls in URIs
  escnull: {
    reads: (message) => {
      expect(fromOf(message)?.uri.user).toBe('null-\0-null');
      expect(contacts(message).map(({ uri }) => uri.user)).toEqual(['\0', '\0\0']);
    },
    uas: { status: 405, header: 'Allow' },
  },
  // §3.1.1.5 % where it is no escape: the method is not REGISTER, C%6Fntact is no Contact
  esc02: {
    reads: (message) => {
      expect(asRequest(message).method).toBe('RE%47IST%45R');
      expect(toOf(message)?.displayName).toBe('%Z%45');
      expect(topVia(message)?.params.get('branch')).toBe('z9hG4bK209%fzsnel234');
      expect(contacts(message).map(({ uri }) => uri.user)).toEqual(['alias1', 'alias3']);
      expect(headers(message, 'C%6Fntact')).toEqual(['<sip:alias2@host2.example.com>']);
    },
    uas: { status: 501, header: 'Allow' },
  },
  // §3.1.1.6 No LWS between display name and <
  lwsdisp: {
    reads: (message) => {
      expect(fromOf(message)).toMatchObject({ displayName: 'caller', uri: { user: 'caller' } });
    },
  },
  // §3.1.1.7 Long values in header fields
  longreq: {
    reads: (message) => {
      expect(vias(message)).toHaveLength(34);
      expect(topVia(message)?.host).toBe('sip33.example.com');
      expect(vias(message).at(-1)?.params.get('received')).toBe('192.0.2.5');
      expect(toOf(message)?.uri.port).toBe(6000);
      expect(codecAnswered(message)).toBe('PCMU');
    },
  },
  // §3.1.1.8 Extra trailing octets in a UDP datagram: a REGISTER, the INVITE after it is ignored
  dblreq: {
    reads: (message) => {
      expect(asRequest(message).method).toBe('REGISTER');
      expect(message.body).toHaveLength(0);
    },
    extraBytes: 450,
    uas: { status: 405, header: 'Allow' },
  },
  // §3.1.1.9 Semicolon-separated parameters in the URI user part
  semiuri: {
    reads: (message) => {
      expect(parseUri(asRequest(message).requestUri)).toMatchObject({
        user: 'user;par=u@example.net',
        host: 'example.com',
        params: new Map(),
      });
      expect(headers(message, 'Accept')).toHaveLength(6);
    },
  },
  // §3.1.1.10 Varied and unknown transport types
  transports: {
    reads: (message) => {
      const transports = vias(message).map(({ transport }) => transport);
      expect(transports).toEqual(['UDP', 'SCTP', 'TLS', 'UNKNOWN', 'TCP']);
    },
  },
  // §3.1.1.11 Multipart MIME message, with binary in it
  mpart01: {
    reads: (message) => {
      expect(contentType(message)?.mediaType).toBe('multipart/mixed');
      expect(message.body).toHaveLength(553);
      expect(sdpBodyOf(message)).toBeUndefined();
    },
    uas: { status: 405, header: 'Allow' },
  },
  // §3.1.1.12 Unusual reason phrase
  unreason: {
    reads: (message) => {
      expect(asResponse(message)).toMatchObject({
        status: 200,
        reason: '= 2**3 * 5**2 но сто девяносто девять - простое',
      });
    },
  },
  // §3.1.1.13 Empty reason phrase
  noreason: {
    reads: (message) => {
      expect(asResponse(message)).toMatchObject({ status: 100, reason: '' });
    },
  },
  // §3.1.2.12 A Date that is not GMT: it may be refused, or ignored by those who have no use for it
  baddate: {
    reads: (message) => {
      expect(codecAnswered(message)).toBe('PCMU');
    },
  },
  // §3.2.1 Missing transaction identifier: the bare cookie must not be taken for a branch
  badbranch: {
    reads: (message) => {
      const via = topVia(message);
      expect(via?.params.get('branch')).toBe('z9hG4bK');
      expect(via && transactionBranch(via)).toBeUndefined();
    },
  },
  // §3.3.2 Request-URI with unknown scheme
  unkscm: { uas: { status: 416 } },
  // §3.3.3 Request-URI with known but atypical scheme
  novelsc: { uas: { status: 416 } },
  // §3.3.4 Unknown URI schemes in header fields: the parser must not fail
  unksm2: {
    reads: (message) => {
      expect(toOf(message)?.uri).toMatchObject({ scheme: 'isbn', opaque: '2983792873' });
      expect(fromOf(message)).toMatchObject({ uri: { scheme: 'http' }, tag: '3234233' });
      expect(contacts(message)[0]?.uri).toMatchObject({ scheme: 'name', opaque: 'John_Smith' });
    },
    uas: { status: 405, header: 'Allow' },
  },
  // §3.3.5 Proxy-Require and Require
  bext01: { uas: { status: 420, header: 'Unsupported' } },
  // §3.3.6 Unknown Content-Type
  invut: { uas: { status: 415, header: 'Accept' } },
  // §3.3.7 Unknown authorization scheme: to be ignored
  regaut01: { uas: { status: 405, header: 'Allow' } },
  // §3.3.10 200 OK with a broadcast Via: two Vias, so no answer to us (RFC 3261 §8.1.3.3)
  bcast: {
    reads: (message) => {
      expect(vias(message).map(({ host }) => host)).toEqual(['192.0.2.198', '255.255.255.255']);
    },
  },
  // §3.3.11 Max-Forwards of zero: a UAS takes the request
  zeromf: {
    reads: (message) => {
      expect(maxForwards(message)).toBe(0);
    },
  },
  // §3.3.12 REGISTER with a Contact header parameter: it belongs to the header
  cparam01: {
    reads: (message) => {
      const [contact] = contacts(message);
      expect(contact?.params.has('unknownparam')).toBe(true);
      expect(contact?.uri.params.size).toBe(0);
    },
    uas: { status: 405 },
  },
  // §3.3.13 REGISTER with a url parameter in Contact: it belongs to the URI
  cparam02: {
    reads: (message) => {
      const [contact] = contacts(message);
      expect(contact?.params.size).toBe(0);
      expect(contact?.uri.params.has('unknownparam')).toBe(true);
    },
    uas: { status: 405 },
  },
  // §3.3.14 REGISTER with a URL escaped header
  regescrt: {
    reads: (message) => {
      expect(contacts(message)[0]?.uri.headers.get('route')).toBe('<sip:sip.example.com>');
      expect(routes(message)).toEqual([]);
    },
    uas: { status: 405 },
  },
  // §3.3.15 Unacceptable Accept offering
  sdp01: { uas: { status: 406 } },
  // §3.4.1 INVITE of RFC 2543: no branch, no From tag, no Max-Forwards, no Content-Length
  inv2543: {
    reads: (message) => {
      expect(sipCallIdOf(message)).toBe('inv2543.1717@ift.client.example.com');
      expect(fromOf(message)?.tag).toBeUndefined();
      expect(topVia(message)?.params.size).toBe(0);
      expect(numberOf(message, 'Content-Length')).toBeUndefined();
      expect(codecAnswered(message)).toBe('PCMU');
    },
  },
};

/** RFC 4475 §3.1.2 and those of §3.3 that only a parser can refuse. */
const refused: Readonly<Record<string, Refused>> = {
  // §3.1.2.1 Extraneous header field separators
  badinv01: { code: 'sip/bad-header', status: 400 },
  // §3.1.2.2 Content-Length larger than message
  clerr: { code: 'sip/bad-content-length', status: 400 },
  // §3.1.2.3 Negative Content-Length
  ncl: { code: 'sip/bad-content-length', status: 400 },
  // §3.1.2.4 Request scalar fields with overlarge values
  scalar02: { code: 'sip/bad-cseq', status: 400 },
  // §3.1.2.5 Response scalar fields with overlarge values: discarded
  scalarlg: { code: 'sip/bad-cseq', status: undefined },
  // §3.1.2.6 Unterminated quoted string in display name
  quotbal: { code: 'sip/bad-header', status: 400 },
  // §3.1.2.7 <> enclosing Request-URI
  ltgtruri: { code: 'sip/bad-request-uri', status: 400 },
  // §3.1.2.8 Malformed SIP Request-URI (embedded LWS)
  lwsruri: { code: 'sip/bad-request-uri', status: 400 },
  // §3.1.2.9 Multiple SP separating Request-Line elements
  lwsstart: { code: 'sip/bad-start-line', status: 400 },
  // §3.1.2.10 SP characters at end of Request-Line
  trws: { code: 'sip/bad-start-line', status: 400 },
  // §3.1.2.11 Escaped headers in SIP Request-URI
  escruri: { code: 'sip/bad-request-uri', status: 400 },
  // §3.1.2.13 Failure to enclose name-addr URI in <>
  regbadct: { code: 'sip/bad-header', status: 400 },
  // §3.1.2.14 Spaces within addr-spec
  badaspec: { code: 'sip/bad-header', status: 400 },
  // §3.1.2.15 Non-token characters in display name (the file ends before its empty line, too)
  baddn: { code: 'sip/truncated', status: 400 },
  // §3.1.2.16 Unknown protocol version
  badvers: { code: 'sip/bad-version', status: 505 },
  // §3.1.2.17 Start line and CSeq method mismatch
  mismatch01: { code: 'sip/bad-cseq', status: 400 },
  // §3.1.2.18 Unknown method with CSeq method mismatch: 400 or 501
  mismatch02: { code: 'sip/bad-cseq', status: 400 },
  // §3.1.2.19 Overlarge response code: discarded
  bigcode: { code: 'sip/bad-start-line', status: undefined },
  // §3.3.1 Missing required header fields: ideally 400, in any case no failure
  insuf: { code: 'sip/missing-header', status: 400 },
  // §3.3.8 Multiple values in single value required fields
  multi01: { code: 'sip/repeated-header', status: 400 },
  // §3.3.9 Multiple Content-Length values
  mcl01: { code: 'sip/repeated-header', status: 400 },
};

const bytesOf = (name: string): Buffer => readFileSync(path.join(folder, `${name}.dat`));
const withoutContentLength = (message: SipMessage): SipMessage => ({
  ...message,
  headers: message.headers.filter(({ name }) => name !== 'Content-Length'),
});

const suite = isThere
  ? 'the torture messages of RFC 4475'
  : 'the torture messages of RFC 4475 (skipped: ../shared/torture/rfc4475 is not there)';

describe.skipIf(!isThere)(suite, () => {
  it('are all 49 in the tables, each once', () => {
    const names = [...Object.keys(taken), ...Object.keys(refused)];
    const files = readdirSync(folder).map((file) => path.basename(file, '.dat'));
    expect(names).toHaveLength(49);
    expect(names.toSorted()).toEqual(files.toSorted());
  });

  it.each(Object.entries(taken))('%s is taken and read', (name, expected) => {
    const parsed = parseMessage(bytesOf(name));
    if (!parsed.ok) throw new Error(parsed.error.reason);
    expect(parsed.extraBytes).toBe(expected.extraBytes ?? 0);
    expected.reads?.(parsed.message);
    if (parsed.message.kind === 'request') {
      const refusal = validateRequest(parsed.message);
      expect(refusal?.status).toBe(expected.uas?.status);
      if (expected.uas?.header) expect(refusal?.headers[0]?.name).toBe(expected.uas.header);
    }
  });

  it.each(Object.keys(taken))('%s is the same after it was written and read again', (name) => {
    const first = parseMessage(bytesOf(name));
    const again = first.ok ? parseMessage(serializeMessage(first.message)) : undefined;
    if (!first.ok || !again?.ok) throw new Error('not read');
    expect(withoutContentLength(again.message)).toEqual(withoutContentLength(first.message));
  });

  it.each(Object.entries(refused))('%s is refused', (name, expected) => {
    const parsed = parseMessage(bytesOf(name));
    if (parsed.ok) throw new Error('taken');
    expect(parsed.error.code).toBe(expected.code);
    expect(parsed.error.answer?.status).toBe(expected.status);
  });

  it.each(Object.entries(refused).filter(([, { status }]) => status !== undefined))(
    '%s is answered with what of its headers could be read',
    (name) => {
      const parsed = parseMessage(bytesOf(name));
      const answer = parsed.ok ? undefined : parsed.error.answer;
      if (!answer) throw new Error('no answer');
      const response = createResponse(answer.request, answer.status, undefined, { toTag: 'ours' });
      const wire = serializeMessage(response).toString('utf8');
      expect(wire).toMatch(/^SIP\/2\.0 (?:400|505) [^\r\n]+\r\nVia: SIP\/[27]\.0\/(?:UDP|TCP) /);
      expect(topVia(response)).toBeDefined();
      expect(wire.match(/^CSeq: /gm)).toHaveLength(1);
      expect(wire.match(/^(?:From|To|Call-ID): /gm) ?? []).toHaveLength(name === 'insuf' ? 0 : 3);
    },
  );

  it('baddn is refused for its display names, its empty line given back', () => {
    const parsed = parseMessage(Buffer.concat([bytesOf('baddn'), Buffer.from('\r\n')]));
    expect(parsed).toMatchObject({ ok: false, error: { reason: 'Malformed From' } });
  });
});
