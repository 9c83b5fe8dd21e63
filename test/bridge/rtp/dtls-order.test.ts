import { expect, test } from 'vitest';
import { createHandshakeOrder } from '../../../src/bridge/rtp/dtls-order.ts';

const message = (msg_type: number, message_seq: number) => ({ msg_type, message_seq });
const [clientHello, serverHello, cookie, certificate, done, finished] = [1, 2, 3, 11, 14, 20];

const takenBy = (messages: readonly ReturnType<typeof message>[]) => {
  const order = createHandshakeOrder<ReturnType<typeof message>>();
  return messages.map((each) => {
    const { ready, repeated } = order.take(each);
    return repeated ? 'repeated' : ready.map(({ message_seq }) => message_seq).join(' ');
  });
};

test('messages that overtake others wait for them', () => {
  expect(
    takenBy([
      message(clientHello, 1),
      message(16, 3),
      message(15, 4),
      message(certificate, 2),
      message(finished, 5),
    ]),
  ).toEqual(['1', '', '', '2 3 4', '5']);
});

test('what came before the hello waits too', () => {
  expect(takenBy([message(done, 1), message(serverHello, 0)])).toEqual(['', '0 1']);
});

test('a message that comes again is worked on once, and the end of its flight is told', () => {
  expect(
    takenBy([
      message(clientHello, 1),
      message(clientHello, 1),
      message(certificate, 2),
      message(certificate, 2),
      message(finished, 3),
      message(finished, 3),
    ]),
  ).toEqual(['1', 'repeated', '2', '', '3', 'repeated']);
});

test('hellos without a cookie, and requests for one, are taken as often as they come', () => {
  expect(takenBy([message(clientHello, 0), message(clientHello, 0)])).toEqual(['0', '0']);
  expect(takenBy([message(cookie, 0), message(cookie, 0), message(serverHello, 1)])).toEqual([
    '0',
    '0',
    '1',
  ]);
});

test('only so many messages wait', () => {
  const order = createHandshakeOrder<ReturnType<typeof message>>();
  for (let sequence = 60; sequence > 1; sequence -= 1) order.take(message(certificate, sequence));
  const { ready } = order.take(message(serverHello, 1));
  expect(ready.length).toBeLessThan(13);
});
