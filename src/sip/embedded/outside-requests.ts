/** Requests outside any dialog that wait for their final response: REGISTER, OPTIONS. */
import type { Logger } from '../../call/ports/process.ts';
import type { Tokens } from '../dialog/tokens.ts';
import { createRequest } from '../message/build-message.ts';
import { parseNameAddr } from '../message/name-addr.ts';
import type { NameAddr, SipRequest, SipResponse } from '../message/sip-message.ts';
import { parseUri } from '../message/sip-uri.ts';
import { endpointText, type Flow } from '../transaction/flow.ts';
import { contactWithUser } from './contact-user.ts';
import { answerChallenge } from '../peers/digest-authentication.ts';
import type { Destination, OutsideRequest } from '../peers/outside-request.ts';
import { flowTo } from './route-request.ts';
import type { TransportSet } from './transport-set.ts';

type Done = (response: SipResponse | undefined) => void;

export interface OutsideRequests {
  readonly start: (request: OutsideRequest, done: Done) => void;
  readonly keepAlive: (destination: Destination) => void;
  readonly flowTo: (destination: Destination) => Flow | undefined;
  /** Whether this was one of these requests; a provisional response changes nothing. */
  settle(clientId: string, response: SipResponse | undefined): boolean;
}

export interface OutsideRequestsDeps {
  readonly tokens: Tokens;
  readonly transports: TransportSet;
  readonly log: Logger;
  readonly later: (task: () => void) => void;
  readonly send: (clientId: string, request: SipRequest, flow: Flow) => void;
}

const addressIn = (text: string): NameAddr => {
  const parsed = parseNameAddr(text);
  if (parsed === undefined) throw new RangeError('not a SIP address');
  return parsed;
};

const doubleCrlf = Buffer.from('\r\n\r\n');

export const createOutsideRequests = (deps: OutsideRequestsDeps): OutsideRequests => {
  const { tokens, transports, log, later, send } = deps;
  const waiting = new Map<string, Done>();

  const flowOf = (destination: Destination): Flow | undefined => {
    const { transport, address, port, serverName, isRegistered } = destination;
    const uri = parseUri(`sip:${endpointText({ address, port })};transport=${transport}`);
    const flow = uri && flowTo(transports.all, uri, address);
    // Over TLS it is a client's: by its password, and not by a certificate, it is known who that is.
    if (isRegistered === true) return flow && { ...flow, serverName: undefined };
    return flow && serverName !== undefined ? { ...flow, serverName } : flow;
  };

  const build = (plan: OutsideRequest, flow: Flow): SipRequest | undefined => {
    const from = addressIn(plan.from);
    const { contactUser, answering, headers = [] } = plan;
    const request = createRequest({
      method: plan.method,
      requestUri: plan.requestUri,
      from: { ...from, params: new Map([...from.params, ['tag', tokens.token()]]) },
      to: addressIn(plan.to),
      sipCallId: plan.sipCallId,
      cseq: plan.cseq,
      headers: [
        ...(contactUser === undefined
          ? []
          : [contactWithUser(transports.contactOn(flow), contactUser)]),
        ...headers,
      ],
    });
    if (answering === undefined) return request;
    const { challenge, credentials } = answering;
    const answer = answerChallenge(request, challenge, credentials, tokens.token());
    return answer && { ...request, headers: [...request.headers, answer] };
  };

  const finish = (done: Done, response: SipResponse | undefined): void => {
    later(() => {
      try {
        done(response);
      } catch (error) {
        log.error({ err: error }, 'sip request listener threw');
      }
    });
  };

  return {
    start: (plan, done) => {
      later(() => {
        const flow = flowOf(plan.destination);
        const request = flow && build(plan, flow);
        if (flow === undefined || request === undefined) {
          finish(done, undefined);
          return;
        }
        const clientId = tokens.token();
        waiting.set(clientId, done);
        send(clientId, request, flow);
      });
    },
    keepAlive: (destination) => {
      const flow = flowOf(destination);
      if (flow !== undefined) transports.sendBytes(doubleCrlf, flow);
    },
    flowTo: flowOf,
    settle: (clientId, response) => {
      const done = waiting.get(clientId);
      if (done === undefined) return false;
      if (response !== undefined && response.status < 200) return true;
      waiting.delete(clientId);
      finish(done, response);
      return true;
    },
  };
};
