/**
 * REGISTERs that drachtio-server passed on: the registrar answers, and by which drachtio-server each
 * room system came is kept, for its connection (or the hole in its NAT) is that server's alone.
 */
import type { Logger } from '../../call/ports/process.ts';
import { parseMessage } from '../message/parse-message.ts';
import { registrarAbilities, validateRequest } from '../message/validate-request.ts';
import type { Destination } from '../peers/outside-request.ts';
import type { FinalAnswer, Registrar } from '../registrar/registrar.ts';
import type { SrfRequest, SrfResponse } from './drachtio-types.ts';
import { wayOf } from './invitation.ts';
import { responseHeaders } from './response-headers.ts';

export interface RegisterDesk<Server> {
  /** Answers; `end` is called after that. Never throws. */
  receive(request: SrfRequest, response: SrfResponse, server: Server, end: () => void): void;
  /** The drachtio-server that a room system there registered by; undefined: none since we started. */
  serverTowards(destination: Destination): Server | undefined;
}

/** More than a node has devices. */
const mostKept = 10_000;

const keyOf = ({ transport, address, port }: Destination): string =>
  `${transport} ${address} ${port}`;

export const createRegisterDesk = <Server>(
  registrar: Pick<Registrar, 'receive'>,
  log: Logger,
): RegisterDesk<Server> => {
  const servers = new Map<string, Server>();

  const keep = (request: SrfRequest, server: Server): void => {
    const { transport, remote } = wayOf(request);
    const key = keyOf({ transport, ...remote });
    servers.delete(key);
    servers.set(key, server);
    const [oldest] = servers.keys();
    if (servers.size > mostKept && oldest !== undefined) servers.delete(oldest);
  };

  const answerTo = async (request: SrfRequest): Promise<FinalAnswer> => {
    const parsed = parseMessage(Buffer.from(request.raw));
    if (!parsed.ok || parsed.message.kind !== 'request') return { status: 400, headers: [] };
    const refusal = validateRequest(parsed.message, registrarAbilities);
    return refusal ?? registrar.receive(parsed.message, wayOf(request));
  };

  return {
    receive: (request, response, server, end) => {
      answerTo(request)
        .then(({ status, headers }) => {
          if (status === 200) keep(request, server);
          response.send(status, undefined, { headers: responseHeaders(headers) });
          end();
        })
        .catch((error: unknown) => {
          log.warn({ err: error }, 'a REGISTER was not answered');
        });
    },
    serverTowards: (destination) => servers.get(keyOf(destination)),
  };
};
