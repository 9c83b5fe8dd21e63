import type { Socket } from 'node:dgram';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import dns from 'node:dns/promises';
import { syncBuiltinESMExports } from 'node:module';
import { expect, test, vi } from 'vitest';
import { createPeerConnection } from '../../../src/bridge/room/peer-connection.ts';
import { silentLog } from './support/silent-log.ts';

const create = (codecs: readonly ('opus' | 'PCMU' | 'PCMA')[]) =>
  createPeerConnection({
    localAddress: '127.0.0.1',
    codecs,
    log: silentLog,
    now: () => 0,
    onState: () => undefined,
    onRtp: () => undefined,
  });

test("a caller's offer has its codec, its SSRC, the audio level and candidates of the one address alone", async () => {
  const peer = create(['PCMA']);
  const { cid } = peer.addAudioSender(123_456);
  const sdp = await peer.offer();
  await peer.close();
  expect(sdp.match(/^m=.*$/gm)).toEqual([
    expect.stringMatching(/^m=audio \d+ UDP\/TLS\/RTP\/SAVPF 8$/),
  ]);
  expect(sdp).toContain('a=rtpmap:8 PCMA/8000');
  expect(sdp).toMatch(new RegExp(`^a=msid:\\S+ ${cid}`, 'm'));
  expect(sdp).toContain('a=ssrc:123456 ');
  expect(sdp).toContain('a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level');
  const addresses = [...sdp.matchAll(/^a=candidate:\S+ 1 udp \d+ (\S+) /gm)].map(([, to]) => to);
  expect(addresses).toEqual(['127.0.0.1']);
});

test('nobody but the server of the room hears of a connection: no name is looked up, no STUN server asked', async () => {
  const lookup = vi.spyOn(dns, 'lookup').mockRejectedValue(new Error('asked'));
  syncBuiltinESMExports();
  try {
    for (const peer of [create(['PCMA']), create(['opus'])]) {
      peer.addAudioSender(1);
      peer.addAudioReceivers(2);
      peer.addDataChannel();
      await peer.offer();
      peer.addAudioReceivers(1);
      await peer.offer();
      await peer.close();
    }
    expect(lookup).not.toHaveBeenCalled();
  } finally {
    lookup.mockRestore();
    syncBuiltinESMExports();
  }
});

test("an ear's offer receives Opus and both laws of G.711 on as many m-lines as it is asked for", async () => {
  const peer = create(['opus', 'PCMU', 'PCMA']);
  peer.addAudioReceivers(2);
  peer.addAudioReceivers(1);
  const sdp = await peer.offer();
  expect(peer.mediaSections()).toBe(3);
  await peer.close();
  expect(sdp.match(/^a=recvonly/gm)).toHaveLength(3);
  expect(sdp.match(/^m=audio \d+ UDP\/TLS\/RTP\/SAVPF 111 0 8$/gm)).toHaveLength(3);
  expect(sdp.match(/^a=fmtp:111 .*useinbandfec=1/gm)).toHaveLength(3);
});

test('a packet that is written before there is a transport goes nowhere', async () => {
  const peer = create(['PCMU']);
  peer.addAudioSender(1);
  expect(() => {
    peer.writeRtp(Buffer.alloc(172), -20, true);
    peer.writeRtp(Buffer.alloc(0), -20, true);
  }).not.toThrow();
  await peer.close();
  await peer.close();
});

test('an error of a media socket, such as no route to a candidate, ends nothing', async () => {
  const sockets: Socket[] = [];
  const collect = (message: unknown): void => {
    sockets.push((message as { socket: Socket }).socket);
  };
  subscribe('udp.socket', collect);
  const peer = create(['PCMU']);
  peer.addAudioSender(1);
  await peer.offer();
  unsubscribe('udp.socket', collect);
  expect(sockets).toHaveLength(1);
  expect(() => sockets[0]?.emit('error', new Error('send EINVAL'))).not.toThrow();
  await peer.close();
});
