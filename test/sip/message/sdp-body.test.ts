import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sdpBodyOf } from '../../../src/sip/message/sdp-body.ts';
import type { SipMessage } from '../../../src/sip/message/sip-message.ts';

const having = (type: string, body: string | Buffer, encoding?: string): SipMessage => ({
  kind: 'request',
  method: 'INVITE',
  requestUri: 'sip:a@b',
  headers: [
    { name: 'Content-Type', value: type },
    ...(encoding === undefined ? [] : [{ name: 'Content-Encoding', value: encoding }]),
  ],
  body: Buffer.from(body),
});
const mixed = 'multipart/mixed;boundary="b1"';
const lines = (...all: readonly string[]): string => all.join('\r\n');

describe('the session description of a message', () => {
  it('is its body, in UTF-8', () => {
    expect(sdpBodyOf(having('Application/SDP;charset=utf-8', 'v=0\r\ns=Å\r\n'))).toBe(
      'v=0\r\ns=Å\r\n',
    );
  });

  it('is the first such part of a multipart body', () => {
    const body = lines(
      'preamble',
      '--b1',
      'Content-Type: application/isup',
      'Content-Disposition: signal; handling=optional',
      '',
      'not --b1 this',
      '--b1  ',
      'content-type:',
      ' application/sdp',
      '',
      'v=0',
      's=Å',
      '',
      '--b1--',
      'epilogue',
    );
    expect(sdpBodyOf(having(mixed, body))).toBe('v=0\r\ns=Å\r\n');
  });

  it('is found in a part within a part', () => {
    const inner = lines('--b2', 'Content-Type: application/sdp', '', 'v=0', '--b2--');
    const body = lines(
      '--b1',
      'Content-Type: multipart/alternative;boundary=b2',
      '',
      inner,
      '--b1--',
    );
    expect(sdpBodyOf(having(mixed, body))).toBe('v=0');
  });

  it.each([
    ['there is no body', having('application/sdp', '')],
    ['the body is of another type', having('text/plain', 'v=0')],
    ['the body is compressed', having('application/sdp', 'v=0', 'gzip')],
    [
      'there is no boundary',
      having('multipart/mixed', lines('--', 'Content-Type: application/sdp', '', 'v=0')),
    ],
    [
      'the boundary is a longer one',
      having(mixed, lines('--b12', 'Content-Type: application/sdp', '', 'v=0')),
    ],
    [
      'the part is base64',
      having(
        mixed,
        lines(
          '--b1',
          'Content-Type: application/sdp',
          'Content-Transfer-Encoding: base64',
          '',
          'dg==',
          '--b1--',
        ),
      ),
    ],
    [
      'it stands after the end',
      having(
        mixed,
        lines('--b1', '', 'x', '--b1--', '--b1', 'Content-Type: application/sdp', '', 'v=0'),
      ),
    ],
  ])('is not there where %s', (_, message) => {
    expect(sdpBodyOf(message)).toBeUndefined();
  });

  it('is looked for three levels deep and no deeper', () => {
    const nest = (depth: number): string =>
      depth === 0
        ? 'v=0'
        : lines(
            `--b${depth}`,
            `Content-Type: ${depth === 1 ? 'application/sdp' : `multipart/mixed;boundary=b${depth - 1}`}`,
            '',
            nest(depth - 1),
            `--b${depth}--`,
          );
    expect(sdpBodyOf(having('multipart/mixed;boundary=b3', nest(3)))).toBe('v=0');
    expect(sdpBodyOf(having('multipart/mixed;boundary=b4', nest(4)))).toBeUndefined();
  });

  it('is looked for without a throw in any body', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^(?:--b1|\r\n|\n|Content-Type:|a\/b|:| ){0,30}$/), (body) => {
        sdpBodyOf(having(mixed, body));
      }),
    );
  });
});
