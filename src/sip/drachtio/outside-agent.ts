/** Requests of ours outside any dialog, REGISTER and OPTIONS, by way of drachtio-server. */
import type { Tokens } from '../dialog/tokens.ts';
import { answerChallenge } from '../peers/digest-authentication.ts';
import type { Destination, OutsideAgent, OutsideRequest } from '../peers/outside-request.ts';
import { parseMessage } from '../message/parse-message.ts';
import type { SipResponse } from '../message/sip-message.ts';
import { endpointText } from '../transaction/flow.ts';
import type { DrachtioConnection } from './drachtio-connection.ts';
import type { SrfReceivedResponse } from './drachtio-types.ts';

export interface OutsideAgentDeps {
  /** One that is; undefined: none. */
  readonly connected: () => DrachtioConnection | undefined;
  readonly tokens: Tokens;
}

/** Timer F is 32 s, RFC 3261 §17.1.2.2: by then drachtio-server has said 408 itself. */
const responseTimeoutMs = 35_000;

/** Where drachtio-server sends a request, whatever its Request-URI says. */
export const nextHopTo = ({ transport, address, port }: Destination): string =>
  `sip:${endpointText({ address, port })};transport=${transport}`;

/** drachtio-server puts the address there by which the other side reaches it. */
export const contactBy = ({ transport }: Destination, user: string): string =>
  transport === 'tls'
    ? `<sips:${user}@localhost>`
    : `<sip:${user}@localhost${transport === 'tcp' ? ';transport=tcp' : ''}>`;

export const parsedResponse = (
  received: Pick<SrfReceivedResponse, 'raw'> | undefined,
): SipResponse | undefined => {
  const parsed = received && parseMessage(Buffer.from(received.raw));
  return parsed?.ok === true && parsed.message.kind === 'response' ? parsed.message : undefined;
};

export const createOutsideAgent = ({ connected, tokens }: OutsideAgentDeps): OutsideAgent => {
  const headersOf = (request: OutsideRequest): Readonly<Record<string, string>> | undefined => {
    const { destination, contactUser, answering } = request;
    const proof =
      answering &&
      answerChallenge(request, answering.challenge, answering.credentials, tokens.token());
    // A challenge that nobody here can answer.
    if (answering !== undefined && proof === undefined) return undefined;
    return {
      From: `${request.from};tag=${tokens.token()}`,
      To: request.to,
      'Call-ID': request.sipCallId,
      CSeq: `${request.cseq} ${request.method}`,
      ...(contactUser !== undefined && { Contact: contactBy(destination, contactUser) }),
      ...Object.fromEntries((request.headers ?? []).map(({ name, value }) => [name, value])),
      ...(proof && { [proof.name]: proof.value }),
    };
  };

  const send = async (request: OutsideRequest): Promise<SipResponse | undefined> => {
    const through = connected();
    const headers = headersOf(request);
    if (through === undefined || headers === undefined) return undefined;
    const { method, requestUri, destination } = request;
    const nextHop = nextHopTo(destination);
    const timeoutMs = responseTimeoutMs;
    return parsedResponse(
      await through.request({ method, requestUri, nextHop, headers, timeoutMs }),
    );
  };

  return {
    request: (request, done) => {
      void send(request).then(done);
    },
    // drachtio-server sends nothing but SIP: an OPTIONS keeps the way open as well as two line ends.
    keepAlive: (destination) => {
      const host = endpointText(destination);
      void send({
        method: 'OPTIONS',
        requestUri: `sip:${host}`,
        destination,
        from: `<sip:ringbro@${host}>`,
        to: `<sip:${host}>`,
        sipCallId: tokens.token(),
        cseq: 1,
        contactUser: 'ringbro',
      });
    },
  };
};
