/**
 * The other side's handshake messages as they were sent: each once, in order. UDP loses, repeats and
 * reorders them, and flights come again. RFC 6347 §4.2.2
 */
import { handshakeType } from './dtls-handshake.ts';

/** Of werift's, what is looked at. */
export interface NumberedMessage {
  readonly msg_type: number;
  readonly message_seq: number;
}

export interface HandshakeOrder<Message extends NumberedMessage> {
  /** What may be worked on now. `repeated`: it ends a flight that came before, so ours was lost. */
  take(message: Message): { readonly ready: readonly Message[]; readonly repeated: boolean };
}

/** A flight has six. */
const maxWaiting = 12;

/** These come before messages are counted: a hello may be asked for again, with a cookie. */
const openings: ReadonlySet<number> = new Set([
  handshakeType.helloVerifyRequest,
  handshakeType.clientHello,
  handshakeType.serverHello,
]);
/** The last of a flight. */
const endings: ReadonlySet<number> = new Set([
  handshakeType.clientHello,
  handshakeType.serverHelloDone,
  handshakeType.finished,
]);

export const createHandshakeOrder = <
  Message extends NumberedMessage,
>(): HandshakeOrder<Message> => {
  /** Of the next message; undefined before the hello that counts. */
  let next: number | undefined;
  const waiting = new Map<number, Message>();

  const drain = (): Message[] => {
    const ready: Message[] = [];
    for (let found; next !== undefined; next += 1) {
      found = waiting.get(next);
      if (found === undefined) break;
      waiting.delete(next);
      ready.push(found);
    }
    return ready;
  };

  return {
    take: (message) => {
      const { msg_type: type, message_seq: sequence } = message;
      if (next !== undefined && sequence < next) {
        return { ready: [], repeated: endings.has(type) };
      }
      if (next === undefined && openings.has(type)) {
        const isCounted = type === handshakeType.serverHello || sequence > 0;
        if (isCounted) next = sequence + 1;
        return { ready: [message, ...drain()], repeated: false };
      }
      if (waiting.size < maxWaiting) waiting.set(sequence, message);
      return { ready: drain(), repeated: false };
    },
  };
};
