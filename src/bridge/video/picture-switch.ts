/**
 * Who is shown: a shared screen before the speaker, the speaker before the others, and each speaker
 * for a while, so that a cough does not turn the picture; who still speaks is not cut short by a word
 * of another. Whoever was shown stays when nobody speaks.
 *
 *   card ── somebody has a picture ──▶ speaker ◀── 1.5 s, another speaks ──▶ speaker
 *    ▲                                  │   ▲
 *    └─ nobody has one                  ▼   │ at once, both ways
 *                                      screen
 */
import type { ShownFirst } from '../../call/ports/sip-engine.ts';
import type { RoomPicture, TranscodeRefusal } from '../room/link-types.ts';

export type Showing =
  | { readonly kind: 'picture'; readonly trackKey: number }
  /** The speaker's picture can't be shown, since it is not H.264 or does not fit. */
  | {
      readonly kind: 'unshowable';
      readonly name: string;
      /** Where it could be transcoded. */
      readonly reason?: TranscodeRefusal;
    }
  | { readonly kind: 'nobody' };

export interface PictureSwitch {
  setPictures(pictures: readonly RoomPicture[]): void;
  /** Who speaks by the room's server: identities, the loudest first. It tells late. */
  setSpeakers(identities: readonly string[]): void;
  /** Who speaks as we hear it; goes before what the server says. */
  setVoices(identities: readonly string[], nowMs: number): void;
  /** This picture can't be shown to the device. */
  setUnshowable(trackKey: number): void;
  /** Whether a shared screen goes before who speaks [screen]. */
  setShownFirst(what: ShownFirst): void;
  wanted(nowMs: number): Showing;
}

const holdMs = 1500;
/** So long another speaks before the picture turns from who speaks too. */
const interruptMs = 600;
const nobody: Showing = { kind: 'nobody' };

export const createPictureSwitch = (): PictureSwitch => {
  let pictures: readonly RoomPicture[] = [];
  let speakers: readonly string[] = [];
  let voices: readonly string[] = [];
  let loudestSinceMs = Number.NEGATIVE_INFINITY;
  let shownFirst: ShownFirst = 'screen';
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
    const stillSpeaks = shown !== undefined && voices.includes(shown.identity);
    if (stillSpeaks && nowMs - loudestSinceMs < interruptMs) return shown;
    for (const identity of [...voices, ...speakers]) {
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
    setVoices: (next, nowMs) => {
      if (next[0] !== voices[0]) loudestSinceMs = nowMs;
      voices = next;
    },
    setUnshowable: (trackKey) => {
      unshowable.add(trackKey);
    },
    setShownFirst: (what) => {
      shownFirst = what;
    },
    wanted: (nowMs) => {
      const next = (shownFirst === 'screen' ? screen() : undefined) ?? speaker(nowMs);
      if (next?.trackKey !== current?.trackKey) sinceMs = nowMs;
      current = next;
      if (next === undefined) return nobody;
      return isShowable(next)
        ? { kind: 'picture', trackKey: next.trackKey }
        : { kind: 'unshowable', name: next.name, ...(next.refused && { reason: next.refused }) };
    },
  };
};
