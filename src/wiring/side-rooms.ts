/** Rooms for a private word: random names, and a token for a host in a browser. */
import { randomBytes } from 'node:crypto';
import { createTokenMint } from '../bridge/room/tokens.ts';
import { asRoomName } from '../call/identifiers.ts';
import type { SideRooms } from '../http/ports.ts';

const nameBytes = 16;

/** `url`: where browsers reach the meeting server. */
export function createSideRooms(livekit: {
  readonly url: string;
  readonly apiKey: string;
  readonly apiSecret: string;
}): SideRooms {
  const mint = createTokenMint(livekit);
  const random = (): string => randomBytes(nameBytes).toString('base64url');
  return {
    newRoom: () => asRoomName(`aside-${random()}`),
    async access(room) {
      return { url: livekit.url, token: await mint.sideRoomToken(room, `aside:${random()}`) };
    },
  };
}
