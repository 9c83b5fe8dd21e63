import { describe, expect, test } from 'vitest';
import { createTokens } from '../../../src/sip/dialog/tokens.ts';
import type { InviteOutcome, InvitePlan } from '../../../src/sip/drachtio/own-requests.ts';
import type { SrfDialog } from '../../../src/sip/drachtio/drachtio-types.ts';
import { createOutgoingInvite } from '../../../src/sip/drachtio/outgoing-invite.ts';
import { digestParams, digestResponse } from '../../../src/trunk/digest.ts';
import { silentLog } from '../../support/media-calls.ts';

const credentials = { user: 'user-1', password: 'hemligt' };
const target = 'sip:+46701234567@carrier.example;user=phone';
const destination = { transport: 'tcp', address: '192.0.2.7', port: 5070 } as const;

const refusalOf = (sipStatus: number, ...headers: readonly string[]): InviteOutcome => ({
  sipStatus,
  raw: [
    `SIP/2.0 ${sipStatus} Sorry`,
    'Via: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK1',
    'From: <sip:a@b>;tag=1',
    'To: <sip:c@d>;tag=2',
    'Call-ID: 1',
    'CSeq: 1 INVITE',
    ...headers,
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n'),
});
const challenge = refusalOf(
  407,
  'Proxy-Authenticate: Digest realm="carrier", nonce="n1", qop="auth", algorithm=SHA-256',
);

const createStage = () => {
  const placed: InvitePlan[] = [];
  const answers: ((outcome: InviteOutcome) => void)[] = [];
  const cancelled: number[] = [];
  const opening = createOutgoingInvite({
    plan: {
      target,
      from: '<sip:+46480445511@carrier.example>',
      headers: [{ name: 'P-Asserted-Identity', value: '<sip:+46480445511@carrier.example>' }],
      contactUser: 'line-1',
      credentials,
    },
    destination,
    sipCallId: 'call-1',
    placeInvite: (plan) => {
      placed.push(plan);
      return new Promise((resolve) => answers.push(resolve));
    },
    tokens: createTokens((size) => new Uint8Array(size)),
    log: silentLog,
  });
  return {
    opening,
    placed,
    cancelled,
    send: () => {
      const at = placed.length - 1;
      placed[at]?.onSent(() => cancelled.push(at));
    },
    /** Lets what waits on the answer go on, too. */
    answer: async (outcome: InviteOutcome) => {
      answers.at(-1)?.(outcome);
      await new Promise(setImmediate);
    },
  };
};

describe('an INVITE of ours', () => {
  test('goes where the plan says, with a Contact that drachtio-server completes', () => {
    const { opening, placed } = createStage();
    void opening.open('v=0', () => undefined);
    expect(placed[0]).toMatchObject({
      requestUri: target,
      nextHop: 'sip:192.0.2.7:5070;transport=tcp',
      sdp: 'v=0',
      headers: {
        To: `<${target}>`,
        'Call-ID': 'call-1',
        CSeq: '1 INVITE',
        Contact: '<sip:line-1@localhost;transport=tcp>',
        'P-Asserted-Identity': '<sip:+46480445511@carrier.example>',
      },
    });
    expect(placed[0]?.headers?.['From']).toMatch(/^<sip:\+46480445511@carrier.example>;tag=\w+$/);
  });

  test('that is challenged is sent again as the same call, with a proof', async () => {
    const { opening, placed, answer } = createStage();
    const opened = opening.open('v=0', () => undefined);
    await answer(challenge);
    const [first, second] = placed;
    for (const name of ['From', 'To', 'Call-ID', 'Contact'])
      expect(second?.headers?.[name]).toBe(first?.headers?.[name]);
    expect(second?.headers?.['CSeq']).toBe('2 INVITE');
    const proof = digestParams(second?.headers?.['Proxy-Authorization']?.slice(7) ?? '');
    expect(proof.get('response')).toBe(
      digestResponse({
        algorithm: 'SHA-256',
        ...credentials,
        realm: 'carrier',
        method: 'INVITE',
        uri: target,
        nonce: 'n1',
        counted: { nc: '00000001', cnonce: proof.get('cnonce') ?? '' },
      }),
    );
    await answer('answered');
    expect(await opened).toBeUndefined();
  });

  test('that is challenged twice fails: the password is wrong', async () => {
    const { opening, placed, answer } = createStage();
    const opened = opening.open('v=0', () => undefined);
    await answer(challenge);
    await answer(challenge);
    expect(await opened).toEqual({ by: 'network', how: 'rejected', sipStatus: 407 });
    expect(placed).toHaveLength(2);
  });

  test('that nobody answers is no refusal', async () => {
    const { opening, answer } = createStage();
    const opened = opening.open('v=0', () => undefined);
    await answer({ sipStatus: undefined, reason: 'no answer' });
    expect(await opened).toEqual({ by: 'network', how: 'transport' });
    expect(opening.takeBack(480)).toBe(false);
  });
});

describe('an INVITE of ours that is taken back', () => {
  test('before it is on its way is cancelled as soon as it is', () => {
    const { opening, cancelled, send } = createStage();
    void opening.open('v=0', () => undefined);
    expect(opening.takeBack(480)).toBe(true);
    expect(cancelled).toEqual([]);
    send();
    expect(cancelled).toEqual([0]);
  });

  test('while it is challenged is not sent again', async () => {
    const { opening, placed, send, answer } = createStage();
    const opened = opening.open('v=0', () => undefined);
    send();
    opening.takeBack(480);
    await answer(challenge);
    expect(placed).toHaveLength(1);
    expect(await opened).toEqual({ by: 'gateway', how: 'refused' });
  });

  test('after its 200 is not: that is for a BYE', async () => {
    const { opening, placed, cancelled, send, answer } = createStage();
    const attached: SrfDialog[] = [];
    const opened = opening.open('v=0', (dialog) => attached.push(dialog));
    send();
    const dialog = {} as SrfDialog;
    placed[0]?.attach(dialog);
    await answer('answered');
    expect(opening.takeBack(480)).toBe(false);
    expect(await opened).toBeUndefined();
    expect(attached).toEqual([dialog]);
    expect(cancelled).toEqual([]);
  });
});
