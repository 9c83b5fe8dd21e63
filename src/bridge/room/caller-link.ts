import { randomInt } from 'node:crypto';
import {
  AddTrackRequest,
  DataPacket,
  MuteTrackRequest,
  SignalRequest,
  SipDTMF,
  TrackSource,
  TrackType,
} from '@livekit/protocol';
import { createKeptLink, type DialHooks } from './kept-link.ts';
import type { CallerLink, CallerLinkOptions, RoomCodec } from './link-types.ts';
import { createRoomPictures } from './picture-link.ts';
import { processClock } from '../../process-clock.ts';
import { openRoomSession, type RoomSession } from './room-session.ts';

export const defaultJoinTimeoutMs = 5_000;

/**
 * Joins a room as the token's participant and publishes one microphone track, and a camera
 * where there is one. The link is up when media can pass and the server has taken the sound.
 */
export const createCallerLink = (options: CallerLinkOptions): CallerLink => {
  const { codec, log, onEvent } = options;
  const ssrc = randomInt(1, 2 ** 32);
  let muted = options.muted;
  /** Who mutes by the server's API can take it back by the same way. */
  let mutedByServer = false;
  let trackSid: string | undefined;

  const showMuted = (): void => {
    if (trackSid === undefined) return;
    const value = new MuteTrackRequest({ sid: trackSid, muted });
    link.session()?.send(new SignalRequest({ message: { case: 'mute', value } }));
  };

  const pictures =
    options.camera &&
    createRoomPictures({
      camera: options.camera,
      screen: options.screen,
      clock: processClock,
      log,
      onEvent: options.onPicture ?? (() => undefined),
      onPacket: options.onPicturePacket ?? (() => undefined),
    });

  const dial = (token: string, hooks: DialHooks): RoomSession => {
    const seen = pictures?.connect(() => session);
    let media = false;
    let cid = '';
    let publishedMuted = muted;
    trackSid = undefined;
    const upWhenReady = (): void => {
      if (media && trackSid !== undefined) hooks.onUp();
    };
    const session = openRoomSession({
      url: options.url,
      token,
      localAddress: options.localAddress,
      thread: options.thread,
      codecs: pictures === undefined ? [codec] : [codec, ...otherCodecs(codec)],
      followsRoom: false,
      clock: processClock,
      log,
      prepare: (peer) => {
        // The server knows of the codecs in the first m-line of sound alone.
        if (seen !== undefined) peer.addAudioReceivers(1);
        ({ cid } = peer.addAudioSender(ssrc));
        if (options.sendsKeys === true) peer.addDataChannel();
        publishedMuted = muted;
        return [
          new AddTrackRequest({
            cid,
            name: 'phone',
            type: TrackType.AUDIO,
            source: TrackSource.MICROPHONE,
            muted,
            disableDtx: true,
            disableRed: true,
          }),
        ];
      },
      pictures: seen,
      onRtp: seen?.takeRtp ?? (() => undefined),
      onMedia: () => {
        media = true;
        upWhenReady();
      },
      onDown: hooks.onDown,
      onSignal: (event) => {
        if (event.type === 'published' && event.cid === cid) {
          trackSid = event.trackSid;
          if (publishedMuted !== muted) showMuted();
          upWhenReady();
        } else if (event.type === 'mute' && event.trackSid === trackSid && event.muted && !muted) {
          muted = true;
          mutedByServer = true;
          onEvent({ type: 'muted-by-server' });
        } else if (
          event.type === 'mute' &&
          event.trackSid === trackSid &&
          !event.muted &&
          mutedByServer
        ) {
          onEvent({ type: 'unmuted-by-server' });
        } else if (event.type === 'token') {
          hooks.onToken(event.token);
        }
      },
    });
    return session;
  };

  const link = createKeptLink({
    token: options.token,
    joinTimeoutMs: options.joinTimeoutMs ?? defaultJoinTimeoutMs,
    clock: processClock,
    log,
    dial,
    onEvent,
  });

  return {
    ssrc,
    writeRtp: (packet, audioLevelDbov, voice) => {
      if (!muted) link.session()?.writeRtp(packet, audioLevelDbov, voice);
    },
    setMuted: (next) => {
      if (muted === next) return;
      muted = next;
      mutedByServer = false;
      showMuted();
    },
    sendKey: (digit) => {
      link.session()?.sendData(keyMessage(digit));
    },
    reception: () => link.session()?.reception(),
    ...(pictures && { pictures: pictures.link }),
    setToken: (token) => {
      link.setToken(token);
    },
    close: () => link.close(),
  };
};

/** In which sound may be subscribed to. It stays paused, but the server tells us who speaks. */
const otherCodecs = (than: RoomCodec): readonly RoomCodec[] =>
  (['opus', 'PCMU', 'PCMA'] as const).filter((codec) => codec !== than);

/** Codes of telephone-event, RFC 4733 §3.2: the digits are themselves. */
const eventCodes = '0123456789*#ABCD';

/** What livekit/sip sends for a key of a caller: DataPacket.sip_dtmf. */
const keyMessage = (digit: string): Uint8Array => {
  const value = new SipDTMF({ code: Math.max(0, eventCodes.indexOf(digit)), digit });
  return new DataPacket({ value: { case: 'sipDtmf', value } }).toBinary();
};
