/** Answers to 401 and 407: Digest with MD5 or SHA-256, RFC 7616 and RFC 8760, qop auth or none. */
import { digestParams, digestResponse } from '../../trunk/digest.ts';
import type { DigestAlgorithm } from '../../trunk/trunk.ts';
import { headers } from '../message/message-headers.ts';
import type { SipHeader, SipRequest, SipResponse } from '../message/sip-message.ts';

export interface DigestCredentials {
  readonly user: string;
  readonly password: string;
}

/** Strongest first. */
const algorithms: readonly DigestAlgorithm[] = ['SHA-256', 'MD5'];

const quote = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;

interface ChosenChallenge {
  readonly params: ReadonlyMap<string, string>;
  readonly algorithm: DigestAlgorithm;
}

/** The challenge we answer: the strongest algorithm that we have. */
const choose = (challenges: readonly string[]): ChosenChallenge | undefined => {
  const known = challenges
    .filter((challenge) => /^digest\s/i.test(challenge))
    .map((challenge) => digestParams(challenge.slice(7)));
  return algorithms
    .flatMap((algorithm) =>
      known
        .filter((params) => (params.get('algorithm') ?? 'MD5').toUpperCase() === algorithm)
        .map((params) => ({ params, algorithm })),
    )
    .at(0);
};

/**
 * The header that answers a challenge, or undefined where there is none that we can answer.
 * `cnonce` is fresh for each answer; a nonce is used once.
 */
export const answerChallenge = (
  request: Pick<SipRequest, 'method' | 'requestUri'>,
  challenge: SipResponse,
  credentials: DigestCredentials,
  cnonce: string,
): SipHeader | undefined => {
  const isProxy = challenge.status === 407;
  const values = headers(challenge, isProxy ? 'Proxy-Authenticate' : 'WWW-Authenticate');
  const chosen = choose(values);
  if (chosen === undefined) return undefined;
  const { params, algorithm } = chosen;
  const [realm = '', nonce = ''] = [params.get('realm'), params.get('nonce')];
  const qops = params
    .get('qop')
    ?.split(',')
    .map((qop) => qop.trim().toLowerCase());
  if (qops !== undefined && !qops.includes('auth')) return undefined;
  const nc = '00000001';
  const response = digestResponse({
    algorithm,
    ...credentials,
    realm,
    method: request.method,
    uri: request.requestUri,
    nonce,
    counted: qops === undefined ? undefined : { nc, cnonce },
  });
  const opaque = params.get('opaque');
  const parts = [
    `username=${quote(credentials.user)}`,
    `realm=${quote(realm)}`,
    `nonce=${quote(nonce)}`,
    `uri=${quote(request.requestUri)}`,
    `response="${response}"`,
    `algorithm=${algorithm}`,
    ...(opaque === undefined ? [] : [`opaque=${quote(opaque)}`]),
    ...(qops === undefined ? [] : [`qop=auth`, `nc=${nc}`, `cnonce="${cnonce}"`]),
  ];
  const name = isProxy ? 'Proxy-Authorization' : 'Authorization';
  return { name, value: `Digest ${parts.join(', ')}` };
};
