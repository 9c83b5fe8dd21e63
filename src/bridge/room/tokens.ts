import { AccessToken, TrackSource } from 'livekit-server-sdk';
import type { RoomName } from '../../call/identifiers.ts';
import type { RoomTarget } from '../../call/ports/sip-engine.ts';

/** Long enough to join and to come back after a short outage; a longer one asks for a fresh token. */
export const tokenLifetimeS = 600;

/** Mints access tokens that grant no more than each kind of link needs. Lives on the main thread. */
export interface TokenMint {
  /**
   * A caller: a participant of kind SIP that may publish a microphone, and where the target says so keys,
   * or a camera and watch those of others, and a screen.
   */
  callerToken(target: RoomTarget): Promise<string>;
  /** A listener nobody sees. */
  earToken(room: RoomName, identity: string): Promise<string>;
  /** A host in a browser, for a private word: this room alone, a microphone alone. */
  sideRoomToken(room: RoomName, identity: string): Promise<string>;
}

export const createTokenMint = ({
  apiKey,
  apiSecret,
}: {
  readonly apiKey: string;
  readonly apiSecret: string;
}): TokenMint => ({
  callerToken: ({ room, identity, name, attributes, ...target }) => {
    const { sendsKeys = false, hasCamera = false, hasScreen = false } = target;
    const token = new AccessToken(apiKey, apiSecret, {
      identity,
      name,
      attributes: { ...attributes },
      ttl: tokenLifetimeS,
    });
    token.kind = 'sip';
    token.addGrant({
      roomJoin: true,
      room,
      canPublish: true,
      canPublishSources: [
        TrackSource.MICROPHONE,
        ...(hasCamera ? [TrackSource.CAMERA] : []),
        ...(hasScreen ? [TrackSource.SCREEN_SHARE] : []),
      ],
      canSubscribe: hasCamera,
      canPublishData: sendsKeys,
      canUpdateOwnMetadata: false,
    });
    return token.toJwt();
  },
  earToken: (room, identity) => {
    const token = new AccessToken(apiKey, apiSecret, { identity, ttl: tokenLifetimeS });
    token.addGrant({
      roomJoin: true,
      room,
      hidden: true,
      canPublish: false,
      canSubscribe: true,
      canPublishData: false,
      canUpdateOwnMetadata: false,
    });
    return token.toJwt();
  },
  sideRoomToken: (room, identity) => {
    const token = new AccessToken(apiKey, apiSecret, { identity, ttl: tokenLifetimeS });
    token.addGrant({
      roomJoin: true,
      room,
      canPublish: true,
      canPublishSources: [TrackSource.MICROPHONE],
      canSubscribe: true,
      canPublishData: false,
      canUpdateOwnMetadata: false,
    });
    return token.toJwt();
  },
});
