/** What comes from the network, before anybody acts on it: flood, malformed bytes, true sources. */
import { createResponse } from '../message/build-message.ts';
import type { Logger } from '../../call/ports/process.ts';
import type { ParsedMessage } from '../message/parse-message.ts';
import type { SipMessage, SipResponse } from '../message/sip-message.ts';
import { responseFlow, type Flow } from '../transaction/flow.ts';
import type { SourceLimiter } from './source-limiter.ts';
import { withViaSource } from './via-source.ts';

/** Reading malformed bytes and answering them costs more than they are worth. */
const malformedCost = 20;
/** One of so many malformed messages is logged, without its contents. */
const logEvery = 1000;

export interface MessageCounters {
  received: number;
  sent: number;
  malformed: number;
  flood: number;
  dropped: number;
  sendFailed: number;
}

export const createMessageCounters = (): MessageCounters => ({
  received: 0,
  sent: 0,
  malformed: 0,
  flood: 0,
  dropped: 0,
  sendFailed: 0,
});

export interface MessageGateDeps {
  readonly limiter: SourceLimiter;
  readonly counters: MessageCounters;
  readonly log: Logger;
  readonly newTag: () => string;
  readonly respond: (response: SipResponse, flow: Flow) => void;
}

/** The message, ready for the transaction layer, or undefined where nothing is left to do. */
export type MessageGate = (
  now: number,
  parsed: ParsedMessage,
  flow: Flow,
) => SipMessage | undefined;

export const createMessageGate = (deps: MessageGateDeps): MessageGate => {
  const { limiter, counters, log } = deps;
  return (now, parsed, flow) => {
    counters.received += 1;
    if (!limiter.take(now, flow.remote.address, parsed.ok ? 1 : malformedCost)) {
      counters.flood += 1;
      return undefined;
    }
    if (parsed.ok) {
      const { message } = parsed;
      return message.kind === 'request' ? withViaSource(message, flow.remote) : message;
    }
    const { error } = parsed;
    // A keep-alive is no fault. RFC 5626 §3.5.1
    if (error.code === 'sip/empty') return undefined;
    if (counters.malformed % logEvery === 0) {
      const { malformed } = counters;
      log.debug({ code: error.code, transport: flow.transport, malformed }, 'malformed message');
    }
    counters.malformed += 1;
    if (error.answer !== undefined) {
      const request = withViaSource(error.answer.request, flow.remote);
      const { status } = error.answer;
      const response = createResponse(request, status, error.reason, { toTag: deps.newTag() });
      deps.respond(response, responseFlow(request, flow));
    }
    return undefined;
  };
};
