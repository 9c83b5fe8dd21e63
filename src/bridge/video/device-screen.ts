/**
 * What a device is shown of a room, from one participant's link: who is wanted is decided by the
 * switch, and the downlink shows it when it can.
 *
 *   card ◀── nobody wanted ──┐
 *    │                        │
 *    └── wanted: watched ──▶ awaited ── key frame ──▶ shown ── another wanted ──▶ both watched …
 */
import type { Card } from '../../call/ports/media.ts';
import { speakerKeyOf } from '../meeting-speakers.ts';
import type { PictureEvent, PictureLink } from '../room/link-types.ts';
import { isSameCard, type CardMaker } from './card-maker.ts';
import type { PictureDownlink } from './picture-downlink.ts';
import type { PictureSize } from './picture-size.ts';
import { createPictureSwitch, type PictureSwitch, type Showing } from './picture-switch.ts';

export interface PictureWant extends PictureSize {
  readonly maxBitrateKbps: number;
}

export interface DeviceScreen {
  /** Into a room; its pictures are told by `hear`. `speakers`: keys of who speaks, the loudest first. */
  enter(link: () => PictureLink | undefined, speakers: () => readonly number[]): void;
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

interface WatchedRoom {
  readonly link: () => PictureLink | undefined;
  readonly speakers: () => readonly number[];
  readonly picks: PictureSwitch;
  /** Of those who have a picture. */
  identities: ReadonlyMap<number, string>;
}

export const createDeviceScreen = (downlink: PictureDownlink, cards: CardMaker): DeviceScreen => {
  let room: WatchedRoom | undefined;
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
    if (room !== undefined) {
      const { speakers, identities, picks } = room;
      const heard = speakers().flatMap((speakerKey) => identities.get(speakerKey) ?? []);
      picks.setVoices(heard, nowMs);
    }
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
    enter: (link, speakers) => {
      room = { link, speakers, picks: createPictureSwitch(), identities: new Map() };
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
        if (room === undefined) return;
        room.picks.setPictures(event.pictures);
        room.identities = new Map(
          event.pictures.map(({ identity }) => [speakerKeyOf(identity), identity]),
        );
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
