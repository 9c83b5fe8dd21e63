/**
 * Somebody in the meeting with a real Chromium, whose own WebRTC encodes, sends, receives and decodes H.264.
 * Only the signalling is ours: the page makes offers, this process carries them to the server.
 */
import {
  SessionDescription,
  SignalRequest,
  SignalResponse,
  SimulcastCodec,
  type AddTrackRequest,
} from '@livekit/protocol';
import { AccessToken } from 'livekit-server-sdk';
import { cameraRequest, subscription } from '../../../src/bridge/room/picture-requests.ts';
import { parsePictureSignal, type Person } from '../../../src/bridge/room/picture-signal.ts';
import { openSignalClient, type SignalClient } from '../../../src/bridge/room/signal-client.ts';
import type { SignalEvent } from '../../../src/bridge/room/signal-message.ts';
import { silentLogger } from '../../../src/caller/silent-logger.ts';
import { processClock } from '../../../src/process-clock.ts';
import type { TestLiveKitServer } from '../../support/livekit-server.ts';
import type { SeenPicture } from '../../support/witness.ts';
import { browserGuestPage } from './browser-guest-page.ts';
import type { TestBrowser } from './browser.ts';

export interface BrowserGuest {
  /** Identities of who else is there. */
  others(): readonly string[];
  /** What the page has now of a participant's camera, decoded; undefined: nothing yet. */
  see(identity: string): Promise<SeenPicture | undefined>;
  close(): Promise<void>;
}

const camera = { width: 640, height: 360, maxBitrateKbps: 800 };

/** H.264, or VP9 and an H.264 that is sent when somebody asks for it, as LiveKit's SDK has it. */
export type GuestCodecs = 'h264' | 'vp9-and-backup';

const vp9WithBackup = (cid: string): AddTrackRequest => {
  const request = cameraRequest(cid, camera, false);
  request.simulcastCodecs = [
    new SimulcastCodec({ codec: 'vp9', cid }),
    new SimulcastCodec({ codec: 'h264', cid: '' }),
  ];
  return request;
};
const backupOf = (sid: string, cid: string): SignalRequest => {
  const value = cameraRequest(cid, camera, false);
  value.sid = sid;
  return new SignalRequest({ message: { case: 'addTrack', value } });
};
/** The track of ours that somebody wants in H.264. */
const wantedInH264 = (bytes: Uint8Array): string | undefined => {
  const { message } = SignalResponse.fromBinary(bytes);
  if (message.case !== 'subscribedQualityUpdate') return undefined;
  const { trackSid, subscribedCodecs } = message.value;
  const isWanted = subscribedCodecs.some(
    ({ codec, qualities }) => codec === 'h264' && qualities.some(({ enabled }) => enabled),
  );
  return isWanted ? trackSid : undefined;
};

/** Enters the room and shows the picture of `browserGuestPage`. */
export const enterWithBrowser = async (
  browser: TestBrowser,
  { url, apiKey, apiSecret }: TestLiveKitServer,
  room: string,
  codecs: GuestCodecs = 'h264',
): Promise<BrowserGuest> => {
  const page = await browser.page('en');
  await page.addScriptTag({ content: browserGuestPage });
  const call = (method: string, ...args: readonly unknown[]): Promise<unknown> =>
    page.evaluate(`guest.${method}(${args.map((arg) => JSON.stringify(arg)).join()})`);

  const token = new AccessToken(apiKey, apiSecret, { identity: 'browser' });
  token.addGrant({ roomJoin: true, room });
  const people = new Map<string, Person>();
  const subscribed = new Set<string>();
  let trackSidByMid: ReadonlyMap<string, string> = new Map();
  let offerId = 1;
  let failure: Error | undefined;

  /** To every camera that is there. */
  const follow = (client: SignalClient): void => {
    for (const { sid: participantSid, tracks } of people.values())
      for (const { sid: trackSid } of tracks) {
        if (subscribed.has(trackSid)) continue;
        subscribed.add(trackSid);
        client.send(subscription([{ trackSid, participantSid }], true));
      }
  };
  const heed = async (event: SignalEvent): Promise<void> => {
    if (event.type === 'answer') {
      ({ trackSidByMid } = event);
      await call('answer', event.sdp);
    } else if (event.type === 'candidate') await call('candidate', event.candidate);
    else if (event.type === 'sections-required') {
      sendOffer((await call('offerMore', event.videos)) as string);
    }
  };

  interface Offered {
    readonly cid: string;
    readonly sdp: string;
  }
  const sendOffer = (offered: string): void => {
    offerId += 1;
    const value = new SessionDescription({ type: 'offer', sdp: offered, id: offerId });
    signal.send(new SignalRequest({ message: { case: 'offer', value } }));
  };
  let hasBackup = codecs === 'h264';
  const addBackup = async (trackSid: string): Promise<void> => {
    const backup = (await call('addBackup')) as Offered;
    signal.send(backupOf(trackSid, backup.cid));
    sendOffer(backup.sdp);
  };

  const primary = codecs === 'h264' ? 'video/H264' : 'video/VP9';
  const { cid, sdp } = (await call('start', primary)) as Offered;
  // One after the other: an answer is not to meet the next offer half made.
  let heeded = Promise.resolve();
  const next = (work: () => Promise<void>): void => {
    heeded = heeded.then(work).catch((error: unknown) => {
      failure = new Error('the page could not follow the server', { cause: error });
    });
  };
  const signal = openSignalClient({
    url,
    token: await token.toJwt(),
    offerSdp: sdp,
    offerId,
    addTracks: [codecs === 'h264' ? cameraRequest(cid, camera, false) : vp9WithBackup(cid)],
    followsRoom: true,
    clock: processClock,
    log: silentLogger,
    onEvent: (event) => {
      next(() => heed(event));
    },
    onMessage: (bytes) => {
      const wanted = hasBackup ? undefined : wantedInH264(bytes);
      if (wanted !== undefined) {
        hasBackup = true;
        next(() => addBackup(wanted));
      }
      const told = parsePictureSignal(bytes);
      if (told?.type !== 'joined' && told?.type !== 'people') return;
      for (const person of told.people) people.set(person.identity, person);
      // The socket is not open to us before the server has said who is there.
      setImmediate(() => {
        follow(signal);
      });
    },
    onDown: (down) => {
      failure = new Error(`the browser's guest is out: ${JSON.stringify(down)}`);
    },
  });

  return {
    others: () => [...people.keys()],
    see: async (identity) => {
      if (failure !== undefined) throw failure;
      const sids = people.get(identity)?.tracks.map((track) => track.sid) ?? [];
      const mid = [...trackSidByMid].find(([, sid]) => sids.includes(sid))?.[0];
      const read = (mid && (await call('read', mid))) as
        (Omit<SeenPicture, 'luma'> & { readonly luma: string }) | undefined;
      return read && { ...read, luma: Buffer.from(read.luma, 'base64') };
    },
    close: async () => {
      await signal.close();
      await page.close();
    },
  };
};
