/** Dialog state, RFC 3261 §12: identity, CSeq both ways, route set and remote target. */
import { createRequest } from '../message/build-message.ts';
import {
  contacts,
  cseq,
  fromOf,
  maxCSeq,
  recordRoutes,
  sipCallIdOf,
  toOf,
} from '../message/message-headers.ts';
import type { SipCallId } from '../../call/identifiers.ts';
import type {
  NameAddr,
  SipHeader,
  SipMessage,
  SipRequest,
  SipResponse,
  SipUri,
} from '../message/sip-message.ts';

/** Everything a dialog begins with. */
export interface DialogSeed {
  readonly sipCallId: SipCallId;
  readonly localTag: string;
  /** Empty for peers of RFC 2543, which may send no tag. RFC 3261 §12.1.1 */
  readonly remoteTag: string;
  /** From (as we write it) and To of our requests, tags in their parameters. */
  readonly local: NameAddr;
  readonly remote: NameAddr;
  readonly remoteTarget: SipUri;
  /** In the order in which our requests visit them. */
  readonly routeSet: readonly NameAddr[];
  readonly localSeq: number;
  readonly remoteSeq: number | undefined;
}

export interface RequestParts {
  readonly headers?: readonly SipHeader[];
  readonly body?: string;
}

export interface Dialog {
  readonly sipCallId: SipCallId;
  readonly localTag: string;
  readonly remoteTag: string;
  /** A request with the next CSeq, routed by the route set. RFC 3261 §12.2.1.1 */
  request(method: string, parts?: RequestParts): SipRequest;
  /** The ACK of our INVITE with CSeq number `inviteSeq`. RFC 3261 §13.2.2.4 */
  ack(inviteSeq: number, parts?: RequestParts): SipRequest;
  /** Where requests are sent: the first route, or the remote target. RFC 3261 §8.1.2 */
  nextHop(): SipUri;
  readonly hasRoutes: boolean;
  /** Takes a request's CSeq; false where it is lower than one before. RFC 3261 §12.2.2 */
  acceptSeq(request: SipRequest): boolean;
  /** The peer's new Contact, from a target refresh request or its response. RFC 3261 §12.2 */
  refreshTarget(message: SipMessage): void;
}

const withTag = (address: NameAddr, tag: string): NameAddr => ({
  ...address,
  params: tag === '' ? address.params : new Map([...address.params, ['tag', tag]]),
});

/** The UAS's dialog; undefined where the INVITE lacks what one is made of. RFC 3261 §12.1.1 */
export const dialogOfInvite = (
  invite: SipRequest,
  localTag: string,
  firstSeq: number,
): DialogSeed | undefined => {
  const [from, to, sipCallId] = [fromOf(invite), toOf(invite), sipCallIdOf(invite)];
  if (!from || !to || sipCallId === undefined) return undefined;
  // Contact is obligatory now; a client of RFC 2543 without one is reached at its From.
  const remoteTarget = contacts(invite)[0]?.uri ?? from.uri;
  if (remoteTarget.opaque !== undefined) return undefined;
  return {
    sipCallId,
    localTag,
    remoteTag: from.tag ?? '',
    local: withTag(to, localTag),
    remote: from,
    remoteTarget,
    routeSet: recordRoutes(invite),
    localSeq: firstSeq,
    remoteSeq: cseq(invite)?.seq,
  };
};

/** The UAC's dialog from a 1xx with a tag or a 2xx. RFC 3261 §12.1.2 */
export const dialogOfResponse = (
  invite: SipRequest,
  response: SipResponse,
): DialogSeed | undefined => {
  const [from, to, sipCallId] = [fromOf(invite), toOf(response), sipCallIdOf(invite)];
  const remoteTarget = contacts(response)[0]?.uri;
  if (!from || !to || sipCallId === undefined || !remoteTarget) return undefined;
  return {
    sipCallId,
    localTag: from.tag ?? '',
    remoteTag: to.tag ?? '',
    local: from,
    remote: to,
    remoteTarget,
    routeSet: recordRoutes(response).toReversed(),
    localSeq: cseq(invite)?.seq ?? 1,
    remoteSeq: undefined,
  };
};

/** Neither `method` nor headers belong in a Request-URI. RFC 3261 §12.2.1.1 */
const asRequestUri = (uri: SipUri): SipUri => ({
  ...uri,
  params: new Map([...uri.params].filter(([name]) => name !== 'method')),
  headers: new Map(),
});
const asRoute = (uri: SipUri): NameAddr => ({ displayName: undefined, uri, params: new Map() });

export const createDialog = (seed: DialogSeed): Dialog => {
  let { remoteTarget, localSeq, remoteSeq } = seed;

  const routed = (): { readonly requestUri: SipUri; readonly routes: readonly NameAddr[] } => {
    const [first, ...others] = seed.routeSet;
    if (first === undefined || first.uri.params.has('lr')) {
      return { requestUri: asRequestUri(remoteTarget), routes: seed.routeSet };
    }
    // A strict router wants itself in the Request-URI and the target at the end of the routes.
    return { requestUri: asRequestUri(first.uri), routes: [...others, asRoute(remoteTarget)] };
  };
  const build = (method: string, seq: number, parts: RequestParts): SipRequest =>
    createRequest({
      method,
      ...routed(),
      from: seed.local,
      to: seed.remote,
      sipCallId: seed.sipCallId,
      cseq: seq,
      ...parts,
    });

  return {
    sipCallId: seed.sipCallId,
    localTag: seed.localTag,
    remoteTag: seed.remoteTag,
    request: (method, parts = {}) => {
      localSeq = localSeq >= maxCSeq ? 1 : localSeq + 1;
      return build(method, localSeq, parts);
    },
    ack: (inviteSeq, parts = {}) => build('ACK', inviteSeq, parts),
    nextHop: () => seed.routeSet[0]?.uri ?? remoteTarget,
    hasRoutes: seed.routeSet.length > 0,
    acceptSeq: (request) => {
      const seq = cseq(request)?.seq ?? 0;
      if (remoteSeq !== undefined && seq < remoteSeq) return false;
      remoteSeq = seq;
      return true;
    },
    refreshTarget: (message) => {
      remoteTarget = contacts(message)[0]?.uri ?? remoteTarget;
    },
  };
};
