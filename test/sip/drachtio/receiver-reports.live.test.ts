/** What a caller's RTCP says of our sound, by way of FreeSWITCH. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MediaBridge } from '../../../src/call/ports/media.ts';
import type { CallLeg } from '../../../src/call/ports/sip-engine.ts';
import { processClock } from '../../../src/process-clock.ts';
import type { DrachtioEngine } from '../../../src/sip/drachtio/drachtio-engine.ts';
import { createUdpTransport } from '../../../src/sip/embedded/udp-transport.ts';
import { createSipUserAgent } from '../../../src/sip/embedded/user-agent.ts';
import { applyAnswer, createOffer } from '../../../src/sip/message/sdp-offer.ts';
import { silentLog } from '../../support/media-calls.ts';
import {
  areServersNamed,
  createLiveEngine,
  noLiveKit,
  openTestMedia,
  sipTarget,
  whyNot,
} from './live-servers.ts';

const address = '127.0.0.1';

const bound = async (): Promise<Socket> => {
  const socket = createSocket('udp4').bind(0, address);
  await once(socket, 'listening');
  return socket;
};

/**
 * RR with one block: 12.5 % lost of late, 40 in all, jitter 80 (10 ms at 8 kHz), at once after the SR
 * with this time. RFC 3550 §6.4.2
 */
const report = (ofSsrc: number, lastReport = 0): Buffer => {
  const rr = Buffer.alloc(32);
  rr.writeUInt16BE(0x81c9, 0);
  rr.writeUInt16BE(7, 2);
  rr.writeUInt32BE(0x1234_5678, 4);
  rr.writeUInt32BE(ofSsrc, 8);
  rr.writeUInt32BE(0x2000_0028, 12);
  rr.writeUInt32BE(400, 16);
  rr.writeUInt32BE(80, 20);
  rr.writeUInt32BE(lastReport, 24);
  return rr;
};

describe.skipIf(!areServersNamed)(`receiver reports through FreeSWITCH${whyNot}`, () => {
  let media: MediaBridge;
  let engine: DrachtioEngine;
  const arrived = Promise.withResolvers<CallLeg>();
  beforeAll(async () => {
    media = await openTestMedia(noLiveKit);
    engine = createLiveEngine(media);
    await engine.start(arrived.resolve);
  });
  afterAll(async () => {
    await engine.close();
    await media.close();
  });

  it('say how our sound comes to the caller', async () => {
    const [rtp, rtcp] = [await bound(), await bound()];
    const agent = createSipUserAgent({
      onInvite: () => undefined,
      listen: [{ transport: 'udp', address, port: 0 }],
      clock: processClock,
      log: silentLog,
      openTransport: createUdpTransport,
    });
    await agent.start();
    const { offer } = createOffer({
      address,
      rtpPort: rtp.address().port,
      rtcpPort: rtcp.address().port,
      codecs: ['PCMA'],
      sessionId: '1',
      sessionVersion: 1,
    });
    const call = agent.invite(sipTarget(engine, '+46480445511'), {
      from: `<sip:+46701234567@${address}>`,
      sdp: offer,
    });
    const reportTo = Promise.withResolvers<number>();
    call.onEvent((event) => {
      if (event.type !== 'answered' || event.sdp === undefined) return;
      const applied = applyAnswer(offer, event.sdp);
      if (applied.ok) reportTo.resolve(applied.session.remoteRtcpPort);
    });
    const leg = await arrived.promise;
    await leg.answer();
    expect((await leg.quality()).down).toBeUndefined();
    const [packet] = (await once(rtp, 'message')) as [Buffer];
    const port = await reportTo.promise;
    for (let sent = 0; sent < 20 && (await leg.quality()).down === undefined; sent += 1) {
      rtcp.send(report(packet.readUInt32BE(8)), port, address);
      await sleep(250);
    }
    expect(await leg.quality()).toMatchObject({
      down: { lost: 40, jitterMs: 10 },
      roundTripMs: undefined,
    });
    const senderReport = await new Promise<Buffer>((resolve) => {
      rtcp.on('message', (datagram) => {
        if (datagram[1] === 200) resolve(datagram);
      });
    });
    // As long as the way would take.
    await sleep(250);
    const lastReport = senderReport.readUInt32BE(10);
    for (let sent = 0; sent < 20; sent += 1) {
      rtcp.send(report(packet.readUInt32BE(8), lastReport), port, address);
      await sleep(100);
      if ((await leg.quality()).roundTripMs !== undefined) break;
    }
    const { roundTripMs = 0 } = await leg.quality();
    expect(roundTripMs).toBeGreaterThan(200);
    expect(roundTripMs).toBeLessThan(5_000);
    leg.hangUp();
    await agent.close();
    rtp.close();
    rtcp.close();
  });
});
