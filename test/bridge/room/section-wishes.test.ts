import { describe, expect, it } from 'vitest';
import { createSectionWishes } from '../../../src/bridge/room/section-wishes.ts';
import type { SignalEvent } from '../../../src/bridge/room/signal-message.ts';

const wish = (audios = 1): SignalEvent => ({ type: 'sections-required', audios, videos: 0 });
const answer = (tracks: number): SignalEvent => ({
  type: 'answer',
  offerId: 1,
  sdp: '',
  trackSidByMid: new Map(Array.from({ length: tracks }, (_, mid) => [String(mid), `TR_${mid}`])),
});

/** How many m-lines were added at each of the server's messages. */
const setUp = () => {
  const wishes = createSectionWishes();
  const hear = (...events: readonly SignalEvent[]): number[] =>
    events.map((event) => wishes.hear(event)?.audios ?? 0);
  return { wishes, hear };
};

describe('wishes for m-lines', () => {
  it('are followed, however many tracks come one after another', () => {
    const { hear } = setUp();
    expect(hear(wish(2), answer(2))).toEqual([2, 0]);
    for (let tracks = 3; tracks < 30; tracks += 1)
      expect(hear(wish(), answer(tracks))).toEqual([1, 0]);
  });

  it('that come with each answer and bring nothing come to an end', () => {
    const { hear } = setUp();
    const added = Array.from({ length: 50 }, () => hear(answer(1), wish())).flat();
    expect(added.filter((count) => count > 0)).toHaveLength(3);
    expect(added.slice(20).every((count) => count === 0)).toBe(true);
  });

  it('are followed again when we subscribe, and when they come by themselves', () => {
    const { wishes, hear } = setUp();
    for (let round = 0; round < 9; round += 1) hear(answer(1), wish());
    expect(hear({ type: 'other' }, wish())).toEqual([0, 1]);
    expect(hear(answer(1), wish())).toEqual([0, 0]);
    wishes.subscribed();
    expect(hear(answer(1), wish(), answer(2), wish())).toEqual([0, 1, 0, 1]);
  });
});
