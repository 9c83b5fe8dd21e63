import { afterAll, beforeAll, describe } from 'vitest';
import type { MediaBridge } from '../../../src/call/ports/media.ts';
import { sipEngineContract } from '../../contract/sip-engine.contract.ts';
import { startLiveKitServer, type TestLiveKitServer } from '../../support/livekit-server.ts';
import { createLiveHarness } from './live-phone.ts';
import { areServersNamed, createLiveEngine, openTestMedia, whyNot } from './live-servers.ts';

describe.skipIf(!areServersNamed)(`on real servers${whyNot}`, () => {
  let livekit: TestLiveKitServer;
  let media: MediaBridge;
  beforeAll(async () => {
    livekit = await startLiveKitServer();
    media = await openTestMedia(livekit);
  });
  afterAll(async () => {
    await media.close();
    await livekit.close();
  });

  const all = { losesAck: true, joinsRooms: true, dials: true };
  sipEngineContract(
    'drachtio with FreeSWITCH',
    () => createLiveHarness(createLiveEngine(media)),
    all,
  );
  // It takes half a minute, and is drachtio-server's affair alone.
  const straight = { ...all, losesAck: false };
  sipEngineContract(
    'drachtio with the media worker alone',
    () => createLiveHarness(createLiveEngine(media, { isDirect: () => true })),
    straight,
  );
});
