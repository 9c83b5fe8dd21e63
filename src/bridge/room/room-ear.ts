import { ParticipantTracks, SignalRequest, UpdateSubscription } from '@livekit/protocol';
import { trackSidBySsrc } from './answer-ssrcs.ts';
import { defaultJoinTimeoutMs } from './caller-link.ts';
import { createKeptLink, type DialHooks } from './kept-link.ts';
import type { RoomEar, RoomEarEvent, RoomEarOptions } from './link-types.ts';
import { processClock } from '../../process-clock.ts';
import { createRoomRoster, type HeardTrack, type RoomRoster } from './room-roster.ts';
import { openRoomSession, type RoomSession } from './room-session.ts';
import type { SignalEvent } from './signal-message.ts';

/**
 * Joins a room as a hidden listener and hears every track that is not of our own. Each connection
 * begins with no tracks: those of a lost one are told as removed, and come anew.
 */
export const createRoomEar = (options: RoomEarOptions): RoomEar => {
  const { log, onEvent } = options;
  const keys = new Map<string, number>();
  let nextKey = 1;
  let keyBySsrc = new Map<number, number>();
  let roster = createRoomRoster(options.ownIdentityPrefixes);
  let listening = true;
  /** Identity prefixes of those who are heard in another way. */
  let unneeded: readonly string[] = [];
  let toldOthers: number | undefined;
  let toldEncrypted = false;
  let toldRecorded: boolean | undefined;

  const isNeeded = ({ identity }: HeardTrack): boolean =>
    !unneeded.some((prefix) => identity.startsWith(prefix));
  /** Of all that can be heard, those that are to be. */
  const wanted = (): readonly HeardTrack[] => (listening ? roster.tracks().filter(isNeeded) : []);

  const subscribe = (
    session: RoomSession | undefined,
    tracks: readonly HeardTrack[],
    isWanted: boolean,
  ): void => {
    if (tracks.length === 0) return;
    const value = new UpdateSubscription({
      subscribe: isWanted,
      trackSids: tracks.map(({ trackSid }) => trackSid),
      participantTracks: tracks.map(
        ({ participantSid, trackSid }) =>
          new ParticipantTracks({ participantSid, trackSids: [trackSid] }),
      ),
    });
    session?.send(new SignalRequest({ message: { case: 'subscription', value } }));
  };

  const add = ({ trackSid, identity, kind, codec, muted }: HeardTrack): void => {
    const trackKey = nextKey++;
    keys.set(trackSid, trackKey);
    onEvent({ type: 'track-added', trackKey, identity, kind, codec, muted });
  };

  const remove = (trackSid: string): void => {
    const trackKey = keys.get(trackSid);
    if (trackKey === undefined) return;
    keys.delete(trackSid);
    for (const [ssrc, key] of keyBySsrc) if (key === trackKey) keyBySsrc.delete(ssrc);
    onEvent({ type: 'track-removed', trackKey });
  };

  const removeAll = (): void => {
    for (const trackSid of [...keys.keys()]) remove(trackSid);
  };

  const update = (
    session: RoomSession | undefined,
    participants: Parameters<RoomRoster['update']>[0],
  ): void => {
    const { added, removed, muteChanged } = roster.update(participants);
    removed.forEach(remove);
    const toHear = listening ? added.filter(isNeeded) : [];
    toHear.forEach(add);
    subscribe(session, toHear, true);
    for (const { trackSid, muted } of muteChanged) {
      const trackKey = keys.get(trackSid);
      if (trackKey !== undefined) onEvent({ type: 'track-muted', trackKey, muted });
    }
    if (roster.others() !== toldOthers) {
      toldOthers = roster.others();
      onEvent({ type: 'audience', others: toldOthers });
    }
    if (roster.encrypted() && !toldEncrypted) {
      toldEncrypted = true;
      onEvent({ type: 'encrypted' });
    }
  };

  const tellRecorded = (isRecorded: boolean): void => {
    if (isRecorded === toldRecorded) return;
    toldRecorded = isRecorded;
    onEvent({ type: 'recorded', isRecorded });
  };

  const mapSsrcs = (event: Extract<SignalEvent, { type: 'answer' }>): void => {
    keyBySsrc = new Map();
    for (const [ssrc, trackSid] of trackSidBySsrc(event.sdp, event.trackSidByMid)) {
      const trackKey = keys.get(trackSid);
      if (trackKey !== undefined) keyBySsrc.set(ssrc, trackKey);
    }
  };

  const dial = (token: string, hooks: DialHooks): RoomSession => {
    const session: RoomSession = openRoomSession({
      url: options.url,
      token,
      localAddress: options.localAddress,
      thread: options.thread,
      codecs: ['opus', 'PCMU', 'PCMA'],
      followsRoom: true,
      clock: processClock,
      log,
      // One m-line from the start, so that ICE and DTLS are done before there is something to hear.
      prepare: (peer) => {
        peer.addAudioReceivers(1);
        return [];
      },
      onMedia: hooks.onUp,
      onDown: hooks.onDown,
      onRtp: (ssrc, packet, arrivalMs) => {
        const trackKey = keyBySsrc.get(ssrc);
        if (trackKey !== undefined) options.onPacket(trackKey, packet, arrivalMs);
      },
      onSignal: (event) => {
        switch (event.type) {
          case 'joined':
            roster = createRoomRoster(options.ownIdentityPrefixes);
            update(session, event.participants);
            tellRecorded(event.isRecorded);
            break;
          case 'room':
            tellRecorded(event.isRecorded);
            break;
          case 'participants':
            update(session, event.participants);
            break;
          case 'answer':
            mapSsrcs(event);
            break;
          case 'token':
            hooks.onToken(event.token);
            break;
          default:
            break;
        }
      },
    });
    return session;
  };

  const onLinkEvent = (event: RoomEarEvent): void => {
    onEvent(event);
    if (event.type !== 'lost' && event.type !== 'left') return;
    removeAll();
    // What is wanted of it now comes with the next connection.
    roster = createRoomRoster(options.ownIdentityPrefixes);
  };

  const link = createKeptLink({
    token: options.token,
    joinTimeoutMs: options.joinTimeoutMs ?? defaultJoinTimeoutMs,
    clock: processClock,
    log,
    dial,
    onEvent: onLinkEvent,
  });

  /** Subscribes to what is wanted now and was not, and the other way round. */
  const change = (apply: () => void): void => {
    const before = wanted();
    apply();
    const now = wanted();
    const dropped = before.filter((track) => !now.includes(track));
    const taken = now.filter((track) => !before.includes(track));
    for (const { trackSid } of dropped) remove(trackSid);
    taken.forEach(add);
    subscribe(link.session(), dropped, false);
    subscribe(link.session(), taken, true);
  };

  return {
    setListening: (next) => {
      change(() => {
        listening = next;
      });
    },
    setUnneeded: (identityPrefixes) => {
      change(() => {
        unneeded = identityPrefixes;
      });
    },
    othersThan: (identityPrefixes) => roster.others(identityPrefixes),
    mediaSections: () => link.session()?.mediaSections() ?? 0,
    setToken: (token) => {
      link.setToken(token);
    },
    close: () => link.close(),
  };
};
