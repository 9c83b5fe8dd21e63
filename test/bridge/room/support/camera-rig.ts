import { randomBytes } from 'node:crypto';
import { createCallerLink } from '../../../../src/bridge/room/caller-link.ts';
import type {
  CallerLink,
  CallerLinkEvent,
  CameraTrack,
  PictureEvent,
  PictureLink,
  RoomPicture,
} from '../../../../src/bridge/room/link-types.ts';
import type { TestLiveKitServer } from '../../../support/livekit-server.ts';
import { eventually, type RoomRig } from './room-rig.ts';
import { silentLog } from './silent-log.ts';

/** Links with cameras in the room of a rig, and a picture that is known again by its bytes. */

/** As a decoder would have them, but for what they show: LiveKit looks at the types of NAL units alone. */
const sps = Buffer.from('6742c01fda014016ec0440000003004000000ca3c60ca8', 'hex');
const pps = Buffer.from('68ce3c80', 'hex');

const stapA = (...units: readonly Buffer[]): Buffer =>
  Buffer.concat([
    Buffer.from([0x78]),
    ...units.flatMap((unit) => [Buffer.from([unit.length >> 8, unit.length & 0xff]), unit]),
  ]);

export interface TestCamera {
  /** The next frame is a key frame. */
  wantKeyFrame(): void;
  /** Sends it once more, as it was. */
  sendAgain(sequence: number): void;
  /** Nothing is sent while nobody wants it. */
  rest(isResting: boolean): void;
  /** These packets are not sent at first. */
  leaveOut(count: number): void;
  /** Of all packets, in order: payloads by their sequence number. */
  readonly sent: ReadonlyMap<number, Buffer>;
  /** The sequence numbers that were left out. */
  readonly leftOut: readonly number[];
  stop(): void;
}

const frameMs = 40;

/** 25 frames a second of three packets each; the first is a key frame. */
const startCamera = (pictures: PictureLink, firstSequence: number): TestCamera => {
  const sent = new Map<number, Buffer>();
  const leftOut: number[] = [];
  let sequence = firstSequence;
  let frames = 0;
  let isKey = true;
  let toLeaveOut = 0;
  let resting = false;

  const packetOf = (at: number, timestamp: number, marker: boolean, payload: Buffer): Buffer => {
    const packet = Buffer.alloc(12 + payload.length);
    packet[0] = 0x80;
    packet[1] = marker ? 0x80 : 0;
    packet.writeUInt16BE(at, 2);
    packet.writeUInt32BE(timestamp, 4);
    payload.copy(packet, 12);
    return packet;
  };
  const packets = new Map<number, Buffer>();
  const send = (payload: Buffer, marker: boolean): void => {
    const packet = packetOf(sequence, (frames * frameMs * 90) >>> 0, marker, payload);
    packets.set(sequence, packet);
    sent.set(sequence, payload);
    if (toLeaveOut > 0) {
      toLeaveOut -= 1;
      leftOut.push(sequence);
    } else {
      pictures.writeRtp(packet);
    }
    sequence = (sequence + 1) & 0xffff;
  };
  const timer = setInterval(() => {
    if (resting) return;
    const type = isKey ? 5 : 1;
    if (isKey) send(stapA(sps, pps), false);
    isKey = false;
    const slice = randomBytes(900);
    // FU-A of one NAL unit: its first and its last part.
    send(Buffer.concat([Buffer.from([0x7c, 0x80 | type]), slice]), false);
    send(Buffer.concat([Buffer.from([0x7c, 0x40 | type]), slice]), true);
    frames += 1;
  }, frameMs);

  return {
    sent,
    leftOut,
    wantKeyFrame: () => {
      isKey = true;
    },
    rest: (isResting) => {
      resting = isResting;
      isKey = true;
    },
    leaveOut: (count) => {
      toLeaveOut = count;
    },
    sendAgain: (at) => {
      const packet = packets.get(at);
      if (packet !== undefined) pictures.writeRtp(packet);
    },
    stop: () => {
      clearInterval(timer);
    },
  };
};

export interface CameraCaller {
  readonly link: CallerLink;
  readonly pictures: PictureLink;
  readonly events: CallerLinkEvent[];
  readonly told: PictureEvent[];
  /** Packets by track key. */
  readonly received: Map<number, Buffer[]>;
  /** Begins to send; what the room asks for is answered. */
  film(): TestCamera;
  saw<T extends PictureEvent['type']>(
    type: T,
    fits?: (event: Extract<PictureEvent, { type: T }>) => boolean,
  ): Promise<Extract<PictureEvent, { type: T }>>;
  /** A picture of somebody, as it is shown last. */
  pictureOf(identity: string, fits?: (picture: RoomPicture) => boolean): Promise<RoomPicture>;
}

export const openCamera = async (
  server: TestLiveKitServer,
  rig: RoomRig,
  identity: string,
  closers: (() => Promise<void> | void)[],
  camera: CameraTrack = { width: 1280, height: 720, maxBitrateKbps: 1_500 },
): Promise<CameraCaller> => {
  const events: CallerLinkEvent[] = [];
  const told: PictureEvent[] = [];
  const received = new Map<number, Buffer[]>();
  let filming: TestCamera | undefined;
  const token = await rig.mint.callerToken({
    room: rig.room,
    identity,
    name: `Room ${identity}`,
    attributes: {},
    muted: false,
    hasCamera: true,
  });
  const link = createCallerLink({
    url: server.url,
    token,
    codec: 'PCMA',
    muted: false,
    camera,
    log: silentLog,
    onEvent: (event) => events.push(event),
    onPicture: (event) => {
      told.push(event);
      if (event.type === 'key-frame-wanted') filming?.wantKeyFrame();
      if (event.type === 'camera-bitrate') filming?.rest(event.kbps === 0);
      if (event.type === 'packets-missed') {
        for (const sequence of event.sequences) filming?.sendAgain(sequence);
      }
    },
    onPicturePacket: (trackKey, packet) => {
      const of = received.get(trackKey) ?? [];
      received.set(trackKey, of);
      of.push(packet);
    },
  });
  const { pictures } = link;
  if (pictures === undefined) throw new Error('a link without pictures');
  closers.push(() => link.close());
  await eventually(`the connection of ${identity}`, () =>
    events.some(({ type }) => type === 'connected'),
  );
  return {
    ...{ link, pictures, events, told, received },
    film: () => {
      filming = startCamera(pictures, 65_000);
      closers.push(() => filming?.stop());
      return filming;
    },
    saw: (type, fits = () => true) =>
      eventually(`${type} of ${identity}`, () =>
        told.find(
          (event): event is Extract<PictureEvent, { type: typeof type }> =>
            event.type === type && fits(event as Extract<PictureEvent, { type: typeof type }>),
        ),
      ),
    pictureOf: (of, fits = () => true) =>
      eventually(`the picture of ${of}`, () =>
        told
          .findLast((event) => event.type === 'pictures')
          ?.pictures.find((picture) => picture.identity === of && fits(picture)),
      ),
  };
};

/**
 * How wide the picture is that begins with this packet of SPS and PPS, of a baseline profile: its SPS follows
 * the header of the STAP-A and a length. H.264 §7.3.2.1.1
 */
export const widthOf = (packet: Buffer): number => {
  const sps = packet.subarray(12 + 1 + 2 + 4);
  let at = 0;
  const bit = (): number => ((sps[at >> 3] ?? 0) >> (7 - (at++ & 7))) & 1;
  const exponentialGolomb = (): number => {
    let zeros = 0;
    while (zeros < 16 && bit() === 0) zeros += 1;
    let value = 1;
    for (let each = 0; each < zeros; each += 1) value = value * 2 + bit();
    return value - 1;
  };
  exponentialGolomb(); // seq_parameter_set_id
  exponentialGolomb(); // log2_max_frame_num_minus4
  if (exponentialGolomb() === 0) exponentialGolomb(); // pic_order_cnt_type and its length
  exponentialGolomb(); // max_num_ref_frames
  bit(); // gaps_in_frame_num_value_allowed_flag
  return (exponentialGolomb() + 1) * 16;
};

/** Whether a packet is one of SPS and PPS, which begins a key frame. */
export const beginsKeyFrame = (packet: Buffer): boolean => packet[12] === 0x78;
export const sequenceOf = (packet: Buffer): number => packet.readUInt16BE(2);
