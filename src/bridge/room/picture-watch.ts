import type { SignalRequest } from '@livekit/protocol';
import type { PictureWant } from './picture-layers.ts';
import { subscription, trackSettings } from './picture-requests.ts';
import type { WatchableTrack } from './picture-roster.ts';

/** Which pictures a connection is subscribed to, and in which layer: asks for what changes. */
export interface PictureWatch {
  /** The server knows of no subscription, and is asked from now on. */
  begin(): void;
  /** What is to be seen now; nothing is asked before `begin`. */
  update(tracks: readonly WatchableTrack[], want: PictureWant): void;
}

export const createPictureWatch = (send: (request: SignalRequest) => void): PictureWatch => {
  let begun = false;
  /** With the settings that were asked for, by track. */
  const subscribed = new Map<string, { readonly track: WatchableTrack; settings: string }>();

  return {
    begin: () => {
      begun = true;
      subscribed.clear();
    },
    update: (tracks, want) => {
      if (!begun) return;
      const wanted = new Set(tracks.map(({ trackSid }) => trackSid));
      const left = [...subscribed.values()].filter(({ track }) => !wanted.has(track.trackSid));
      for (const { track } of left) subscribed.delete(track.trackSid);
      const added = tracks.filter(({ trackSid }) => !subscribed.has(trackSid));
      for (const track of added) subscribed.set(track.trackSid, { track, settings: '' });
      if (added.length > 0) send(subscription(added, true));
      const lost = left.map(({ track }) => track);
      if (lost.length > 0) send(subscription(lost, false));
      for (const track of tracks) {
        const of = subscribed.get(track.trackSid);
        const request = trackSettings(track, want);
        const settings = request.toJsonString();
        if (of === undefined || of.settings === settings) continue;
        of.settings = settings;
        send(request);
      }
    },
  };
};
