import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CardStream } from '../../../src/cards/card-stream.ts';
import { createPictureDownlink } from '../../../src/bridge/video/picture-downlink.ts';
import {
  beginsIdr,
  createCamera,
  fuA,
  hasSps,
  idr,
  payloadOf,
  pps,
  slice,
  sps,
  stapA,
  viewOf,
} from './support/h264-packets.ts';

/** A card that shows an IDR picture when asked for one, else nothing. */
const createCard = () => {
  let isWanted = true;
  let asked = 0;
  const card: CardStream = {
    frame: () => {
      if (!isWanted) return undefined;
      isWanted = false;
      return [sps(9), pps(9), idr(3000, 9)];
    },
    requestKeyFrame: () => {
      isWanted = true;
      asked += 1;
    },
  };
  return { card, asked: () => asked };
};

const setUp = (packetizationMode: 0 | 1 = 1) => {
  let nowMs = 0;
  const sent: Buffer[] = [];
  const asked: number[] = [];
  const missed: { trackKey: number; sequences: readonly number[] }[] = [];
  const shown: number[] = [];
  const tooBig: number[] = [];
  const beyond: [trackKey: number, excess: string][] = [];
  const downlink = createPictureDownlink({
    ssrc: 77,
    initialSequence: 65_530,
    initialTimestamp: 5,
    send: (packet) => sent.push(Buffer.from(packet)),
    askKeyFrame: (trackKey) => asked.push(trackKey),
    askPackets: (trackKey, sequences) => missed.push({ trackKey, sequences }),
    onShown: (trackKey) => shown.push(trackKey),
    onTooBig: (trackKey) => tooBig.push(trackKey),
    onExcess: (trackKey, excess) => beyond.push([trackKey, excess]),
  });
  downlink.configure({ payloadType: 97, packetizationMode, remoteProfileLevelId: '42e01f' });
  downlink.setOpen(true);
  return {
    downlink,
    sent,
    asked,
    missed,
    shown,
    tooBig,
    beyond,
    push: (trackKey: number, ...packets: readonly Buffer[]) => {
      for (const packet of packets) downlink.push(trackKey, Buffer.from(packet), nowMs);
    },
    pass: (ms: number) => {
      for (const end = nowMs + ms; nowMs < end;) {
        nowMs += 20;
        downlink.tick(nowMs);
      }
    },
    units: () => sent.map((packet) => payloadOf(packet)[0]! & 0x1f),
    numbers: () => sent.map((packet) => (viewOf(packet).sequenceNumber - 65_531) & 0xffff),
  };
};
const inOrder = (numbers: readonly number[]) => numbers.map((_, index) => index);

describe('what a device is shown', () => {
  it('a card, whose large units are cut into packets', () => {
    const { downlink, pass, sent, units, numbers } = setUp();
    downlink.showCard(createCard().card);
    pass(100);
    expect(units()).toEqual([7, 8, 28, 28, 28]);
    expect(sent.map((packet) => viewOf(packet).marker)).toEqual([false, false, false, false, true]);
    expect(new Set(sent.map((packet) => viewOf(packet).timestamp)).size).toBe(1);
    expect(numbers()).toEqual([0, 1, 2, 3, 4]);
    expect(Math.max(...sent.map(({ length }) => length))).toBeLessThanOrEqual(1212);
  });

  it('a track from its key frame on, and the card until then', () => {
    const { downlink, push, pass, sent, shown, asked, numbers } = setUp();
    const camera = createCamera();
    downlink.showCard(createCard().card);
    downlink.await(3);
    pass(20);
    const card = sent.length;
    push(3, ...camera.frame(), ...camera.frame());
    expect([sent.length, shown]).toEqual([card, []]);
    expect(asked).toEqual([3]);
    push(3, ...camera.keyFrame(), ...camera.frame());
    expect(hasSps(sent[card]!)).toBe(true);
    expect([shown, downlink.shown()]).toEqual([[3], 3]);
    pass(1000);
    expect(asked).toEqual([3]);
    expect(numbers()).toEqual(inOrder(numbers()));
    expect(sent.every((packet) => viewOf(packet).ssrc === 77)).toBe(true);
  });

  it('the old track until the new one has a key frame, and from the old one nothing after', () => {
    const { downlink, push, pass, sent, numbers } = setUp();
    const [one, other] = [createCamera({ ssrc: 5 }), createCamera({ ssrc: 6, sequence: 9000 })];
    downlink.await(1);
    push(1, ...one.keyFrame());
    downlink.await(2);
    push(2, ...other.frame());
    push(1, ...one.frame(150, 3));
    pass(40);
    const before = sent.length;
    push(2, ...other.keyFrame(250, 8));
    push(1, ...one.frame());
    push(2, ...other.frame(150, 8));
    const after = sent.slice(before).map((packet) => payloadOf(packet).at(-1));
    expect(after.every((mark, index) => index < 2 || mark === 8)).toBe(true);
    expect(numbers()).toEqual(inOrder(numbers()));
    const stamps = sent.map((packet) => viewOf(packet).timestamp);
    expect(stamps).toEqual(stamps.toSorted((a, b) => a - b));
  });

  it('an IDR picture whose parameter sets never came is not begun with', () => {
    const { downlink, push, pass, sent, asked } = setUp();
    const camera = createCamera();
    downlink.await(1);
    push(1, ...camera.picture(fuA(idr(250))));
    pass(520);
    expect([sent.length, asked.length]).toEqual([0, 2]);
    push(1, ...camera.picture([sps(), pps(), idr()]));
    expect(sent.map(payloadOf)).toEqual([sps(), pps(), idr()]);
  });

  it('a key frame that was overtaken by its own rest is not begun with', () => {
    const { downlink, push, sent } = setUp();
    const camera = createCamera();
    downlink.await(1);
    const [sets, first, ...rest] = camera.keyFrame();
    push(1, sets!, ...rest, first!);
    expect(sent).toEqual([]);
  });

  it('a track that comes back under another SSRC waits for its key frame', () => {
    const { downlink, push, pass, sent, asked } = setUp();
    downlink.await(1);
    push(1, ...createCamera().keyFrame());
    pass(1000);
    const before = [sent.length, asked.length] as const;
    const back = createCamera({ ssrc: 9, sequence: 4000 });
    push(1, ...back.frame());
    pass(20);
    expect([sent.length, asked.length]).toEqual([before[0], before[1] + 1]);
    push(1, ...back.keyFrame());
    expect(sent.length).toBeGreaterThan(before[0]);
  });

  it('what the room lost is asked for again, and a key frame where it does not come', () => {
    const { downlink, push, pass, missed, asked, numbers } = setUp();
    const camera = createCamera({ sequence: 500 });
    downlink.await(1);
    push(1, ...camera.keyFrame());
    const [lost] = camera.picture([slice()]);
    push(1, ...camera.picture([slice()]));
    pass(40);
    expect(missed).toEqual([{ trackKey: 1, sequences: [viewOf(lost!).sequenceNumber] }]);
    // The gap is the device's to see.
    expect(numbers().at(-1)).toBe(numbers().length);
    pass(500);
    expect(asked).toEqual([1]);
  });

  it('what the device lost is sent again; its wish for a key frame goes to who is shown', () => {
    const { downlink, push, pass, sent, asked } = setUp();
    const { card, asked: cardAsked } = createCard();
    downlink.showCard(card);
    pass(20);
    downlink.wantKeyFrame();
    expect(cardAsked()).toBe(2);
    downlink.await(1);
    push(1, ...createCamera().keyFrame());
    pass(1000);
    downlink.wantKeyFrame();
    pass(20);
    expect(asked).toEqual([1]);
    const last = sent.at(-1)!;
    sent.length = 0;
    downlink.resend([viewOf(last).sequenceNumber, 1000]);
    expect(sent).toEqual([last]);
  });

  it('packets that hold nothing are not counted', () => {
    const { downlink, push, numbers } = setUp();
    const camera = createCamera();
    downlink.await(1);
    push(1, ...camera.keyFrame());
    push(1, ...camera.picture([Buffer.alloc(0), Buffer.alloc(0)]));
    push(1, ...camera.frame());
    expect(numbers()).toEqual(inOrder(numbers()));
  });

  it('nothing while held; after that a key frame', () => {
    const { downlink, push, pass, sent, asked } = setUp();
    const camera = createCamera();
    downlink.await(1);
    push(1, ...camera.keyFrame());
    pass(1000);
    downlink.setOpen(false);
    const held = sent.length;
    push(1, ...camera.frame());
    pass(1000);
    downlink.setOpen(true);
    push(1, ...camera.frame());
    pass(20);
    expect([sent.length, asked.length]).toEqual([held, 1]);
    push(1, ...camera.keyFrame());
    expect(sent.length).toBeGreaterThan(held);
  });

  it('whatever is lost, mixed up and doubled: every change of source is an IDR picture with its sets', () => {
    const fate = fc.record({
      trackKey: fc.constantFrom(1, 2),
      isKey: fc.boolean(),
      awaited: fc.option(fc.constantFrom(1, 2), { nil: undefined }),
      drop: fc.nat(5),
      swap: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(fate, { maxLength: 60 }), (fates) => {
        const { downlink, push, sent } = setUp();
        const cameras = { 1: createCamera({ ssrc: 1 }), 2: createCamera({ ssrc: 2 }) };
        for (const { trackKey, isKey, awaited, drop, swap } of fates) {
          if (awaited !== undefined) downlink.await(awaited);
          const camera = cameras[trackKey];
          const packets = isKey ? camera.keyFrame(350, trackKey) : camera.frame(250, trackKey);
          packets.splice(drop, 1);
          if (swap) packets.reverse();
          push(trackKey, ...packets);
        }
        // The filling of a picture's last bytes tells whose it is; parameter sets are nobody's.
        let source: number | undefined;
        let setsBefore = false;
        for (const packet of sent) {
          if (hasSps(packet)) setsBefore = true;
          if ((payloadOf(packet)[0]! & 0x1f) !== 28) continue;
          const of = payloadOf(packet).at(-1);
          if (of !== source) expect([beginsIdr(packet), setsBefore]).toEqual([true, true]);
          source = of;
          setsBefore = false;
        }
      }),
    );
  });
});

describe('a device that takes one unit a packet', () => {
  it('gets aggregates in pieces and small fragments joined', () => {
    const { downlink, push, sent, numbers } = setUp(0);
    const camera = createCamera();
    downlink.await(1);
    push(1, ...camera.picture([stapA(sps(), pps(), idr(40))]));
    push(1, ...camera.picture(fuA(slice(450))));
    expect(sent.map(payloadOf)).toEqual([sps(), pps(), idr(40), slice(450)]);
    expect(sent.map((packet) => viewOf(packet).marker)).toEqual([false, false, true, true]);
    expect(numbers()).toEqual([0, 1, 2, 3]);
  });

  it('gets parameter sets before an IDR picture in fragments', () => {
    const { downlink, push, sent, numbers } = setUp(0);
    const camera = createCamera();
    downlink.await(1);
    push(1, ...camera.keyFrame(300), ...camera.picture(fuA(idr(300))), ...camera.frame(300));
    expect(sent.map(payloadOf)).toEqual([
      ...[sps(), pps(), idr(300, 1)],
      ...[sps(), pps(), idr(300, 1)],
      slice(300, 2),
    ]);
    expect(numbers()).toEqual(inOrder(numbers()));
  });

  it('a unit with a hole is not joined, and the device sees the gap', () => {
    const { downlink, push, sent, numbers } = setUp(0);
    const camera = createCamera();
    downlink.await(1);
    push(1, ...camera.keyFrame(100));
    const [first, , last] = camera.frame(250);
    push(1, first!, last!);
    push(1, ...camera.frame(50, 5));
    expect(sent.map(payloadOf)).toEqual([sps(), pps(), idr(100), slice(50, 5)]);
    expect(numbers()).toEqual([0, 1, 2, 4]);
  });

  it('a unit that does not fit is told, so that the card can say why', () => {
    const { downlink, push, tooBig, sent } = setUp(0);
    const camera = createCamera();
    downlink.await(4);
    push(4, ...camera.keyFrame(1500));
    expect(tooBig.at(0)).toBe(4);
    expect(sent.every(({ length }) => length <= 1212)).toBe(true);
  });

  it('nothing of a track beyond what the device announced, not even after it was shown', () => {
    const { downlink, push, sent, shown, beyond, asked, pass } = setUp();
    const camera = createCamera();
    const larger = (level: number) => {
      const set = sps();
      set[3] = level;
      return camera.picture([set, pps(), ...fuA(idr())]);
    };
    downlink.await(1);
    push(1, ...larger(40), ...camera.frame());
    expect([sent, shown]).toEqual([[], []]);
    expect(new Set(beyond.map(String))).toEqual(new Set(['1,level']));
    push(1, ...camera.keyFrame());
    const before = sent.length;
    expect(before).toBeGreaterThan(0);
    expect(shown).toEqual([1]);
    asked.length = 0;
    push(1, ...larger(40), ...camera.frame());
    expect(sent).toHaveLength(before);
    pass(600);
    expect(asked).toContain(1);
    push(1, ...larger(30), ...camera.frame());
    expect(sent.length).toBeGreaterThan(before);
    expect(shown).toEqual([1]);
  });
});
