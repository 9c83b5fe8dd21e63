/** What one session says: collected while its machine is at work, taken when it is done. */
import { createResponse } from '../message/build-message.ts';
import type { SipHeader, SipRequest, SipResponse } from '../message/sip-message.ts';
import { allowHeader, sdpContentType, supportedHeader } from './capabilities.ts';
import type { Dialog } from './dialog.ts';
import type { SessionEndCause, SessionEvent, SessionOutput } from './session.ts';

/** A request of the peer with the key to answer it by. */
export interface ReceivedRequest {
  readonly request: SipRequest;
  readonly serverKey: string;
}

export interface ResponseParts {
  readonly headers?: readonly SipHeader[] | undefined;
  readonly sdp?: string | undefined;
  readonly reason?: string | undefined;
}

export interface SessionOutbox {
  /** To our user; nothing after `end`. */
  tell(event: SessionEvent): void;
  /** Tells `ended`, once: the first cause wins. */
  end(cause: SessionEndCause): void;
  /** A response with our tag, and Contact where the dialog's target is refreshed. */
  responseTo(request: SipRequest, status: number, parts?: ResponseParts): SipResponse;
  respond(received: ReceivedRequest, status: number, parts?: ResponseParts): void;
  sendResponse(serverKey: string, response: SipResponse): void;
  sendRequest(clientId: string, request: SipRequest): void;
  sendAck(request: SipRequest): void;
  close(): void;
  take(): readonly SessionOutput[];
}

export const createSessionOutbox = (dialog: Dialog, contact: SipHeader): SessionOutbox => {
  let outputs: SessionOutput[] = [];
  let isEnded = false;
  let isClosed = false;

  const tell = (event: SessionEvent): void => {
    if (!isEnded) outputs.push({ type: 'event', event });
  };
  const responseTo: SessionOutbox['responseTo'] = (request, status, parts = {}) => {
    const isTargetRefresh = request.method === 'INVITE' || request.method === 'UPDATE';
    const isDialogMade = isTargetRefresh && status > 100 && status < 300;
    return createResponse(request, status, parts.reason, {
      ...(status === 100 ? {} : { toTag: dialog.localTag }),
      headers: [
        ...(isDialogMade ? [contact, allowHeader, supportedHeader] : []),
        ...(parts.headers ?? []),
        ...(parts.sdp === undefined ? [] : [sdpContentType]),
      ],
      body: parts.sdp ?? '',
    });
  };
  const sendResponse = (serverKey: string, response: SipResponse): void => {
    outputs.push({ type: 'respond', serverKey, response });
  };

  return {
    tell,
    end: (cause) => {
      tell({ type: 'ended', cause });
      isEnded = true;
    },
    responseTo,
    respond: ({ request, serverKey }, status, parts) => {
      sendResponse(serverKey, responseTo(request, status, parts));
    },
    sendResponse,
    sendRequest: (clientId, request) => {
      outputs.push({ type: 'request', clientId, request, nextHop: dialog.nextHop() });
    },
    sendAck: (request) => {
      outputs.push({ type: 'send-ack', request, nextHop: dialog.nextHop() });
    },
    close: () => {
      if (!isClosed) outputs.push({ type: 'closed' });
      isClosed = true;
    },
    take: () => {
      const taken = outputs;
      outputs = [];
      return taken;
    },
  };
};
