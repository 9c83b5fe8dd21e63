/** One RTP stream of a device, bare: bytes by RFC 3550 and RFC 6184 and not by our code, on a socket of loopback. */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { byteStream } from '../../support/decode-h264.ts';
import type { SeenPicture } from '../../support/witness.ts';
import { createRawSrtp, type RawSrtp } from './raw-srtp.ts';

export interface RawStream {
  readonly port: number;
  /** What stands behind `inline:` of its own key; undefined: in the clear. */
  readonly key: string | undefined;
  /** Where the other side takes it, and the other side's key. */
  meet(port: number, key: string | undefined): void;
  send(payload: Buffer, timestamp: number, hasMarker?: boolean): void;
  /** The last picture that came, decoded by others; undefined: none since `forget`. */
  readonly picture: () => SeenPicture | undefined;
  /** Packets that came, of them those that could not be opened. */
  readonly counts: () => { readonly came: number; readonly shut: number };
  forget(): void;
  close(): Promise<void>;
}

/** H.264 out of RTP payloads: single units, STAP-A (24) and FU-A (28). RFC 6184 §5.6 to §5.8 */
const createUnits = () => {
  const units: Buffer[] = [];
  let fragments: Buffer[] = [];
  return {
    units,
    take: (payload: Buffer): void => {
      const type = (payload[0] ?? 0) & 0x1f;
      if (type === 24) {
        for (let at = 1; at + 2 < payload.length;) {
          const length = payload.readUInt16BE(at);
          units.push(Buffer.from(payload.subarray(at + 2, at + 2 + length)));
          at += 2 + length;
        }
      } else if (type === 28) {
        const head = payload[1] ?? 0;
        if ((head & 0x80) !== 0)
          fragments = [Buffer.from([((payload[0] ?? 0) & 0xe0) | (head & 0x1f)])];
        fragments.push(Buffer.from(payload.subarray(2)));
        if ((head & 0x40) !== 0) units.push(Buffer.concat(fragments));
      } else if (type > 0 && type < 24) units.push(Buffer.from(payload));
      if (units.length > 4000) units.splice(0, 2000);
    },
  };
};

/** The last of the pictures from the last parameter sets on. */
const lastOf = (units: readonly Buffer[]): SeenPicture | undefined => {
  const types = units.map((unit) => (unit[0] ?? 0) & 0x1f);
  const from = types.lastIndexOf(7);
  if (from < 0 || !types.slice(from).includes(5)) return undefined;
  const args = '-v error -f h264 -i - -f image2pipe -c:v pgm -pix_fmt gray -';
  const input = byteStream(units.slice(from));
  const { stdout } = spawnSync('ffmpeg', args.split(' '), { input, maxBuffer: 1e9 });
  const [, width = '', height = ''] = /^P5\s+(\d+) (\d+)\s+255\n/.exec(
    stdout.subarray(0, 40).toString('latin1'),
  ) ?? ['', '', ''];
  const size = Number(width) * Number(height);
  if (size === 0) return undefined;
  return { width: Number(width), height: Number(height), luma: stdout.subarray(-size) };
};

export const createRawStream = async (
  payloadType: number,
  isEncrypted: boolean,
): Promise<RawStream> => {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const ownKey = isEncrypted ? randomBytes(30) : undefined;
  const ssrc = randomBytes(4);
  const own = ownKey && createRawSrtp(ownKey);
  let others: RawSrtp | undefined;
  let othersKey: string | undefined;
  let remotePort = 9;
  let sequence = 0;
  let came = 0;
  let shut = 0;
  const seen = createUnits();

  socket.on('message', (bytes) => {
    const isRtp = (bytes[1] ?? 0) < 192 || (bytes[1] ?? 0) > 223;
    if (!isRtp || bytes.length <= 12) return;
    came += 1;
    const packet = isEncrypted ? others?.open(bytes) : bytes;
    if (packet === undefined) shut += 1;
    else seen.take(packet.subarray(12));
  });
  return {
    port: socket.address().port,
    key: ownKey?.toString('base64'),
    meet: (port, key) => {
      remotePort = port;
      if (key !== undefined && key !== othersKey)
        others = createRawSrtp(Buffer.from(key, 'base64'));
      othersKey = key;
    },
    send: (payload, timestamp, hasMarker = false) => {
      sequence = (sequence + 1) & 0xffff;
      const head = Buffer.alloc(12);
      head[0] = 0x80;
      head[1] = payloadType | (hasMarker ? 0x80 : 0);
      head.writeUInt16BE(sequence, 2);
      head.writeUInt32BE(timestamp >>> 0, 4);
      ssrc.copy(head, 8);
      const packet = Buffer.concat([head, payload]);
      if (remotePort > 0) socket.send(own?.protect(packet) ?? packet, remotePort, '127.0.0.1');
    },
    picture: () => lastOf(seen.units),
    counts: () => ({ came, shut }),
    forget: () => {
      seen.units.length = 0;
    },
    close: () =>
      new Promise<void>((done) => {
        socket.close(() => {
          done();
        });
      }),
  };
};
