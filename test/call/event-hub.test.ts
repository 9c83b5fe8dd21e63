import { beforeEach, expect, test } from 'vitest';
import { createEventHub, type EventHub } from '../../src/call/event-hub.ts';
import type { GatewayEvent, NewEvent } from '../../src/call/gateway-event.ts';

const event = (at: number): NewEvent => ({ type: 'call.joined', at, data: { legId: `leg-${at}` } });
const foreign = (at: number): GatewayEvent => ({ ...event(at), eventId: `other-${at}` });

let hub: EventHub;
let told: GatewayEvent[];
beforeEach(() => {
  told = [];
  hub = createEventHub({ lifeId: 'life', tellOthers: (each) => told.push(each), capacity: 4 });
});

interface Heard {
  readonly text: string[];
  readonly ids: string[];
}
const listen = (from?: Parameters<EventHub['listen']>[0]) => {
  const heard: Heard = { text: [], ids: [] };
  const listening = hub.listen(from, {
    event: ({ at, eventId }) => {
      heard.text.push(String(at));
      heard.ids.push(eventId);
    },
    gap: () => heard.text.push('gap'),
  });
  return { ...heard, ...listening };
};

test('an own event is told here, to the other nodes and to its owner; a foreign one here alone', () => {
  const own: GatewayEvent[] = [];
  hub.onOwn((each) => own.push(each));
  const reader = listen();
  hub.publish(event(1));
  hub.heard(foreign(2));
  expect(reader.text).toEqual(['1', '2']);
  expect(told.map(({ at }) => at)).toEqual([1]);
  expect(own).toEqual(told);
});

test('who comes back gets what was missed, exactly once at the same node', () => {
  const first = listen();
  for (const at of [10_000, 10_001, 10_002]) hub.publish(event(at));
  const again = listen({ after: first.ids[0] ?? '', here: true });
  expect([again.text, again.complete]).toEqual([['10001', '10002'], true]);
});

test('who comes from another node gets the last moments again rather than too little', () => {
  const first = listen();
  for (const at of [5_000, 9_000, 10_000, 11_000]) hub.publish(event(at));
  const again = listen({ after: first.ids[2] ?? '', here: false });
  expect([again.text, again.complete]).toEqual([['9000', '11000'], true]);
});

test('what is too long ago, unknown or from before a gap cannot be resumed', () => {
  const first = listen();
  for (let at = 0; at < 20; at += 1) hub.publish(event(at));
  expect(listen({ after: first.ids[0] ?? '', here: true }).complete).toBe(false);
  expect(listen({ after: 'nonsense', here: true }).complete).toBe(false);
  const last = first.ids.at(-1) ?? '';
  expect(listen({ after: last, here: true }).complete).toBe(true);
  hub.missed();
  expect(first.text.at(-1)).toBe('gap');
  expect(listen({ after: last, here: true }).complete).toBe(false);
});

test('who stops listening hears nothing more', () => {
  const reader = listen();
  reader.stop();
  hub.publish(event(1));
  expect(reader.text).toEqual([]);
  expect(hub.listeners).toBe(0);
});
