/**
 * Who is shown: a shared screen before the speaker, the speaker before the others, and each speaker
 * for a while, so that a cough does not turn the picture. Whoever was shown stays when nobody speaks.
 *
 *   card ── somebody has a picture ──▶ speaker ◀── 1.5 s, another speaks ──▶ speaker
 *    ▲                                  │   ▲
 *    └─ nobody has one                  ▼   │ at once, both ways
 *                                      screen
 */
import type { RoomPicture } from '../room/link-types.ts';

export type Showing =
  | { readonly kind: 'picture'; readonly trackKey: number }
  /** The speaker's picture can't be shown, since it is not H.264 or does not fit. */
  | { readonly kind: 'unshowable'; readonly name: string }
  | { readonly kind: 'nobody' };

export interface PictureSwitch {
  setPictures(pictures: readonly RoomPicture[]): void;
  /** Identities, the loudest first. */
  setSpeakers(identities: readonly string[]): void;
  /** This picture can't be shown to the device. */
  setUnshowable(trackKey: number): void;
  wanted(nowMs: number): Showing;
}

const holdMs = 1500;
const nobody: Showing = { kind: 'nobody' };

export const createPictureSwitch = (): PictureSwitch => {
  let pictures: readonly RoomPicture[] = [];
  let speakers: readonly string[] = [];
  const unshowable = new Set<number>();
  let current: RoomPicture | undefined;
  let sinceMs = Number.NEGATIVE_INFINITY;

  const isShowable = (picture: RoomPicture): boolean =>
    picture.isH264 && !unshowable.has(picture.trackKey);

  /** The newest screen; the one that is shown stays. */
  const screen = (): RoomPicture | undefined => {
    const screens = pictures.filter(
      (picture) => picture.source === 'screen' && !picture.muted && isShowable(picture),
    );
    return screens.find(({ trackKey }) => trackKey === current?.trackKey) ?? screens.at(-1);
  };

  const speaker = (nowMs: number): RoomPicture | undefined => {
    const cameras = pictures.filter(({ source, muted }) => source === 'camera' && !muted);
    const shown = cameras.find(({ trackKey }) => trackKey === current?.trackKey);
    if (shown !== undefined && nowMs - sinceMs < holdMs) return shown;
    for (const identity of speakers) {
      const speaking = cameras.find((camera) => camera.identity === identity);
      if (speaking !== undefined) return speaking;
    }
    return shown ?? cameras.find(isShowable) ?? cameras[0];
  };

  return {
    setPictures: (next) => {
      pictures = next;
    },
    setSpeakers: (next) => {
      speakers = next;
    },
    setUnshowable: (trackKey) => {
      unshowable.add(trackKey);
    },
    wanted: (nowMs) => {
      const next = screen() ?? speaker(nowMs);
      if (next?.trackKey !== current?.trackKey) sinceMs = nowMs;
      current = next;
      if (next === undefined) return nobody;
      return isShowable(next)
        ? { kind: 'picture', trackKey: next.trackKey }
        : { kind: 'unshowable', name: next.name };
    },
  };
};
