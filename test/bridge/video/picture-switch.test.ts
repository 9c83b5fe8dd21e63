import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RoomPicture } from '../../../src/bridge/room/link-types.ts';
import { createPictureSwitch } from '../../../src/bridge/video/picture-switch.ts';

const camera = (trackKey: number, more: Partial<RoomPicture> = {}): RoomPicture => ({
  trackKey,
  identity: `person-${trackKey}`,
  name: `Person ${trackKey}`,
  kind: 'standard',
  source: 'camera',
  isH264: true,
  muted: false,
  ...more,
});
const screen = (trackKey: number, more: Partial<RoomPicture> = {}): RoomPicture =>
  camera(trackKey, { source: 'screen', ...more });
const speak = (...keys: readonly number[]) => keys.map((key) => `person-${key}`);
const picture = (trackKey: number) => ({ kind: 'picture', trackKey });

describe('who is shown', () => {
  it('nobody, then the first with a picture, then who speaks', () => {
    const picks = createPictureSwitch();
    expect(picks.wanted(0)).toEqual({ kind: 'nobody' });
    picks.setPictures([camera(1), camera(2)]);
    expect(picks.wanted(0)).toEqual(picture(1));
    picks.setSpeakers(speak(2, 1));
    expect(picks.wanted(1500)).toEqual(picture(2));
    picks.setSpeakers([]);
    expect(picks.wanted(9000)).toEqual(picture(2));
  });

  it('each is shown for 1.5 s at least, and a cough in between is not seen', () => {
    const picks = createPictureSwitch();
    picks.setPictures([camera(1), camera(2)]);
    picks.setSpeakers(speak(1));
    picks.wanted(0);
    picks.setSpeakers(speak(2, 1));
    expect(picks.wanted(1499)).toEqual(picture(1));
    picks.setSpeakers(speak(1));
    expect(picks.wanted(1600)).toEqual(picture(1));
    picks.setSpeakers(speak(2));
    expect(picks.wanted(1700)).toEqual(picture(2));
  });

  it('who would rather see the speaker is shown no screen, until that is changed back', () => {
    const picks = createPictureSwitch();
    picks.setPictures([camera(1), screen(2)]);
    expect(picks.wanted(0)).toEqual(picture(2));
    picks.setShownFirst('speaker');
    expect(picks.wanted(20)).toEqual(picture(1));
    picks.setShownFirst('screen');
    expect(picks.wanted(40)).toEqual(picture(2));
  });

  it('who is heard goes before whom the server names, which is late', () => {
    const picks = createPictureSwitch();
    picks.setPictures([camera(1), camera(2)]);
    picks.setSpeakers(speak(1));
    picks.setVoices(speak(1), 0);
    expect(picks.wanted(0)).toEqual(picture(1));
    picks.setVoices([], 1900);
    expect(picks.wanted(1900)).toEqual(picture(1));
    picks.setVoices(speak(2), 2000);
    expect(picks.wanted(2000)).toEqual(picture(2));
    picks.setVoices([], 4000);
    picks.setSpeakers(speak(1));
    expect(picks.wanted(4000)).toEqual(picture(1));
  });

  it('who still speaks is left for another after 600 ms of that one, not for a word', () => {
    const picks = createPictureSwitch();
    picks.setPictures([camera(1), camera(2)]);
    picks.setVoices(speak(1), 0);
    picks.wanted(0);
    picks.setVoices(speak(2, 1), 3000);
    expect(picks.wanted(3400)).toEqual(picture(1));
    picks.setVoices(speak(1, 2), 3420);
    expect(picks.wanted(3420)).toEqual(picture(1));
    picks.setVoices(speak(2, 1), 5000);
    expect(picks.wanted(5599)).toEqual(picture(1));
    expect(picks.wanted(5600)).toEqual(picture(2));
  });

  it('a screen is shown at once, the newest of several, and the speaker again at once after it', () => {
    const picks = createPictureSwitch();
    picks.setPictures([camera(1), screen(2)]);
    picks.setSpeakers(speak(1));
    expect(picks.wanted(0)).toEqual(picture(2));
    picks.setPictures([camera(1), screen(2), screen(3)]);
    expect(picks.wanted(10)).toEqual(picture(2));
    picks.setPictures([camera(1), screen(3, { muted: true })]);
    expect(picks.wanted(20)).toEqual(picture(1));
  });

  it('who leaves or turns the camera off is followed at once by another', () => {
    const picks = createPictureSwitch();
    picks.setPictures([camera(1), camera(2)]);
    picks.wanted(0);
    picks.setPictures([camera(1, { muted: true }), camera(2)]);
    expect(picks.wanted(10)).toEqual(picture(2));
    picks.setPictures([]);
    expect(picks.wanted(20)).toEqual({ kind: 'nobody' });
  });

  it('a speaker without a camera leaves the picture as it is; one whose picture is no H.264 is named', () => {
    const picks = createPictureSwitch();
    picks.setPictures([camera(1), camera(2, { isH264: false })]);
    picks.wanted(0);
    picks.setSpeakers(speak(7));
    expect(picks.wanted(2000)).toEqual(picture(1));
    picks.setSpeakers(speak(7, 2));
    expect(picks.wanted(4000)).toEqual({ kind: 'unshowable', name: 'Person 2' });
    picks.setSpeakers(speak(1));
    expect(picks.wanted(6000)).toEqual(picture(1));
    picks.setUnshowable(1);
    expect(picks.wanted(6020)).toEqual({ kind: 'unshowable', name: 'Person 1' });
  });

  it('why a picture is not transcoded is told', () => {
    const picks = createPictureSwitch();
    picks.setPictures([camera(1, { isH264: false, refused: 'limit' })]);
    expect(picks.wanted(0)).toEqual({ kind: 'unshowable', name: 'Person 1', reason: 'limit' });
  });

  it('whatever happens, only pictures that are there are wanted, and speakers turn it every 1.5 s at most', () => {
    const step = fc.record({
      present: fc.subarray([1, 2, 3, 4]),
      speaking: fc.subarray([1, 2, 3, 4]),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const picks = createPictureSwitch();
        let shown: number | undefined;
        let sinceMs = 0;
        for (const [index, { present, speaking }] of steps.entries()) {
          const nowMs = index * 400;
          picks.setPictures(present.map((key) => camera(key)));
          picks.setSpeakers(speak(...speaking));
          const wanted = picks.wanted(nowMs);
          expect(wanted.kind).toBe(present.length > 0 ? 'picture' : 'nobody');
          const next = wanted.kind === 'picture' ? wanted.trackKey : undefined;
          if (next !== undefined) expect(present).toContain(next);
          if (next === shown) continue;
          if (shown !== undefined && present.includes(shown))
            expect(nowMs - sinceMs).toBeGreaterThanOrEqual(1500);
          shown = next;
          sinceMs = nowMs;
        }
      }),
    );
  });
});
