import { expect, test } from 'vitest';
import { seededFraction } from '../support/sip-network.ts';
import { orderSrv } from '../../src/trunk/srv-order.ts';

const target = (host: string, priority: number, weight: number) => ({
  host,
  port: 5060,
  priority,
  weight,
});

test('lower priorities come first, whatever the lots', () => {
  const targets = [target('c', 30, 100), target('a', 10, 0), target('b', 20, 1)];
  const fraction = seededFraction(3);
  for (let lots = 0; lots < 50; lots++)
    expect(orderSrv(targets, fraction).map(({ host }) => host)).toEqual(['a', 'b', 'c']);
});

test('within a priority the weight is the share of first places', () => {
  const targets = [target('heavy', 10, 75), target('light', 10, 25)];
  const fraction = seededFraction(4);
  let heavy = 0;
  for (let lots = 0; lots < 4000; lots++)
    if (orderSrv(targets, fraction)[0]?.host === 'heavy') heavy += 1;
  expect(heavy / 4000).toBeGreaterThan(0.71);
  expect(heavy / 4000).toBeLessThan(0.79);
});

test('every target is tried once, weight 0 among others too', () => {
  const targets = [target('a', 1, 0), target('b', 1, 10), target('c', 1, 0)];
  const fraction = seededFraction(5);
  for (let lots = 0; lots < 100; lots++)
    expect(
      orderSrv(targets, fraction)
        .map(({ host }) => host)
        .toSorted(),
    ).toEqual(['a', 'b', 'c']);
});
