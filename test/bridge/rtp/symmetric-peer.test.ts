import { expect, test } from 'vitest';
import { createSymmetricPeer, type SymmetricPeer } from '../../../src/bridge/rtp/symmetric-peer.ts';

const signalled = '192.0.2.1';
const nat = '198.51.100.7';
const stranger = '203.0.113.9';

const createPeer = (): SymmetricPeer => {
  const peer = createSymmetricPeer();
  peer.setRemote(signalled, 4000, 4001);
  return peer;
};
const accept = (
  peer: SymmetricPeer,
  address: string,
  port: number,
  times = 1,
  ssrc = 1,
): boolean => {
  let accepted = false;
  for (let time = 0; time < times; time += 1) accepted = peer.acceptRtp(address, port, ssrc);
  return accepted;
};

test('nothing is taken before SDP said anything', () => {
  expect(createSymmetricPeer().acceptRtp(signalled, 4000, 1)).toBe(false);
});

test('the signalled address is where we send, and its first packet locks out strangers', () => {
  const peer = createPeer();
  expect([peer.address(), peer.port(), peer.rtcpPort()]).toEqual([signalled, 4000, 4001]);
  expect(accept(peer, signalled, 4000)).toBe(true);
  expect(accept(peer, stranger, 9000, 10)).toBe(false);
  expect([peer.address(), peer.port(), peer.dropped()]).toEqual([signalled, 4000, 10]);
});

test('a caller behind NAT is latched on to after three packets of one source', () => {
  const peer = createPeer();
  expect(accept(peer, nat, 5000, 2)).toBe(true);
  expect(peer.address()).toBe(signalled);
  accept(peer, nat, 5000);
  expect([peer.address(), peer.port(), peer.rtcpPort(), peer.isLocked()]).toEqual([
    nat,
    5000,
    5001,
    true,
  ]);
  expect(accept(peer, signalled, 4000)).toBe(false);
});

test('packets of changing SSRC or source are not latched on to', () => {
  const peer = createPeer();
  for (let ssrc = 0; ssrc < 9; ssrc += 1) accept(peer, stranger, 9000, 2, ssrc);
  for (let port = 9000; port < 9009; port += 1) accept(peer, stranger, port, 2);
  expect([peer.address(), peer.isLocked()]).toEqual([signalled, false]);
});

test('the same SDP again keeps the source that was learnt', () => {
  const peer = createPeer();
  accept(peer, nat, 5000, 3);
  peer.setRemote(signalled, 4000, 4001);
  expect(peer.address()).toBe(nat);
  accept(peer, nat, 5000);
  expect([peer.isLocked(), accept(peer, stranger, 9000)]).toEqual([true, false]);
});

test('a re-INVITE to a new address is not undone by the last packets from the old one', () => {
  const peer = createPeer();
  accept(peer, signalled, 4000);
  peer.setRemote('192.0.2.50', 6000, 6001);
  expect(accept(peer, signalled, 4000, 10)).toBe(true);
  expect([peer.address(), peer.rtcpPort()]).toEqual(['192.0.2.50', 6001]);
  accept(peer, '192.0.2.50', 6000);
  expect(accept(peer, signalled, 4000)).toBe(false);
});

test('a caller behind NAT who signals a new private address and goes on sending is kept', () => {
  const peer = createPeer();
  accept(peer, nat, 5000, 3);
  peer.setRemote('10.0.0.8', 4000, 4001);
  accept(peer, nat, 5000, 25);
  expect([peer.address(), peer.port(), peer.isLocked()]).toEqual([nat, 5000, true]);
});

test('RTCP comes from the address of RTP, and reports go where it came from', () => {
  const peer = createPeer();
  accept(peer, nat, 5000, 3);
  expect(peer.acceptRtcp(stranger, 5001)).toBe(false);
  expect(peer.acceptRtcp(nat, 5555)).toBe(true);
  expect(peer.rtcpPort()).toBe(5555);
});
