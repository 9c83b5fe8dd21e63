/** What happens on the way out of a test's phones: lost ACKs, and BYEs of a line that broke. */
import type { OpenTransport } from '../../src/sip/embedded/transport-set.ts';

export interface PhoneWire {
  readonly openTransport: OpenTransport;
  loseAck(sipCallId: string): void;
  /** The next BYE says that nobody hung up. RFC 3326 */
  breakLine(sipCallId: string): void;
}

export const createPhoneWire = (open: OpenTransport): PhoneWire => {
  const withoutAck = new Set<string>();
  const broken = new Set<string>();
  const isOf = (sipCallIds: ReadonlySet<string>, text: string): boolean =>
    [...sipCallIds].some((sipCallId) => text.includes(sipCallId));
  /** Undefined: lost. */
  const onTheWay = (bytes: Buffer): Buffer | undefined => {
    const text = bytes.toString('latin1');
    if (text.startsWith('ACK ') && isOf(withoutAck, text)) return undefined;
    if (!text.startsWith('BYE ') || !isOf(broken, text)) return bytes;
    return Buffer.from(text.replace('\r\n', '\r\nReason: Q.850;cause=38\r\n'), 'latin1');
  };
  return {
    openTransport: async (spec, listener) => {
      const transport = await open(spec, listener);
      return {
        ...transport,
        get connections() {
          return transport.connections;
        },
        send: (bytes, flow, onFailed) => {
          const sent = onTheWay(bytes);
          if (sent !== undefined) transport.send(sent, flow, onFailed);
        },
      };
    },
    loseAck: (sipCallId) => withoutAck.add(sipCallId),
    breakLine: (sipCallId) => broken.add(sipCallId),
  };
};
