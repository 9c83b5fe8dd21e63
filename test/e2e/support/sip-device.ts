/** One call of a device by SIP over UDP, bare: messages written down here, and not by our code. Loopback loses nothing. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

export interface SipDevice {
  /**
   * An INVITE, the first or one within the call, to its ACK. Resolves with the SDP of the 200; rejects
   * with a refusal.
   *
   * @param offer undefined: the 200 brings one, and what `answer` makes of it goes into the ACK
   */
  invite(offer: string | undefined, answer?: (offer: string) => string): Promise<string>;
  /** What is answered to offers of the other side; before that they are refused. */
  onOffer(answer: (offer: string) => string): void;
  /** INVITEs of the other side within the call. */
  readonly offersReceived: () => number;
  /** BYE, its answer awaited. */
  close(): Promise<void>;
}

export interface SipDeviceOptions {
  readonly target: string;
  readonly sipPort: number;
  /** What its Contact says of it, such as `;video`. */
  readonly contactTags?: string | undefined;
}

const bodyOf = (message: string): string => message.slice(message.indexOf('\r\n\r\n') + 4);

export const createSipDevice = async (options: SipDeviceOptions): Promise<SipDevice> => {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  const callId = `device-${Math.random()}`;
  let cseq = 0;
  let toTag = '';
  let remote = options.target;
  let received = 0;
  let makeAnswer: ((offer: string) => string) | undefined;
  /** What a repeated 200 gets once more. */
  const acks = new Map<string, string>();
  const waiting = new Map<string, (message: string) => void>();

  const contact = `Contact: <sip:slides@127.0.0.1:${port}>${options.contactTags ?? ''}`;
  const withBody = (lines: readonly string[], body: string): string =>
    [
      ...lines,
      ...(body === '' ? [] : ['Content-Type: application/sdp']),
      `Content-Length: ${body.length}`,
      '',
      body,
    ].join('\r\n');
  const request = (method: string, number: number, body = ''): string =>
    withBody(
      [
        `${method} ${remote} SIP/2.0`,
        `Via: SIP/2.0/UDP 127.0.0.1:${port};branch=z9hG4bK${callId}${method}${number}`,
        'Max-Forwards: 70',
        'From: <sip:slides@127.0.0.1>;tag=device',
        `To: <${options.target}>${toTag}`,
        `Call-ID: ${callId}`,
        `CSeq: ${number} ${method}`,
        contact,
      ],
      body,
    );
  const say = (text: string): void => {
    socket.send(text, options.sipPort, '127.0.0.1');
  };

  const answerRequest = (text: string): void => {
    const isOffer = text.startsWith('INVITE ');
    const kept = text.split('\r\n').filter((line) => /^(Via|From|To|Call-ID|CSeq):/i.test(line));
    if (isOffer) received += 1;
    const body = isOffer ? makeAnswer?.(bodyOf(text)) : '';
    const status = body === undefined ? '488 Not Acceptable Here' : '200 OK';
    say(withBody([`SIP/2.0 ${status}`, ...kept, contact], body ?? ''));
  };
  socket.on('message', (bytes) => {
    const text = bytes.toString();
    const [, status = ''] = /^SIP\/2\.0 ([0-9]{3})/.exec(text) ?? [];
    const [, of = ''] = /^CSeq: *([0-9]+ [A-Z]+)/im.exec(text) ?? [];
    if (status === '' && !text.startsWith('ACK ')) answerRequest(text);
    if (status < '200') return;
    const ack = acks.get(of);
    if (ack !== undefined) say(ack);
    waiting.get(of)?.(text);
    waiting.delete(of);
  });
  const finalTo = (text: string, of: string): Promise<string> => {
    const { promise, resolve } = Promise.withResolvers<string>();
    waiting.set(of, resolve);
    say(text);
    return promise;
  };

  return {
    invite: async (offer, answer) => {
      const number = (cseq += 1);
      const of = `${number} INVITE`;
      const final = await finalTo(request('INVITE', number, offer), of);
      toTag = `;tag=${/^To:.*;tag=([^\r;]+)/im.exec(final)?.[1] ?? ''}`;
      if (!final.startsWith('SIP/2.0 200')) throw new Error(final);
      remote = /^Contact:.*<([^>]+)>/im.exec(final)?.[1] ?? remote;
      const ack = request('ACK', number, offer === undefined ? answer?.(bodyOf(final)) : '');
      acks.set(of, ack);
      say(ack);
      return bodyOf(final);
    },
    onOffer: (answer) => {
      makeAnswer = answer;
    },
    offersReceived: () => received,
    close: async () => {
      const number = (cseq += 1);
      await finalTo(request('BYE', number), `${number} BYE`);
      await new Promise<void>((done) => {
        socket.close(() => {
          done();
        });
      });
    },
  };
};
