import { describe, expect, it } from 'vitest';
import { encodeG711 } from '../../src/bridge/audio/g711.ts';
import { allocateMeetingLanes, openMeetingLanes } from '../../src/bridge/meeting-lanes.ts';
import { createMeetingMixer } from '../../src/bridge/meeting-mixer.ts';
import type { RoomEarOptions } from '../../src/bridge/room/link-types.ts';
import { writeRtpHeader } from '../../src/bridge/rtp/rtp-packet.ts';
import { openTrackSource } from '../../src/bridge/track-source.ts';
import type { FromWorker } from '../../src/bridge/worker-protocol.ts';
import { asNodeId, asRoomName } from '../../src/call/identifiers.ts';
import { silentLog } from '../support/media-calls.ts';
import { rmsOf, sine } from '../support/sounds.ts';

const room = asRoomName('room');
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

const setUp = () => {
  let nowMs = 0;
  let tick = 0;
  let closes = 0;
  let ear: RoomEarOptions | undefined;
  const unneeded: string[] = [];
  const news: FromWorker[] = [];
  const source = openTrackSource({
    room,
    url: 'ws://room.test',
    token: 'token',
    ownIdentityPrefix: 'ringbro:node:',
    nowMs: () => nowMs,
    log: silentLog,
    post: (message) => news.push(message),
    createEar: (options) => {
      ear = options;
      return {
        setListening: () => undefined,
        setUnneeded: (prefixes) => unneeded.push(...prefixes),
        othersThan: (prefixes) => (prefixes.includes('ringbro:far:') ? 0 : 1),
        mediaSections: () => 1,
        setToken: () => undefined,
        close: async () => {
          closes += 1;
        },
      };
    },
  });
  const mixer = createMeetingMixer(openMeetingLanes(allocateMeetingLanes(1), 0));
  const out = new Int16Array(160);
  let sequence = 0;
  return {
    source,
    news,
    event: (event: Parameters<RoomEarOptions['onEvent']>[0]) => {
      ear!.onEvent(event);
    },
    options: () => ear!,
    closes: () => closes,
    unneeded,
    /** One packet of µ-law of a track, then a tick; the loudness of what is heard then. */
    packetAndTick: (trackKey: number): number => {
      const packet = Buffer.alloc(172);
      sequence += 1;
      writeRtpHeader(packet, 0, sequence === 1, sequence, sequence * 160, 9);
      encodeG711('PCMU', sine(160, 400, 8000, 8000), packet.subarray(12));
      ear!.onPacket(trackKey, packet);
      nowMs += 20;
      mixer.begin(++tick);
      source.addTo(mixer);
      mixer.finish();
      return mixer.hear(undefined, out) ? rmsOf(out) : 0;
    },
  };
};
const track = (trackKey: number) =>
  ({
    type: 'track-added',
    trackKey,
    identity: 'guest',
    kind: 'standard',
    codec: 'PCMU',
    muted: false,
  }) as const;

describe('track source', () => {
  it('adds what a track sends to the mix, from its adding to its removal', async () => {
    const { event, packetAndTick } = setUp();
    expect(packetAndTick(1)).toBe(0);
    event(track(1));
    await settled();
    const heard = Array.from({ length: 10 }, () => packetAndTick(1));
    expect(heard.at(-1)).toBeGreaterThan(5000);
    event({ type: 'track-removed', trackKey: 1 });
    expect(packetAndTick(1)).toBe(0);
  });

  it('a track that is gone before its decoder is ready leaves nothing behind', async () => {
    const { event, packetAndTick } = setUp();
    event(track(1));
    event({ type: 'track-removed', trackKey: 1 });
    await settled();
    expect(packetAndTick(1)).toBe(0);
  });

  it('the room is deserted only while it is certain that nobody is there, on no recording either', () => {
    const { event, source } = setUp();
    expect(source.isDeserted()).toBe(false);
    event({ type: 'audience', others: 0 });
    event({ type: 'recorded', isRecorded: false });
    event({ type: 'connected', ms: 1 });
    expect(source.isDeserted()).toBe(true);
    event({ type: 'audience', others: 1 });
    expect(source.isDeserted()).toBe(false);
    event({ type: 'audience', others: 0 });
    event({ type: 'recorded', isRecorded: true });
    expect(source.isDeserted()).toBe(false);
    event({ type: 'recorded', isRecorded: false });
    event({ type: 'lost', cause: 'test' });
    expect(source.isDeserted()).toBe(false);
    event({ type: 'recovered', outageMs: 1 });
    expect(source.isDeserted()).toBe(true);
    void source.close();
    expect(source.isDeserted()).toBe(false);
  });

  it('callers of nodes that hear ours by links are nobody whom the room carries sound to', () => {
    const { event, source, unneeded } = setUp();
    event({ type: 'audience', others: 2 });
    event({ type: 'recorded', isRecorded: false });
    event({ type: 'connected', ms: 1 });
    const far = asNodeId('far');
    source.setLinked({ heard: [far], hearing: [] });
    expect(unneeded).toEqual(['ringbro:far:']);
    expect(source.isDeserted()).toBe(false);
    source.setLinked({ heard: [far], hearing: [far] });
    expect(source.isDeserted()).toBe(true);
    event({ type: 'recorded', isRecorded: true });
    expect(source.isDeserted()).toBe(false);
    event({ type: 'recorded', isRecorded: false });
    source.setLinked({ heard: [], hearing: [asNodeId('other')] });
    expect(source.isDeserted()).toBe(false);
  });

  it('does not listen to participants of its own node', () => {
    expect(setUp().options().ownIdentityPrefixes).toEqual(['ringbro:node:']);
  });

  it('tells what the ear sees, until it is closed', async () => {
    const { source, event, news, closes } = setUp();
    event({ type: 'connected', ms: 1 });
    event({ type: 'audience', others: 2 });
    event({ type: 'lost', cause: 'test' });
    event({ type: 'token-needed' });
    event({ type: 'recovered', outageMs: 1 });
    event({ type: 'encrypted' });
    const told = news.map(({ type }) => type);
    expect(told).toEqual([
      'ear-recovered',
      'ear-others',
      'ear-lost',
      'ear-token-needed',
      'ear-recovered',
      'ear-gone',
    ]);
    await source.close();
    await source.close();
    event({ type: 'left', reason: 'unreachable' });
    expect([news.length, closes()]).toEqual([told.length, 1]);
  });
});
