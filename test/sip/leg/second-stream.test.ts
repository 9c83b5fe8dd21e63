/** The second stream of a leg: what the device says by BFCP becomes whose slides the media leg takes. */
import { describe, expect, it } from 'vitest';
import type { FloorHolder, MediaSession } from '../../../src/call/ports/media.ts';
import type { FloorDoor, FloorSeat } from '../../../src/sip/bfcp/floor-door.ts';
import { createSecondStream } from '../../../src/sip/leg/second-stream.ts';
import { createFakeMediaBridge } from '../../support/fake-media-bridge.ts';
import { asLegId } from '../../../src/call/identifiers.ts';
import { createManualClock } from '../../support/manual-clock.ts';

const [floorRequest, floorRelease, hello] = [1, 2, 11];
const floorOne = [5, 4, 0, 1];
const settled = (floor: MediaSession['floor']): MediaSession => ({
  ...{ remoteAddress: '10.0.0.2', remotePort: 4000, remoteRtcpPort: 4001, rtcpMux: false },
  ...{ codec: 'PCMA', payloadType: 8, telephoneEventPayloadType: undefined },
  ...{ comfortNoisePayloadType: undefined, direction: 'sendrecv' },
  floor,
});
const byUdp = (remoteAddress = '10.0.0.2') => settled({ transport: 'udp', remoteAddress });

const createRig = async (ports: { rtpPort: number; rtcpPort: number } | undefined) => {
  const clock = createManualClock();
  const seats: FloorSeat[] = [];
  const sent: Buffer[] = [];
  let closedSeats = 0;
  const door: FloorDoor = {
    port: 5070,
    take: (seat) => {
      seats.push(seat);
      return {
        send: (bytes) => void sent.push(Buffer.from(bytes)),
        close: () => void (closedSeats += 1),
      };
    },
    close: async () => undefined,
  };
  const second = createSecondStream({
    doors: { at: async () => door, close: async () => undefined },
    ...{ localAddress: '10.0.0.1', remoteAddress: '198.51.100.7', clock },
  });
  const holders: FloorHolder[] = [];
  const leg = await createFakeMediaBridge().openLeg(asLegId('leg'), '10.0.0.1', { video: true });
  await second.prepare({
    ...leg,
    openSlides: async () => ports,
    setFloor: (holder) => void holders.push(holder),
  });
  let transaction = 0;
  const say = (primitive: number, attributes: readonly number[] = []): void => {
    const seat = seats.at(-1);
    const head = Buffer.alloc(12);
    head[0] = 0x40;
    head[1] = primitive;
    head.writeUInt16BE(attributes.length / 4, 2);
    head.writeUInt32BE(seat?.conferenceId ?? 0, 4);
    head.writeUInt16BE((transaction += 1), 8);
    head.writeUInt16BE(2, 10);
    seat?.onMessage(Buffer.concat([head, Buffer.from(attributes)]));
  };
  return { second, clock, seats, sent, holders, say, closedSeats: () => closedSeats };
};
const ports = { rtpPort: 32_000, rtcpPort: 32_001 };

describe('a second stream', () => {
  it('is prepared once, for an offer that has one or for one of ours', async () => {
    const { second } = await createRig(undefined);
    expect(second.local()).toBeUndefined();
    expect(second.needs(undefined)).toBe(true);
    expect(second.needs('v=0\r\nm=audio 4000 RTP/AVP 8\r\n')).toBe(false);
    const { second: ready } = await createRig(ports);
    expect(ready.needs(undefined)).toBe(false);
    expect(ready.local()).toMatchObject({ ...ports, floor: { port: 5070, userId: 2, floorId: 1 } });
    second.close();
    expect(second.needs(undefined)).toBe(false);
  });

  it('has its floor taken and given by the device, and by screens in the room', async () => {
    const { second, holders, say } = await createRig(ports);
    second.configure(byUdp());
    say(hello);
    second.hear({ type: 'screen-shared', key: 1 });
    say(floorRequest, floorOne);
    second.hear({ type: 'screen-shared', key: 2 });
    expect(holders).toEqual(['room', 'device', 'room']);
  });

  it('keeps its floor through hold and resume, and hears the device where it moved to', async () => {
    const { second, seats, holders, say } = await createRig(ports);
    second.configure(byUdp());
    say(floorRequest, floorOne);
    second.configure(byUdp('0.0.0.0'));
    expect([...(seats[0]?.addresses ?? [])]).toEqual(['10.0.0.2', '198.51.100.7']);
    second.configure(byUdp('10.0.0.3'));
    expect([...(seats[0]?.addresses ?? [])]).toEqual(['10.0.0.3', '198.51.100.7']);
    expect(seats).toHaveLength(1);
    expect(holders).toEqual(['device']);
    say(floorRelease, [7, 4, 0, 1]);
    expect(holders).toEqual(['device', 'nobody']);
  });

  it('is given up with its m-lines, and begins anew with them', async () => {
    const { second, seats, holders, say, closedSeats } = await createRig(ports);
    second.configure(byUdp());
    say(floorRequest, floorOne);
    second.configure(settled(undefined));
    expect([closedSeats(), holders]).toEqual([1, ['device', 'nobody']]);
    second.hear({ type: 'screen-shared', key: 5 });
    second.configure(settled({ transport: 'tcp', remoteAddress: '10.0.0.2' }));
    expect(seats.map(({ transport }) => transport)).toEqual(['udp', 'tcp']);
    say(hello);
    expect(holders).toEqual(['device', 'nobody', 'room']);
  });

  it('that is not answered over UDP loses the floor, and asks no more after its end', async () => {
    const { second, clock, sent, holders, say } = await createRig(ports);
    second.configure(byUdp());
    say(floorRequest, floorOne);
    sent.length = 0;
    second.hear({ type: 'screen-shared', key: 1 });
    expect(sent).toHaveLength(1);
    await clock.advance(30_000);
    expect(sent.length).toBeGreaterThan(1);
    expect(holders).toEqual(['device', 'room', 'nobody']);
    const before = sent.length;
    second.close();
    second.configure(byUdp());
    second.hear({ type: 'screen-shared', key: 2 });
    await clock.advance(30_000);
    expect(sent).toHaveLength(before);
    expect(clock.pending).toBe(0);
  });
});
