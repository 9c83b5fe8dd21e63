/** Cuts a TCP or TLS stream into messages by Content-Length. RFC 3261 §18.3, RFC 5626 §3.5.1 */
import { endOfHead, messageLimits, readHead } from './message-head.ts';
import { contentLength, parseMessage, refuseHead } from './parse-message.ts';
import { isSameHeader } from './header-names.ts';
import type { ParsedMessage, RefusedMessage } from './parse-message.ts';
import type { SipHeader } from './sip-message.ts';
import type { SipParseErrorCode } from './sip-parse-error.ts';

export type StreamEvent =
  /** A whole message, or one whose end was clear although it is malformed: the stream goes on. */
  | { readonly type: 'message'; readonly parsed: ParsedMessage }
  /** The peer's keep-alive, a double CRLF: answer with one CRLF. */
  | { readonly type: 'ping' }
  /** A single CRLF: the answer to our own keep-alive. */
  | { readonly type: 'pong' }
  /**
   * Where the next message begins is lost. Answer what can be answered, then close the connection.
   * The last event: everything pushed after it is ignored.
   */
  | { readonly type: 'broken'; readonly parsed: RefusedMessage };

export interface StreamFramer {
  /** Takes bytes as they come, cut anywhere. */
  push(chunk: Buffer): readonly StreamEvent[];
}

/** One framer a connection. Holds at most one message of 64 KiB and the chunk at hand. */
export const createStreamFramer = (): StreamFramer => {
  let pending: Buffer = Buffer.alloc(0);
  let neededBytes = 1;
  let broken = false;
  return {
    push: (chunk) => {
      if (broken) return [];
      pending = Buffer.concat([pending, chunk]);
      const events: StreamEvent[] = [];
      while (!broken && pending.length >= neededBytes) {
        const step = nextStep(pending);
        if (step.event) events.push(step.event);
        broken = step.event?.type === 'broken';
        pending = pending.subarray(step.takenBytes);
        neededBytes = step.neededBytes;
      }
      if (broken) pending = Buffer.alloc(0);
      return events;
    },
  };
};

interface Step {
  readonly event?: StreamEvent;
  readonly takenBytes: number;
  /** Fewer bytes than these, after the taken ones, tell nothing new. */
  readonly neededBytes: number;
}
const taken = (event: StreamEvent, takenBytes: number): Step => ({
  event,
  takenBytes,
  neededBytes: 1,
});
const waitFor = (neededBytes: number): Step => ({ takenBytes: 0, neededBytes });

/** What stands at the beginning of `bytes`, which are not empty. */
const nextStep = (bytes: Buffer): Step => {
  const start = bytes.toString('latin1', 0, 4);
  if (start === '\r\n\r\n') return taken({ type: 'ping' }, 4);
  // Whether the second CRLF of a ping follows is not clear yet.
  if ('\r\n\r\n'.startsWith(start)) return waitFor(bytes.length + 1);
  if (start.startsWith('\r\n')) return taken({ type: 'pong' }, 2);
  if (start.startsWith('\n')) return taken({ type: 'pong' }, 1);
  return nextMessage(bytes);
};

const nextMessage = (bytes: Buffer): Step => {
  const limit = messageLimits.messageBytes;
  const headEnd = endOfHead(bytes.subarray(0, limit));
  if (headEnd < 0) {
    return bytes.length < limit ? waitFor(bytes.length + 1) : breakAt(bytes.subarray(0, limit));
  }
  const headBytes = bytes.subarray(0, headEnd);
  const { headers } = readHead(headBytes);
  const length = contentLength(headers);
  // Over a stream Content-Length is a must, and only one can be right. RFC 3261 §18.3
  if (length === undefined || headers.filter(isContentLength).length !== 1) {
    return breakAt(headBytes, 'sip/bad-content-length', 'Content-Length required');
  }
  const end = headEnd + length;
  if (end > limit) return breakAt(headBytes);
  if (bytes.length < end) return waitFor(end);
  const parsed = parseMessage(bytes.subarray(0, end));
  // Not SIP at all: nothing that follows can be trusted to be.
  return !parsed.ok && parsed.error.code === 'sip/bad-start-line' && !parsed.error.answer
    ? taken({ type: 'broken', parsed }, end)
    : taken({ type: 'message', parsed }, end);
};

const isContentLength = ({ name }: SipHeader): boolean => isSameHeader(name, 'Content-Length');

const breakAt = (
  headBytes: Buffer,
  code: SipParseErrorCode = 'sip/too-large',
  reason = 'Message too large',
): Step =>
  taken({ type: 'broken', parsed: refuseHead(headBytes, { code, reason }) }, headBytes.length);
