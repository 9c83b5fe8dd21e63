/**
 * The transaction layer of RFC 3261 §17 as one machine: it finds or makes the transaction of each
 * message, answers what never concerns the TU (merged requests, CANCELs of nothing, overload) and
 * drops stray responses. It holds no socket and no timer; `nextTimeoutAt` says when to call it with
 * `{ type: 'time' }`.
 *
 *   TU --- request, respond, cancel, send-ack ---> layer --- send ------------------> transport
 *   TU <-- request, ack, cancel, response, failed - layer <-- received, transport-error - transport
 */
import { createResponse, prependHeader } from '../message/build-message.ts';
import { headers, topVia } from '../message/message-headers.ts';
import { formatVia } from '../message/via.ts';
import type { SipMessage, SipRequest, SipResponse } from '../message/sip-message.ts';
import { createDeadlineQueue } from './deadline-queue.ts';
import { isReliable, responseFlow, type Endpoint, type Flow } from './flow.ts';
import { createInviteClientTransaction } from './invite-client-transaction.ts';
import { createInviteServerTransaction } from './invite-server-transaction.ts';
import { createNonInviteClientTransaction } from './non-invite-client-transaction.ts';
import { createNonInviteServerTransaction } from './non-invite-server-transaction.ts';
import { defaultTimerBase, transactionTimers, type TimerBase } from './timers.ts';
import {
  branchCookie,
  clientTransactionKey,
  keyOfResponse,
  mergeKey,
  serverTransactionKey,
} from './transaction-key.ts';
import { ackForRefusal, cancelFor } from './transaction-requests.ts';
import type {
  ClientTransactionInput,
  ServerTransactionInput,
  Transaction,
  TransactionFailure,
  TransactionOutput,
} from './transaction.ts';

export type LayerInput =
  /** A message from the network; `received` and `rport` are already in a request's top Via. */
  | { readonly type: 'received'; readonly message: SipMessage; readonly flow: Flow }
  /** A new client transaction. `clientId` is the TU's name for it, unique among the live ones. */
  | {
      readonly type: 'request';
      readonly clientId: string;
      readonly request: SipRequest;
      readonly flow: Flow;
      readonly sentBy: Endpoint;
    }
  /** CANCEL for the INVITE named `clientId`; its own response is absorbed. RFC 3261 §9.1 */
  | { readonly type: 'cancel'; readonly clientId: string }
  /** The ACK of a 2xx: outside every transaction. RFC 3261 §13.2.2.4 */
  | {
      readonly type: 'send-ack';
      readonly request: SipRequest;
      readonly flow: Flow;
      readonly sentBy: Endpoint;
    }
  | { readonly type: 'respond'; readonly serverKey: string; readonly response: SipResponse }
  /** The transport could not send for this transaction (the `key` of a `send`). */
  | { readonly type: 'transport-error'; readonly key: string }
  | { readonly type: 'time' };

export type DropReason = 'stray-response' | 'stray-ack' | 'overload' | 'no-transaction-key';

export type LayerOutput =
  | {
      readonly type: 'send';
      readonly message: SipMessage;
      readonly flow: Flow;
      /** Names the transaction in a `transport-error`; undefined for what belongs to none. */
      readonly key: string | undefined;
    }
  /** A new request, neither ACK nor CANCEL; answer it by `respond` with this key. */
  | {
      readonly type: 'request';
      readonly request: SipRequest;
      readonly flow: Flow;
      readonly serverKey: string;
    }
  /** A CANCEL that found its INVITE: answer both. */
  | {
      readonly type: 'cancel';
      readonly request: SipRequest;
      readonly serverKey: string;
      readonly inviteKey: string;
    }
  /** The ACK of a 2xx. */
  | { readonly type: 'ack'; readonly request: SipRequest }
  | { readonly type: 'response'; readonly clientId: string; readonly response: SipResponse }
  | {
      readonly type: 'client-failed';
      readonly clientId: string;
      readonly failure: TransactionFailure;
    }
  | {
      readonly type: 'server-failed';
      readonly serverKey: string;
      readonly failure: TransactionFailure;
    }
  | { readonly type: 'dropped'; readonly reason: DropReason };

export interface TransactionLayer {
  handle(now: number, input: LayerInput): readonly LayerOutput[];
  nextTimeoutAt(): number | undefined;
  /** Live transactions, both ways. */
  readonly size: number;
}

export interface TransactionLayerDeps {
  /** A new unique text for branches. */
  readonly newBranch: () => string;
  readonly timerBase?: TimerBase;
  /** Beyond this, new requests are answered 503 without a transaction. */
  readonly maxServerTransactions?: number;
}

interface ClientEntry {
  readonly side: 'client';
  readonly key: string;
  /** Undefined for CANCEL, whose responses nobody waits for. */
  readonly clientId: string | undefined;
  readonly request: SipRequest;
  readonly flow: Flow;
  readonly machine: Transaction<ClientTransactionInput, string>;
}
interface ServerEntry {
  readonly side: 'server';
  readonly key: string;
  /** A copy of a request that is being served: RFC 3261 §8.2.2.2. */
  readonly isMerged: boolean;
  readonly mergeKey: string | undefined;
  /** Where the responses go. */
  readonly flow: Flow;
  readonly machine: Transaction<ServerTransactionInput, string>;
}

export const createTransactionLayer = ({
  newBranch,
  timerBase = defaultTimerBase,
  maxServerTransactions = 50_000,
}: TransactionLayerDeps): TransactionLayer => {
  const entries = new Map<string, ClientEntry | ServerEntry>();
  const clientKeys = new Map<string, string>();
  const mergeKeys = new Map<string, string>();
  const deadlines = createDeadlineQueue<string>();
  let serverTransactions = 0;

  const forget = (entry: ClientEntry | ServerEntry): void => {
    if (!entries.delete(entry.key)) return;
    deadlines.set(entry.key, undefined);
    if (entry.side === 'client') {
      if (entry.clientId !== undefined && clientKeys.get(entry.clientId) === entry.key) {
        clientKeys.delete(entry.clientId);
      }
      return;
    }
    serverTransactions -= 1;
    if (entry.mergeKey !== undefined) mergeKeys.delete(entry.mergeKey);
  };

  /** What a machine said, in the layer's words; a terminated machine is forgotten. */
  const settle = (
    entry: ClientEntry | ServerEntry,
    outputs: readonly TransactionOutput[],
  ): readonly LayerOutput[] => {
    if (entry.machine.state === 'terminated') forget(entry);
    else deadlines.set(entry.key, entry.machine.nextTimeoutAt());
    return outputs.flatMap((output): readonly LayerOutput[] => {
      switch (output.type) {
        case 'send':
          return [{ type: 'send', message: output.message, flow: entry.flow, key: entry.key }];
        case 'ack':
          return [{ type: 'ack', request: output.request }];
        case 'response': {
          if (entry.side === 'server' || entry.clientId === undefined) return [];
          return [{ type: 'response', clientId: entry.clientId, response: output.response }];
        }
        case 'failed': {
          const { failure } = output;
          if (entry.side === 'server') {
            return [{ type: 'server-failed', serverKey: entry.key, failure }];
          }
          if (entry.clientId === undefined) return [];
          return [{ type: 'client-failed', clientId: entry.clientId, failure }];
        }
      }
    });
  };

  const startClient = (
    now: number,
    request: SipRequest,
    { flow, clientId, branch }: { flow: Flow; clientId: string | undefined; branch: string },
  ): readonly LayerOutput[] => {
    const timers = transactionTimers(isReliable(flow.transport), timerBase);
    const key = clientTransactionKey(branch, request.method);
    const machine =
      request.method === 'INVITE'
        ? createInviteClientTransaction(now, { invite: request, timers, ackFor: ackForRefusal })
        : createNonInviteClientTransaction(now, { request, timers });
    const entry: ClientEntry = { side: 'client', key, clientId, request, flow, machine };
    entries.set(key, entry);
    if (clientId !== undefined) clientKeys.set(clientId, key);
    deadlines.set(key, machine.nextTimeoutAt());
    return [{ type: 'send', message: request, flow, key }];
  };

  const withVia = (
    request: SipRequest,
    flow: Flow,
    sentBy: Endpoint,
    branch: string,
  ): SipRequest => {
    const params = new Map([
      ['branch', branch],
      // Asks for the response at the port we sent from. RFC 3581 §3
      ...(flow.transport === 'udp' ? ([['rport', '']] as const) : []),
    ]);
    const transport = flow.transport.toUpperCase();
    const via = formatVia({ transport, host: sentBy.address, port: sentBy.port, params });
    return prependHeader(request, 'Via', via);
  };

  const onResponse = (now: number, response: SipResponse): readonly LayerOutput[] => {
    const key = keyOfResponse(response);
    const entry = key === undefined ? undefined : entries.get(key);
    // More than one Via: it was meant for somebody behind us. RFC 3261 §8.1.3.3
    if (entry?.side !== 'client' || headers(response, 'Via').length > 1) {
      return [{ type: 'dropped', reason: 'stray-response' }];
    }
    return settle(entry, entry.machine.handle(now, { type: 'response', response }));
  };

  const statelessly = (request: SipRequest, flow: Flow, status: number): LayerOutput => ({
    type: 'send',
    message: createResponse(request, status, undefined, {
      toTag: newBranch(),
      headers: [{ name: 'Retry-After', value: '5' }],
    }),
    flow: responseFlow(request, flow),
    key: undefined,
  });

  const startServer = (now: number, request: SipRequest, flow: Flow, key: string): ServerEntry => {
    const timers = transactionTimers(isReliable(flow.transport), timerBase);
    const merge = request.method === 'CANCEL' ? undefined : mergeKey(request);
    const isMerged = merge !== undefined && mergeKeys.has(merge);
    const entry: ServerEntry = {
      side: 'server',
      key,
      isMerged,
      mergeKey: isMerged ? undefined : merge,
      flow: responseFlow(request, flow),
      machine:
        request.method === 'INVITE'
          ? createInviteServerTransaction(now, { timers, trying: createResponse(request, 100) })
          : createNonInviteServerTransaction(now, { timers }),
    };
    entries.set(key, entry);
    if (entry.mergeKey !== undefined) mergeKeys.set(entry.mergeKey, key);
    serverTransactions += 1;
    deadlines.set(key, entry.machine.nextTimeoutAt());
    return entry;
  };

  const onNewRequest = (
    now: number,
    request: SipRequest,
    flow: Flow,
    serverKey: string,
  ): readonly LayerOutput[] => {
    if (request.method === 'ACK') {
      // The ACK of a 2xx has a branch of its own. RFC 3261 §17.1.1.3
      return [{ type: 'ack', request }];
    }
    if (serverTransactions >= maxServerTransactions) {
      return [statelessly(request, flow, 503), { type: 'dropped', reason: 'overload' }];
    }
    const entry = startServer(now, request, flow, serverKey);
    const answer = (status: number): readonly LayerOutput[] => {
      const response = createResponse(request, status, undefined, { toTag: newBranch() });
      return settle(entry, entry.machine.handle(now, { type: 'respond', response }));
    };
    // The same request by another way: loop detected. RFC 3261 §8.2.2.2
    if (entry.isMerged) return answer(482);
    if (request.method !== 'CANCEL') return [{ type: 'request', request, flow, serverKey }];
    const inviteKey = serverTransactionKey(request, 'INVITE');
    if (inviteKey === undefined || entries.get(inviteKey)?.side !== 'server') return answer(481);
    return [{ type: 'cancel', request, serverKey, inviteKey }];
  };

  const onRequest = (now: number, request: SipRequest, flow: Flow): readonly LayerOutput[] => {
    const key = serverTransactionKey(request);
    if (key === undefined) return [{ type: 'dropped', reason: 'no-transaction-key' }];
    const entry = entries.get(key);
    if (entry?.side !== 'server') return onNewRequest(now, request, flow, key);
    return settle(entry, entry.machine.handle(now, { type: 'request', request }));
  };

  const onTime = (now: number): readonly LayerOutput[] => {
    const outputs: LayerOutput[] = [];
    for (let key = deadlines.takeDue(now); key !== undefined; key = deadlines.takeDue(now)) {
      const entry = entries.get(key);
      if (entry === undefined) continue;
      outputs.push(...settle(entry, entry.machine.handle(now, { type: 'time' })));
    }
    return outputs;
  };

  return {
    handle: (now, input) => {
      switch (input.type) {
        case 'received':
          return input.message.kind === 'request'
            ? onRequest(now, input.message, input.flow)
            : onResponse(now, input.message);
        case 'request': {
          const branch = `${branchCookie}${newBranch()}`;
          const request = withVia(input.request, input.flow, input.sentBy, branch);
          return startClient(now, request, { flow: input.flow, clientId: input.clientId, branch });
        }
        case 'cancel': {
          const entry = entries.get(clientKeys.get(input.clientId) ?? '');
          if (entry?.side !== 'client') return [];
          const branch = topVia(entry.request)?.params.get('branch') ?? '';
          const request = cancelFor(entry.request);
          return startClient(now, request, { flow: entry.flow, clientId: undefined, branch });
        }
        case 'send-ack': {
          const branch = `${branchCookie}${newBranch()}`;
          const message = withVia(input.request, input.flow, input.sentBy, branch);
          return [{ type: 'send', message, flow: input.flow, key: undefined }];
        }
        case 'respond': {
          const entry = entries.get(input.serverKey);
          if (entry?.side !== 'server') return [];
          const { response } = input;
          return settle(entry, entry.machine.handle(now, { type: 'respond', response }));
        }
        case 'transport-error': {
          const entry = entries.get(input.key);
          if (entry === undefined) return [];
          return settle(entry, entry.machine.handle(now, { type: 'transport-error' }));
        }
        case 'time':
          return onTime(now);
      }
    },
    nextTimeoutAt: () => deadlines.next(),
    get size() {
      return entries.size;
    },
  };
};
