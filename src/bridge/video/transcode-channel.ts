/**
 * What legs that want a picture transcoded and the meeting's home worker, which does it, say to each
 * other. They may be on different threads, so it is said on a channel of the meeting's name that
 * every thread can join; the main thread takes no part.
 */
import { BroadcastChannel } from 'node:worker_threads';
import type { NodeId, RoomName } from '../../call/identifiers.ts';
import type { ForeignCodec } from '../../transcode/picture-format.ts';
import type { TranscodeRefusal } from '../room/link-types.ts';
import type { PictureSize } from './picture-size.ts';

export type TranscodeMessage =
  /** A lease: said at once and then each second for as long as it holds. */
  | {
      readonly type: 'want';
      readonly viewer: string;
      readonly trackSid: string;
      readonly codec: ForeignCodec;
      /** What the viewer's device takes. */
      readonly size: PictureSize;
      /** Only until another picture is there: it may be given up for that one. */
      readonly isLeaving: boolean;
    }
  | { readonly type: 'unwant'; readonly viewer: string; readonly trackSid: string }
  | { readonly type: 'key-frame'; readonly trackSid: string }
  | {
      readonly type: 'picture';
      readonly trackSid: string;
      /** Pictures of one run are one stream. */
      readonly run: number;
      readonly atMs: number;
      /** NAL units, each in bytes of its own: what is sent is copied whole. */
      readonly units: readonly Uint8Array[];
    }
  | { readonly type: 'refused'; readonly trackSid: string; readonly why: TranscodeRefusal };

export interface TranscodeChannel {
  /** To all others on the channel. */
  readonly say: (message: TranscodeMessage) => void;
  readonly close: () => void;
}

export type OpenTranscodeChannel = (
  onMessage: (message: TranscodeMessage) => void,
) => TranscodeChannel;

export const leaseEveryMs = 1_000;

/** For all of one meeting on this node. */
export const transcodeChannelOf =
  (nodeId: NodeId, room: RoomName): OpenTranscodeChannel =>
  (onMessage) => {
    const channel = new BroadcastChannel(`pictures ${nodeId} ${room}`);
    channel.onmessage = (event: { readonly data: TranscodeMessage }) => {
      onMessage(event.data);
    };
    channel.unref();
    return {
      say: (message) => {
        channel.postMessage(message);
      },
      close: () => {
        channel.close();
      },
    };
  };
