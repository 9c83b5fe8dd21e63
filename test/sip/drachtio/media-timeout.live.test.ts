/** A caller who is not heard any more: FreeSWITCH ends the channel, and says why. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asLegId } from '../../../src/call/identifiers.ts';
import type { MediaBridge } from '../../../src/call/ports/media.ts';
import type { LegEvent } from '../../../src/call/ports/sip-engine.ts';
import type { DrachtioEngine } from '../../../src/sip/drachtio/drachtio-engine.ts';
import { until } from '../../support/media-calls.ts';
import { openLiveProvider, providerSdp, type LiveProvider } from './live-provider.ts';
import {
  areServersNamed,
  createLiveEngine,
  noLiveKit,
  openTestMedia,
  whyNot,
} from './live-servers.ts';

const address = '127.0.0.7';

describe.skipIf(!areServersNamed)(`silence on drachtio and FreeSWITCH${whyNot}`, () => {
  let media: MediaBridge;
  let engine: DrachtioEngine;
  let provider: LiveProvider;
  beforeAll(async () => {
    media = await openTestMedia(noLiveKit);
    engine = createLiveEngine(media, { mediaTimeoutMs: 500 });
    await engine.start(() => undefined);
    provider = await openLiveProvider(address, ({ method }) => [
      method === 'INVITE'
        ? {
            status: 200,
            headers: [`Contact: <sip:peer@${address}:${provider.port}>`],
            body: providerSdp(address, '8 101'),
          }
        : { status: 200 },
    ]);
  });
  afterAll(async () => {
    await engine.close();
    await provider.close();
    await media.close();
  });

  // Its BYE came before the event socket said MEDIA_TIMEOUT, and without looking at the BYE's Reason
  // the call was recorded as lost by us.
  it('is a media-timeout, not a lost call', async () => {
    const request = {
      legId: asLegId('silent'),
      trunk: undefined,
      to: `sip:peer@${address}:${provider.port}`,
      callerNumber: undefined,
      ringLimitMs: 1_000,
    };
    const dialled = await engine.dial?.(request, new AbortController().signal);
    if (dialled?.outcome !== 'answered') throw new Error('not answered');
    const events: LegEvent[] = [];
    dialled.leg.onEvent((event) => events.push(event));
    await until(() => events.length > 1, 15_000);
    expect(events.map(({ type }) => type)).toEqual(['confirmed', 'media-timeout']);
    dialled.leg.hangUp();
    await until(() => provider.requests('BYE').length > 0);
  });
});
