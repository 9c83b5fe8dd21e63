/** The sound of one leg, whoever holds it: FreeSWITCH, or the media worker alone. */
import type { LegSoundEvent, MediaDirection, MediaEvent } from '../../call/ports/media.ts';
import type { AnsweredMedia, CallLeg, LegEvent, LegQuality } from '../../call/ports/sip-engine.ts';

/** What a leg's sound tells; `lost`: what held it is gone, and the call with it. */
export type SoundEvent =
  | LegSoundEvent
  | Extract<LegEvent, { type: 'srtp-settled' }>
  | Extract<MediaEvent, { type: 'key-frame-wanted' }>
  | { readonly type: 'lost' };

/** Whether the leg's call is told of it. */
export const isSoundEvent = (event: MediaEvent): event is LegSoundEvent =>
  event.type !== 'first-rtp' &&
  event.type !== 'dtls-keys' &&
  event.type !== 'key-frame-wanted' &&
  event.type !== 'screen-shared';

export interface Refused {
  readonly ok: false;
  readonly sipStatus: number;
  readonly retryAfterS?: number;
}

export type Described =
  | {
      readonly ok: true;
      readonly sdp: string;
      readonly media: AnsweredMedia;
      readonly direction: MediaDirection;
    }
  | Refused;

/** What offer and answer agreed on. */
export interface Settled {
  readonly media: AnsweredMedia;
}

export type Redescribed =
  { readonly ok: true; readonly sdp: string; readonly direction: MediaDirection } | Refused;

/** Methods as in `CallLeg`; those of offer and answer come one after another. */
export interface LegSound extends Pick<
  CallLeg,
  | 'play'
  | 'stopPlaying'
  | 'join'
  | 'leaveRoom'
  | 'setMuted'
  | 'setVolumeDb'
  | 'showFirst'
  | 'sendKey'
  | 'testSound'
> {
  /** The answer for the 200, or an offer where the INVITE had none. */
  describe(offer: string | undefined): Promise<Described>;
  /** The other side's answer to our offer. Undefined where the call cannot go on with it. */
  settle(answer: string): Promise<Settled | undefined>;
  /** The answer to a re-INVITE; to one without an offer, ours. */
  redescribe(offer: string | undefined): Promise<Redescribed>;
  /** The ACK came. */
  start(): void;
  /** An offer of pictures, once, where the other side has them and there are none yet. */
  offerVideo?(): Promise<string | undefined>;
  /** The device asks for a key frame by SIP INFO; nothing where there are no pictures. */
  requestKeyFrame?(): void;
  quality(): Promise<LegQuality>;
  onEvent(listener: (event: SoundEvent) => void): void;
  /** Idempotent, never rejects; all that was held is free when it resolves. */
  close(): Promise<void>;
}
