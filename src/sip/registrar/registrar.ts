/**
 * The registrar of our domains: room systems say where they are, RFC 3261 §10.3.
 *
 *   REGISTER -- of none of our domains, malformed --------> 404, 400
 *            -- no good credentials ----------------------> 401; too often wrong: 403
 *            -- for too short a time ---------------------> 423 with Min-Expires
 *            -- older than what is known of it -----------> 500
 *            -- else: all of it, or nothing (503) --------> 200 with all bindings there are now
 */
import type { Clock, Logger } from '../../call/ports/process.ts';
import type { Binding, RoomSystemBook } from '../../call/ports/room-systems.ts';
import { fromOf, headers } from '../message/message-headers.ts';
import type { SipHeader, SipRequest } from '../message/sip-message.ts';
import type { Flow } from '../transaction/flow.ts';
import { createRegisterDoor, type RegisterDoorDeps } from './register-door.ts';
import { readRegister, type RegisterRequest } from './register-request.ts';

export interface FinalAnswer {
  readonly status: number;
  readonly headers: readonly SipHeader[];
}

/** How a request came. */
export type Way = Pick<Flow, 'transport' | 'remote' | 'connectionId'>;

export interface Registrar {
  /** Never rejects. */
  receive(request: SipRequest, way: Way): Promise<FinalAnswer>;
  /**
   * The address of the room system that calls: From says so, and the call comes the way that a
   * REGISTER with good credentials came to this node. Undefined: none of ours.
   */
  callerOf(invite: SipRequest, way: Way): string | undefined;
  /** Where it was registered last; undefined where it is not, or nobody can say. Never rejects. */
  locate(address: string): Promise<Binding | undefined>;
}

export interface RegistrarOptions {
  readonly book: Pick<RoomSystemBook, 'secretOf' | 'change' | 'bindings'>;
  /** Lower case. */
  readonly domains: readonly string[];
  readonly nodeId: string;
}

export interface RegistrarDeps extends Pick<RegisterDoorDeps, 'random' | 'failureLimits'> {
  readonly clock: Clock;
  readonly log: Logger;
}

const retryAfterS = 30;
/** More than a node has devices. */
const mostWays = 10_000;

/** UDP has no connection: the port tells devices behind one address apart. */
const keyOf = ({ transport, remote, connectionId }: Way): string =>
  `${transport} ${remote.address} ${connectionId ?? remote.port}`;

export const createRegistrar = (options: RegistrarOptions, deps: RegistrarDeps): Registrar => {
  const { book, domains, nodeId } = options;
  const { clock, log } = deps;
  const door = createRegisterDoor({ ...deps, secretOf: (address) => book.secretOf(address) });
  const ways = new Map<string, { readonly address: string; readonly until: number }>();

  const answerWith = (bindings: readonly Binding[], now: number): FinalAnswer => ({
    status: 200,
    headers: [
      ...bindings.map(({ contact, expiresAt }) => ({
        name: 'Contact',
        value: `<${contact}>;expires=${Math.max(0, Math.round((expiresAt - now) / 1000))}`,
      })),
      { name: 'Date', value: new Date(now).toUTCString() },
    ],
  });

  const bind = async (
    { address, sipCallId, cseq, put, drop }: RegisterRequest,
    way: Way,
  ): Promise<FinalAnswer> => {
    const now = clock.now();
    if (put.length === 0 && drop.length === 0)
      return answerWith(await book.bindings(now, address), now);
    const { transport, remote } = way;
    const bindings = await book.change({
      ...{ address, sipCallId, cseq, drop, now },
      put: put.map(({ contact, expiresS }) => ({
        ...{ address, contact, transport, nodeId, sipCallId, cseq },
        remoteAddress: remote.address,
        remotePort: remote.port,
        expiresAt: now + expiresS * 1000,
      })),
    });
    // RFC 3261 §10.3, step 7: the request is aborted.
    if (bindings === undefined) return { status: 500, headers: [] };
    const longestS = Math.max(0, ...put.map(({ expiresS }) => expiresS));
    remember(keyOf(way), address, now + longestS * 1000);
    return answerWith(bindings, now);
  };

  const remember = (key: string, address: string, until: number): void => {
    ways.delete(key);
    if (until > clock.now()) ways.set(key, { address, until });
    const [oldest] = ways.keys();
    if (ways.size > mostWays && oldest !== undefined) ways.delete(oldest);
  };

  const receive = async (request: SipRequest, way: Way): Promise<FinalAnswer> => {
    const read = readRegister(request, domains);
    if (!read.ok && read.status !== 423) return { status: read.status, headers: [] };
    // Who is let in is asked before what is asked for: strangers learn nothing from a 423.
    const answer = await knock(request, read.register, way);
    if (answer.kind === 'shut') return { status: 403, headers: [] };
    if (answer.kind === 'challenge') return { status: 401, headers: answer.headers };
    if (!read.ok) {
      const minExpires = { name: 'Min-Expires', value: String(read.minExpiresS) };
      return { status: 423, headers: [minExpires] };
    }
    return bind(read.register, way);
  };

  const knock = (
    request: SipRequest,
    { user, domain }: Pick<RegisterRequest, 'user' | 'domain'>,
    way: Way,
  ) =>
    door.knock({
      now: clock.now(),
      method: request.method,
      source: way.remote.address,
      ...{ user, domain },
      authorization: headers(request, 'Authorization'),
    });

  return {
    receive: async (request, way) => {
      try {
        return await receive(request, way);
      } catch (error) {
        log.error({ err: error }, 'registration not kept');
        return { status: 503, headers: [{ name: 'Retry-After', value: String(retryAfterS) }] };
      }
    },
    callerOf: (invite, way) => {
      const known = ways.get(keyOf(way));
      const from = fromOf(invite)?.uri;
      if (known === undefined || from?.user === undefined || known.until <= clock.now())
        return undefined;
      return `${from.user.toLowerCase()}@${from.host}` === known.address
        ? known.address
        : undefined;
    },
    locate: async (address) => {
      try {
        return (await book.bindings(clock.now(), address))[0];
      } catch (error) {
        log.error({ err: error }, 'room system not looked up');
        return undefined;
      }
    },
  };
};
