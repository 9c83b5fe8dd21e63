/**
 * What a device is shown of a room, from one participant's link: who is wanted is decided by the
 * switch, and the downlink shows it when it can.
 *
 *   card ◀── nobody wanted ──┐
 *    │                        │
 *    └── wanted: watched ──▶ awaited ── key frame ──▶ shown ── another wanted ──▶ both watched …
 */
import type { Card } from '../../call/ports/media.ts';
import type { PictureEvent, PictureLink } from '../room/link-types.ts';
import { isSameCard, type CardMaker } from './card-maker.ts';
import type { PictureDownlink } from './picture-downlink.ts';
import type { PictureSize } from './picture-size.ts';
import { createPictureSwitch, type PictureSwitch, type Showing } from './picture-switch.ts';

export interface PictureWant extends PictureSize {
  readonly maxBitrateKbps: number;
}

export interface DeviceScreen {
  /** Into a room; its pictures are told by `hear`. */
  enter(link: () => PictureLink | undefined): void;
  leave(): void;
  hear(event: PictureEvent): void;
  /** Shown while there is no picture; undefined: the card of the moment. */
  readonly setCard: (card: Card | undefined) => void;
  /** How large, and with how many kilobits a second, pictures may come. */
  setWant(want: PictureWant): void;
  /** The downlink shows this track now. */
  onShown(trackKey: number): void;
  onTooBig(trackKey: number): void;
  tick(nowMs: number): void;
  link(): PictureLink | undefined;
}

/** A picture that froze since its camera is gone, and whose follower does not come. */
const frozenMs = 1500;

export const createDeviceScreen = (downlink: PictureDownlink, cards: CardMaker): DeviceScreen => {
  let room:
    { readonly link: () => PictureLink | undefined; readonly picks: PictureSwitch } | undefined;
  let people: readonly string[] = [];
  let card: Card | undefined;
  /** Of the last card that the call asked for. */
  let language: Card['language'] = 'sv';
  let want: PictureWant = { width: 1280, height: 720, maxBitrateKbps: 2000 };
  let watched: readonly number[] = [];
  let present: ReadonlySet<number> = new Set();
  let frozenSinceMs: number | undefined;
  /** What the card on the screen says; undefined: no card is there. */
  let cardShown: Card | undefined;

  const watch = (trackKeys: readonly number[], again = false): void => {
    if (!again && trackKeys.join() === watched.join()) return;
    watched = trackKeys;
    room?.link()?.watch(trackKeys, want);
  };

  const showCard = (next: Card | undefined): void => {
    if (next === undefined || (downlink.shown() === undefined && isSameCard(next, cardShown)))
      return;
    cardShown = next;
    downlink.showCard(cards.stream(next, want));
  };

  const cardFor = (showing: Showing): Card | undefined => {
    if (card !== undefined || room === undefined) return card;
    return showing.kind === 'unshowable'
      ? cards.unshowable(language, showing.name)
      : cards.welcome(language, people);
  };

  const showPicture = (trackKey: number, nowMs: number): void => {
    const shown = downlink.shown();
    downlink.await(trackKey);
    if (shown === trackKey || shown === undefined) {
      frozenSinceMs = undefined;
      watch([trackKey]);
      if (shown === undefined) showCard(cardFor({ kind: 'nobody' }));
      return;
    }
    const isFrozen = !present.has(shown);
    watch(isFrozen ? [trackKey] : [shown, trackKey]);
    frozenSinceMs = isFrozen ? (frozenSinceMs ?? nowMs) : undefined;
    if (frozenSinceMs !== undefined && nowMs - frozenSinceMs > frozenMs)
      showCard(cardFor({ kind: 'nobody' }));
  };

  const steer = (nowMs: number): void => {
    const showing: Showing = room?.picks.wanted(nowMs) ?? { kind: 'nobody' };
    if (showing.kind === 'picture') {
      showPicture(showing.trackKey, nowMs);
      return;
    }
    downlink.await(undefined);
    watch([]);
    showCard(cardFor(showing));
  };

  return {
    enter: (link) => {
      room = { link, picks: createPictureSwitch() };
      watched = [];
      people = [];
      present = new Set();
    },
    leave: () => {
      room = undefined;
      watched = [];
      downlink.await(undefined);
      // The last picture of a room is not to be seen outside of it.
      if (downlink.shown() !== undefined) downlink.showCard(undefined);
      cardShown = undefined;
    },
    hear: (event) => {
      if (event.type === 'pictures') {
        present = new Set(
          event.pictures.filter(({ muted }) => !muted).map(({ trackKey }) => trackKey),
        );
        room?.picks.setPictures(event.pictures);
      } else if (event.type === 'speakers') room?.picks.setSpeakers(event.identities);
      else if (event.type === 'people') people = event.names;
    },
    setCard: (next) => {
      card = next;
      language = next?.language ?? language;
    },
    setWant: (next) => {
      const isSize = next.width !== want.width || next.height !== want.height;
      if (!isSize && next.maxBitrateKbps === want.maxBitrateKbps) return;
      want = next;
      if (isSize) cardShown = undefined;
      if (watched.length > 0) watch(watched, true);
    },
    onShown: (trackKey) => {
      cardShown = undefined;
      watch([trackKey]);
    },
    onTooBig: (trackKey) => {
      room?.picks.setUnshowable(trackKey);
    },
    tick: steer,
    link: () => room?.link(),
  };
};
