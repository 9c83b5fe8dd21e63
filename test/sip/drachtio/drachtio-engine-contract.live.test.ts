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

  sipEngineContract('drachtio with FreeSWITCH', () => createLiveHarness(createLiveEngine(media)), {
    losesAck: true,
    joinsRooms: true,
    dials: true,
  });
});
