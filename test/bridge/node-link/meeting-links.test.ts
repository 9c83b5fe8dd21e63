import { describe, expect, it } from 'vitest';
import { asNodeId } from '../../../src/call/identifiers.ts';
import { amplitudeAt, seededRandom } from '../../support/sounds.ts';
import { lastFrames, settled, simulateNodes, toneAt } from './link-simulation.ts';

const [nodeA, nodeB] = [asNodeId('a'), asNodeId('b')];
const narrowHz = 8000;

describe('callers of one meeting on two nodes', () => {
  it('hear each other as loud as they speak, and never themselves', async () => {
    const { a, b, run } = await simulateNodes();
    a.say = toneAt(440, 8000, narrowHz);
    b.say = toneAt(700, 6000, narrowHz);
    run(3000);
    expect(amplitudeAt(lastFrames(b, 50), 440, narrowHz) / 8000).toBeCloseTo(1, 1);
    expect(amplitudeAt(lastFrames(a, 50), 700, narrowHz) / 6000).toBeCloseTo(1, 1);
    expect(amplitudeAt(lastFrames(b, 50), 700, narrowHz)).toBeLessThan(50);
    expect(amplitudeAt(lastFrames(a, 50), 440, narrowHz)).toBeLessThan(50);
    expect(a.linked).toEqual({ heard: [nodeB], hearing: [nodeB] });
    expect(b.linked).toEqual({ heard: [nodeA], hearing: [nodeA] });
    // 1: the caller of A, whom B's screens may show.
    expect(b.speakers()).toContain(1);
  });

  it('are not heard by a link before it stands, since their tracks are', async () => {
    const { a, b, run } = await simulateNodes();
    a.say = toneAt(440, 8000, narrowHz);
    run(160);
    expect(b.linked.heard).toEqual([]);
    expect(amplitudeAt(lastFrames(b, 8), 440, narrowHz)).toBe(0);
    run(200);
    expect(b.linked.heard).toEqual([nodeA]);
  });

  it('cost a few bytes a tick while nobody says anything', async () => {
    const { a, run } = await simulateNodes();
    run(2000);
    a.sentBytes.length = 0;
    run(1000);
    expect(a.sentBytes).toHaveLength(50);
    expect(Math.max(...a.sentBytes)).toBeLessThan(40);
  });

  it('hear no more than short gaps when one datagram in ten is lost and others overtake each other', async () => {
    const { a, b, run } = await simulateNodes();
    const random = seededRandom(7);
    a.say = toneAt(440, 8000, narrowHz);
    a.path = () => (random() < 0.1 ? 'lost' : 5 + 30 * random());
    run(10_000);
    expect(amplitudeAt(lastFrames(b, 20), 440, narrowHz)).toBeGreaterThan(4000);
    const silent = b.heard.slice(100).filter((frame) => frame.every((sample) => sample === 0));
    expect(silent).toEqual([]);
    expect(b.linked.heard).toEqual([nodeA]);
    expect(b.links.counts().lost).toBeGreaterThan(10);
  });

  it('hear each other for ten minutes though their clocks differ by 200 ppm', async () => {
    for (const drift of [200, -200]) {
      const { a, b, run } = await simulateNodes({ drift });
      a.say = toneAt(440, 8000, narrowHz);
      run(600_000);
      // 120 ms apart by now: followed by stretching, a pitch period at a time.
      expect(b.links.counts().delayMs).toBeLessThan(120);
      const silent = b.heard.slice(100).filter((frame) => frame.every((sample) => sample === 0));
      expect(silent).toEqual([]);
      expect(b.links.counts().concealedMs).toBeLessThan(1500);
    }
  });

  it('are heard by the room again half a second after the way broke, and by the link when it was well for five', async () => {
    const { a, b, run } = await simulateNodes();
    a.say = toneAt(440, 8000, narrowHz);
    run(2000);
    const open = a.path;
    a.path = b.path = () => 'lost';
    run(480);
    expect(b.linked.heard).toEqual([nodeA]);
    run(100);
    // Nothing is relied on in either direction: their tracks are subscribed to, and ours go up.
    expect([a.linked, b.linked]).toEqual([
      { heard: [], hearing: [] },
      { heard: [], hearing: [] },
    ]);
    expect([a.downs, b.downs]).toEqual([1, 1]);
    run(10_000);
    a.path = b.path = open;
    run(4500);
    expect(b.linked.heard).toEqual([]);
    expect(amplitudeAt(lastFrames(b, 50), 440, narrowHz)).toBe(0);
    run(2000);
    expect(b.linked).toEqual({ heard: [nodeA], hearing: [nodeA] });
    expect(amplitudeAt(lastFrames(b, 50), 440, narrowHz)).toBeGreaterThan(7000);
  });

  it('go up again where they are not heard, though the other direction is', async () => {
    const { a, b, run } = await simulateNodes();
    run(2000);
    a.path = () => 'lost';
    run(600);
    expect(b.linked.heard).toEqual([]);
    expect(a.linked.hearing).toEqual([]);
  });

  it('are asked for twice a second while the other node can not be reached', async () => {
    const { a, b, run } = await simulateNodes();
    a.path = b.path = () => 'lost';
    a.say = toneAt(440, 8000, narrowHz);
    run(2000);
    a.sentBytes.length = 0;
    run(10_000);
    expect([a.downs, b.downs]).toEqual([1, 1]);
    expect(a.sentBytes.length).toBeLessThanOrEqual(21);
    expect(a.sentBytes.length).toBeGreaterThan(15);
  });

  it('hear 16 kHz of each other', async () => {
    const { a, b, run } = await simulateNodes({ isWideband: true });
    a.say = toneAt(5500, 6000, 16_000);
    run(100);
    // The decoder for it is made.
    await settled();
    run(4000);
    expect(amplitudeAt(lastFrames(b, 50), 5500, 16_000)).toBeGreaterThan(4000);
  });

  it('are forgotten when their node has none in the meeting any more', async () => {
    const { a, b, run } = await simulateNodes();
    run(2000);
    b.links.set(nodeA, undefined);
    expect(b.linked).toEqual({ heard: [], hearing: [] });
    expect(b.links.isEmpty()).toBe(true);
    a.sentBytes.length = 0;
    run(3000);
    expect(a.linked.heard).toEqual([]);
    b.sentBytes.length = 0;
    run(1000);
    expect(b.sentBytes).toEqual([]);
  });
});
