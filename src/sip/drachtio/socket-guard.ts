/**
 * Keeps what the libraries throw inside their socket handlers from ending the process.
 *
 * drachtio-srf parses in its socket's `data` handler and throws out of it: on a length that is no
 * number, on a message type it does not know, and whatever a callback of a late answer throws. An
 * exception there is nobody's to catch but the process's. drachtio-modesl does the same with a
 * header that is not percent-encoded. So each handler of each connection is called through ours;
 * one bad message costs that message, a stream that lost its frame costs the connection, which is
 * then made anew. No process-wide handler: other bugs are still seen.
 */
import type { Socket } from 'node:net';
import type { DrachtioAgent } from './drachtio-types.ts';

export type OnFault = (error: unknown, where: 'message' | 'stream') => void;

/**
 * Calls every `data` handler that the socket has now through a guard that drops the connection. And
 * sends at once: the libraries write a command in pieces, and the second would wait 40 ms for the
 * acknowledgement of the first.
 */
export const guardSocket = (socket: Socket, onFault: OnFault): void => {
  socket.setNoDelay(true);
  const handlers = socket.listeners('data');
  socket.removeAllListeners('data');
  for (const handler of handlers) {
    socket.on('data', (chunk: unknown) => {
      try {
        Reflect.apply(handler, socket, [chunk]);
      } catch (error) {
        onFault(error, 'stream');
        // What follows in the stream cannot be told apart any more.
        socket.destroy();
      }
    });
  }
};

/**
 * Guards a drachtio-srf agent, right after its `connect` or `listen`: nothing has been received by
 * then. Each later connection of it is guarded as it comes up.
 *
 * @param onMessage sees what is handed on, before it is
 */
export const guardAgent = (
  agent: DrachtioAgent,
  onFault: OnFault,
  onMessage: (message: string) => void,
): void => {
  const wire = agent.wp;
  const handlers = wire.listeners('msg');
  wire.removeAllListeners('msg');
  for (const handle of handlers) {
    wire.on('msg', (socket, message) => {
      try {
        if (!startsReadably(message)) throw new Error('unreadable start line');
        const readable = withoutBrokenHeaders(message);
        onMessage(readable);
        handle(socket, readable);
      } catch (error) {
        onFault(error, 'message');
      }
    });
  }
  for (const event of ['connect', 'connection'] as const) {
    wire.prependListener(event, (socket) => {
      guardSocket(socket, onFault);
    });
  }
};

/** The name alone: the libraries put the message, and with it whom somebody called, into the text. */
export const faultName = (error: unknown): string =>
  error instanceof Error ? error.name : typeof error;

/** Whether a frame has no SIP message, or one that begins as such: drachtio-srf prints all others. */
const startsReadably = (message: string): boolean => {
  const end = message.indexOf('\r\n');
  if (end < 0) return true;
  return /^(?:SIP\/\d+\.\d+ +\d+|[!-~]+ [!-~]+ SIP\/\d+\.\d+)/.test(message.slice(end + 2));
};

/**
 * The message without the lines of its SIP head that are no header field. drachtio-server passes
 * on what sofia-sip let through; drachtio-srf then refuses the whole message and prints it, call ID
 * and all. The frame's own first line and the body stay as they are.
 */
export const withoutBrokenHeaders = (message: string): string => {
  const headEnd = message.indexOf('\r\n\r\n');
  if (headEnd < 0) return message;
  const [frame = '', startLine = '', ...fields] = message.slice(0, headEnd).split('\r\n');
  const kept = fields.filter((line) => /^[!-9;-~]+[ \t]*:|^[ \t]/.test(line));
  if (kept.length === fields.length) return message;
  return [frame, startLine, ...kept].join('\r\n') + message.slice(headEnd);
};
