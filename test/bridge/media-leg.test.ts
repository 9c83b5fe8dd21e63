import { describe, expect, it } from 'vitest';
import { decodeG711, encodeG711 } from '../../src/bridge/audio/g711.ts';
import { pack } from '../../src/bridge/audio/prompt-library.ts';
import { createMediaLeg } from '../../src/bridge/media-leg.ts';
import { allocateMeetingLanes } from '../../src/bridge/meeting-lanes.ts';
import type { CallerLinkOptions } from '../../src/bridge/room/link-types.ts';
import { createRtpView, parseRtp, writeRtpHeader } from '../../src/bridge/rtp/rtp-packet.ts';
import type { RtpSocket } from '../../src/bridge/rtp/rtp-socket.ts';
import { noCounts } from '../../src/call/quality/sound-tally.ts';
import type { TrackSource } from '../../src/bridge/track-source.ts';
import { createWorkerMeeting } from '../../src/bridge/worker-meeting.ts';
import { asNodeId, asRoomName } from '../../src/call/identifiers.ts';
import type { MediaEvent, MediaSession } from '../../src/call/ports/media.ts';
import type { RoomTarget } from '../../src/call/ports/sip-engine.ts';
import { silentLog } from '../support/media-calls.ts';
import { rmsOf, sine } from '../support/sounds.ts';

const caller = { address: '192.0.2.1', port: 4000 };
const session: MediaSession = {
  remoteAddress: caller.address,
  remotePort: caller.port,
  remoteRtcpPort: 4001,
  rtcpMux: false,
  codec: 'PCMA',
  payloadType: 8,
  telephoneEventPayloadType: 101,
  comfortNoisePayloadType: 13,
  direction: 'sendrecv',
};
const target: RoomTarget = {
  room: asRoomName('room'),
  identity: 'ringbro:node:leg',
  name: 'Phone 1',
  attributes: {},
  muted: false,
};
const lanes = () => allocateMeetingLanes(1);
const silentTracks: TrackSource = {
  addTo: () => undefined,
  isDeserted: () => false,
  setWideband: () => undefined,
  setLinked: () => undefined,
  counts: () => noCounts,
  setToken: () => undefined,
  close: () => Promise.resolve(),
};
const tone = sine(160, 400, 8000, 8000);

/** A leg with a socket and a room link under the test's hand; `tick` moves time by 20 ms. */
const setUp = (settings: { readonly sendsUnheard?: boolean } = {}) => {
  let nowMs = 1000;
  let tickNumber = 0;
  let sequence = 0;
  const rtp: { packet: Buffer; address: string; port: number }[] = [];
  const rtcp: Buffer[] = [];
  const events: MediaEvent[] = [];
  const uplinked: Buffer[] = [];
  const linkMutes: boolean[] = [];
  let link: CallerLinkOptions | undefined;
  let linksOpen = 0;
  let socketOpen = true;

  const socket: RtpSocket = {
    localPort: 10_000,
    localRtcpPort: 10_001,
    sendRtp: (packet, address, port) => rtp.push({ packet: Buffer.from(packet), address, port }),
    sendRtcp: (packet) => rtcp.push(Buffer.from(packet)),
    readRtp: () => undefined,
    settleOn: () => undefined,
    unsettle: () => undefined,
    errors: () => 0,
    close: async () => {
      socketOpen = false;
    },
  };
  const leg = createMediaLeg(
    {
      setup: {
        workerIndex: 0,
        hasCoreLeft: true,
        epochMs: 0,
        rtpPorts: { first: 0, last: 0 },
        prompts: pack(new Map(), 8000),
        livekitUrl: 'ws://room.test',
        nodeId: asNodeId('node'),
        settings: {
          mediaTimeoutMs: 1000,
          concurrentJoins: 1,
          qualityWindowMs: 60_000,
          ...settings,
        },
      },
      log: silentLog,
      emit: (event) => events.push(event),
      onTokenNeeded: () => undefined,
      createLink: (options) => {
        link = options;
        linksOpen += 1;
        return {
          ssrc: 77,
          writeRtp: (packet) => uplinked.push(Buffer.from(packet)),
          setMuted: (muted) => linkMutes.push(muted),
          sendKey: () => undefined,
          setToken: () => undefined,
          close: async () => {
            linksOpen -= 1;
          },
        };
      },
    },
    socket,
    () => nowMs,
  );
  const meeting = createWorkerMeeting(target.room, lanes(), 0);

  const receive = (payloadType: number, payload: Uint8Array, from = caller): void => {
    const packet = Buffer.alloc(12 + payload.length);
    sequence += 1;
    writeRtpHeader(packet, payloadType, sequence === 1, sequence, sequence * 160, 5);
    packet.set(payload, 12);
    leg.onRtp(packet, from.address, from.port, nowMs);
  };
  const speak = (pcm = tone, from = caller): void => {
    const payload = new Uint8Array(160);
    encodeG711('PCMA', pcm, payload);
    receive(8, payload, from);
  };
  const tick = (count = 1): void => {
    for (let round = 0; round < count; round++) {
      nowMs += 20;
      tickNumber += 1;
      leg.takeVoice(nowMs);
      meeting.mix(tickNumber);
      leg.sendFrame(tickNumber, false);
    }
  };
  return {
    leg,
    meeting,
    events,
    rtp,
    rtcp,
    uplinked,
    linkMutes,
    receive,
    speak,
    tick,
    speakFor: (frames: number, from = caller) => {
      for (let frame = 0; frame < frames; frame++) {
        speak(tone, from);
        tick();
      }
    },
    join: () => {
      const outcome = leg.enter(meeting, { target, token: 'token', lanes: lanes() }).join();
      link?.onEvent({ type: 'connected', ms: 1 });
      return outcome;
    },
    linkEvent: (event: Parameters<CallerLinkOptions['onEvent']>[0]) => link?.onEvent(event),
    voice: () => [...meeting.members][0]?.voice,
    linksOpen: () => linksOpen,
    socketOpen: () => socketOpen,
  };
};

describe('media leg', () => {
  it('tells the first packet of the caller, once', () => {
    const { leg, events, speakFor } = setUp();
    leg.configure(session);
    speakFor(5);
    expect(events).toEqual([{ type: 'first-rtp' }]);
  });

  it('takes no sound and no keys before a session was agreed, nor from strangers after', () => {
    const { leg, events, speakFor, receive } = setUp();
    speakFor(3);
    expect(events).toEqual([]);
    leg.configure(session);
    leg.start();
    speakFor(5);
    receive(101, Uint8Array.of(1, 0x8a, 0, 160), { address: '198.51.100.9', port: 9 });
    expect(events.map(({ type }) => type)).toEqual(['first-rtp']);
  });

  it('a key comes once, whatever is told again', () => {
    const { leg, events, receive } = setUp();
    leg.configure(session);
    const packet = Buffer.alloc(16);
    [1, 2, 3].forEach((sequence) => {
      writeRtpHeader(packet, 101, sequence === 1, sequence, 160, 5);
      packet.set([5, sequence === 3 ? 0x8a : 0x0a, 0, sequence * 160], 12);
      leg.onRtp(Buffer.from(packet), caller.address, caller.port, 0);
    });
    receive(96, Uint8Array.of(5, 0x8a, 0, 160)); // a payload type that was not agreed
    expect(events.filter(({ type }) => type === 'digit')).toEqual([
      { type: 'digit', digit: '5', source: 'telephone-event' },
    ]);
  });

  it('sends where the caller is heard from, not where SDP said', () => {
    const { leg, rtp, speakFor, tick } = setUp();
    leg.configure(session);
    leg.start();
    tick();
    expect(rtp.at(-1)).toMatchObject({ address: caller.address, port: caller.port });
    speakFor(5, { address: '203.0.113.7', port: 5555 });
    expect(rtp.at(-1)).toMatchObject({ address: '203.0.113.7', port: 5555 });
  });

  it('the media time-out comes once, after the time, and anew after sound', () => {
    const { leg, events, tick, speakFor } = setUp();
    const timeouts = () => events.filter(({ type }) => type === 'media-timeout').length;
    leg.configure(session);
    tick(100); // not before the call is confirmed
    expect(timeouts()).toBe(0);
    leg.start();
    tick(49);
    expect(timeouts()).toBe(0);
    tick(100);
    expect(timeouts()).toBe(1);
    speakFor(1);
    tick(100);
    expect(timeouts()).toBe(2);
  });

  it('the media time-out rests while held and begins anew with resume', () => {
    const { leg, events, tick } = setUp();
    leg.configure(session);
    leg.start();
    tick(40);
    leg.configure({ ...session, direction: 'inactive' });
    tick(200);
    leg.configure(session);
    tick(49);
    expect(events).toEqual([]);
    tick(10);
    expect(events).toEqual([{ type: 'media-timeout' }]);
  });
});

describe('media leg in a meeting', () => {
  it('the microphone opens when the participant is connected', async () => {
    const { leg, meeting, speakFor, voice, linkEvent } = setUp();
    leg.configure(session);
    leg.start();
    const joining = leg.enter(meeting, { target, token: 'token', lanes: lanes() }).join();
    speakFor(10);
    expect(voice()).toBeUndefined();
    linkEvent({ type: 'connected', ms: 5 });
    expect(await joining).toEqual({ joined: true });
    speakFor(10);
    expect(rmsOf(voice()!)).toBeGreaterThan(5000);
  });

  it('the caller goes up under the own SSRC, and the muted caller nowhere', async () => {
    const { leg, speakFor, join, voice, uplinked, linkMutes } = setUp();
    leg.configure(session);
    leg.start();
    await join();
    speakFor(10);
    const view = createRtpView();
    expect(parseRtp(uplinked[0]!, uplinked[0]!.length, view)).toBe(true);
    expect(view).toMatchObject({ ssrc: 77, payloadLength: 160 });
    leg.setMuted(true);
    const before = uplinked.length;
    speakFor(10);
    expect(voice()).toBeUndefined();
    expect(uplinked.length).toBe(before);
    expect(linkMutes).toEqual([true]);
  });

  it('what nobody in the room would hear does not go up, until somebody is there', async () => {
    const { leg, meeting, speakFor, join, uplinked, linkEvent } = setUp();
    let isDeserted = true;
    meeting.tracks = { ...silentTracks, isDeserted: () => isDeserted };
    leg.configure(session);
    leg.start();
    await join();
    speakFor(200);
    // Enough for the room's server to take the track for published.
    const introduced = uplinked.length;
    expect(introduced).toBeGreaterThan(20);
    expect(introduced).toBeLessThan(30);

    expect(leg.isAwaited()).toBe(false);
    isDeserted = false;
    speakFor(10);
    expect(leg.isAwaited()).toBe(true);
    expect(uplinked.length - introduced).toBeGreaterThan(7);
    const views = uplinked.map((packet) => {
      const view = createRtpView();
      expect(parseRtp(packet, packet.length, view)).toBe(true);
      return { sequence: view.sequenceNumber, timestamp: view.timestamp };
    });
    const [last, next] = views.slice(introduced - 1);
    // A pause, not a loss: the time line goes on, and so does the sequence.
    expect((next!.timestamp - last!.timestamp) >>> 0).toBeGreaterThan(150 * 160);
    expect((next!.sequence - last!.sequence) & 0xffff).toBe(1);

    isDeserted = true;
    speakFor(10);
    const before = uplinked.length;
    linkEvent({ type: 'recovered', outageMs: 100 });
    speakFor(50);
    expect(uplinked.length - before).toBeGreaterThan(20);
  });

  it('goes up all the same where the settings say so', async () => {
    const { leg, meeting, speakFor, join, uplinked } = setUp({ sendsUnheard: true });
    meeting.tracks = { ...silentTracks, isDeserted: () => true };
    leg.configure(session);
    leg.start();
    await join();
    speakFor(100);
    expect(uplinked.length).toBeGreaterThan(90);
  });

  it('a caller who holds is not heard, and is again after resume', async () => {
    const { leg, speakFor, join, voice, uplinked, linkMutes } = setUp();
    leg.configure(session);
    leg.start();
    await join();
    speakFor(10);
    leg.configure({ ...session, direction: 'recvonly' });
    expect(linkMutes.at(-1)).toBe(true);
    const before = uplinked.length;
    speakFor(10);
    expect(voice()).toBeUndefined();
    expect(uplinked.length).toBe(before);
    leg.configure(session);
    expect(linkMutes.at(-1)).toBe(false);
    speakFor(10);
    expect(voice()).toBeDefined();
    expect(uplinked.length).toBeGreaterThan(before);
  });

  it('a caller who changes from A-law to µ-law goes on sounding as the room knows it', async () => {
    const { leg, speakFor, join, receive, tick, uplinked } = setUp();
    leg.configure(session);
    leg.start();
    await join();
    speakFor(10);
    leg.configure({ ...session, codec: 'PCMU', payloadType: 0 });
    const before = uplinked.length;
    for (let frame = 0; frame < 10; frame++) {
      const payload = new Uint8Array(160);
      encodeG711('PCMU', tone, payload);
      receive(0, payload);
      tick();
    }
    expect(uplinked.length).toBeGreaterThan(before + 5);
    const pcm = new Int16Array(160);
    decodeG711('PCMA', uplinked.at(-1)!.subarray(12), pcm);
    expect(rmsOf(pcm)).toBeCloseTo(rmsOf(tone), -3);
  });

  it('a lost room keeps the microphone open for the other callers, and is told', async () => {
    const { leg, speakFor, join, voice, linkEvent, events } = setUp();
    leg.configure(session);
    leg.start();
    await join();
    linkEvent({ type: 'lost', cause: 'test' });
    speakFor(10);
    expect(voice()).toBeDefined();
    linkEvent({ type: 'recovered', outageMs: 1 });
    linkEvent({ type: 'left', reason: 'removed' });
    expect(events.filter(({ type }) => type.startsWith('room-'))).toEqual([
      { type: 'room-lost' },
      { type: 'room-recovered' },
      { type: 'room-left', reason: 'removed' },
    ]);
    speakFor(1);
    expect(voice()).toBeUndefined();
  });

  it('what the room mutes is silent for the other callers too', async () => {
    const { leg, events, speakFor, join, voice, linkEvent } = setUp();
    leg.configure(session);
    leg.start();
    await join();
    linkEvent({ type: 'muted-by-server' });
    speakFor(10);
    expect(voice()).toBeUndefined();
    // Taking it back is a wish: the call decides whether the microphone opens.
    linkEvent({ type: 'unmuted-by-server' });
    speakFor(10);
    expect(voice()).toBeUndefined();
    leg.setMuted(false);
    speakFor(10);
    expect(voice()).toBeDefined();
    expect(events.filter(({ type }) => type.endsWith('-by-room'))).toEqual([
      { type: 'muted-by-room' },
      { type: 'unmuted-by-room' },
    ]);
  });

  it('tells of a muted caller who has spoken for two seconds', async () => {
    const { leg, events, speakFor, join } = setUp();
    leg.configure(session);
    leg.start();
    await join();
    leg.setMuted(false);
    speakFor(200);
    expect(events).not.toContainEqual({ type: 'talking-muted' });
    leg.setMuted(true);
    speakFor(95);
    expect(events).not.toContainEqual({ type: 'talking-muted' });
    speakFor(10);
    expect(events.filter(({ type }) => type === 'talking-muted')).toHaveLength(1);
  });

  it('a join that is left before it is done answers so, and leaves no link', async () => {
    const { leg, meeting, linksOpen } = setUp();
    leg.configure(session);
    const joining = leg.enter(meeting, { target, token: 'token', lanes: lanes() }).join();
    await leg.leave();
    expect(await joining).toEqual({ joined: false, reason: 'unreachable' });
    expect([linksOpen(), meeting.members.size]).toEqual([0, 0]);
  });

  it('closing says goodbye, leaves the meeting and frees the ports', async () => {
    const { leg, meeting, join, linksOpen, socketOpen, rtcp, speakFor } = setUp();
    leg.configure(session);
    leg.start();
    await join();
    speakFor(3);
    await leg.close();
    expect([linksOpen(), meeting.members.size, socketOpen()]).toEqual([0, 0, false]);
    const bye = 203;
    expect(rtcp.at(-1)!.includes(Buffer.of(0x81, bye))).toBe(true);
  });

  it('counts what came from the caller', () => {
    const { leg, speakFor } = setUp();
    leg.configure(session);
    leg.start();
    speakFor(50);
    const { up, down } = leg.quality();
    expect(up).toMatchObject({ packets: 50, lost: 0, lossPct: 0 });
    expect(up.mos).toBeGreaterThan(4);
    expect(down).toBeUndefined();
  });
});
