import type { SignalRequest } from '@livekit/protocol';
import type { WatchWant } from './picture-layers.ts';
import { subscription, trackSettings } from './picture-requests.ts';
import type { FollowableTrack } from './picture-roster.ts';

/**
 * Which pictures a connection is subscribed to, and in which layer: asks for what changes.
 *
 * All are subscribed to, paused but for those that are watched: one that is to be seen then comes at once,
 * without another offer. And LiveKit tells only those who subscribe to something of them when somebody speaks.
 */
export interface PictureWatch {
  /** The server knows of no subscription, and is asked from now on. */
  begin(): void;
  /** What there is to see now; nothing is asked before `begin`. */
  update(tracks: readonly FollowableTrack[], watched: ReadonlySet<number>, want: WatchWant): void;
}

/** Each takes an m-line in all offers and answers that follow. */
const mostSubscriptions = 32;

export const createPictureWatch = (send: (request: SignalRequest) => void): PictureWatch => {
  let begun = false;
  /** With the settings that were asked for, by track. */
  const subscribed = new Map<string, { readonly track: FollowableTrack; settings: string }>();

  const subscribe = (tracks: readonly FollowableTrack[]): void => {
    const wanted = new Set(tracks.map(({ trackSid }) => trackSid));
    const left = [...subscribed.values()]
      .map(({ track }) => track)
      .filter(({ trackSid }) => !wanted.has(trackSid));
    for (const { trackSid } of left) subscribed.delete(trackSid);
    const added = tracks.filter(({ trackSid }) => !subscribed.has(trackSid));
    for (const track of added) subscribed.set(track.trackSid, { track, settings: '' });
    if (added.length > 0) send(subscription(added, true));
    if (left.length > 0) send(subscription(left, false));
  };

  return {
    begin: () => {
      begun = true;
      subscribed.clear();
    },
    update: (tracks, watched, want) => {
      if (!begun) return;
      const isWatched = ({ trackKey }: FollowableTrack): boolean => watched.has(trackKey);
      const followed = [
        ...tracks.filter(isWatched),
        ...tracks.filter((track) => !isWatched(track)),
      ].slice(0, mostSubscriptions);
      subscribe(followed);
      for (const track of followed) {
        const of = subscribed.get(track.trackSid);
        const wanted = { ...want, ...want.sizes?.get(track.trackKey) };
        const request = trackSettings(track, isWatched(track) ? wanted : undefined);
        const settings = request.toJsonString();
        if (of === undefined || of.settings === settings) continue;
        of.settings = settings;
        send(request);
      }
    },
  };
};
