/**
 * A room system with a second stream, bare: SIP, SDP, BFCP and RTP written down as bytes here, by the
 * standards and not by our code, on sockets of loopback. It dials, offers a camera and slides, and keeps what comes.
 */
import { spawnSync } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { byteStream } from '../../support/decode-h264.ts';
import type { SeenPicture } from '../../support/witness.ts';

export interface SlidesDevice {
  /** The answer's SDP. */
  readonly answer: string;
  /** Primitives that came by BFCP, oldest first. */
  primitives(): readonly number[];
  /** The status in the last message about a request: 3 granted, 6 released, 7 revoked. */
  status(): number | undefined;
  /** Whose floor it is by the last FloorStatus: a user; undefined: nobody's. */
  beneficiary(): number | undefined;
  hello(): void;
  queryFloor(): void;
  requestFloor(): void;
  releaseFloor(): void;
  /** Slides from a file in byte stream format, each picture a key frame, until `stopSlides`. */
  sendSlides(pictures: readonly (readonly Buffer[])[]): void;
  stopSlides(): void;
  /** The last picture of the second stream, decoded by others; undefined: none since `forget`. */
  slides(): SeenPicture | undefined;
  forget(): void;
  close(): Promise<void>;
}

/** A film as NAL units, picture by picture, each unit small enough for one packet. */
export const encodeSlides = (film: string): readonly (readonly Buffer[])[] => {
  const args =
    `-loglevel error -i ${film} -t 2 -c:v libx264 -profile:v baseline -preset ultrafast -g 1 ` +
    '-x264-params slice-max-size=1100:repeat-headers=1:annexb=1 -f h264 -';
  const { stdout, status, stderr } = spawnSync('ffmpeg', args.split(' '), { maxBuffer: 1e8 });
  if (status !== 0) throw new Error(stderr.toString());
  const units = stdout
    .toString('latin1')
    .split(/\0\0\0?\x01/)
    .filter((unit) => unit.length > 0)
    .map((unit) => Buffer.from(unit, 'latin1'));
  const pictures: Buffer[][] = [];
  for (const unit of units) {
    if (((unit[0] ?? 0) & 0x1f) === 7) pictures.push([]);
    pictures.at(-1)?.push(unit);
  }
  return pictures;
};

const bind = async (): Promise<Socket> => {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
};

const lineAfter = (sdp: string, start: string): string =>
  sdp.split('\r\n').find((line) => line.startsWith(start)) ?? '';

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

export const dialWithSlides = async (options: {
  readonly target: string;
  readonly sipPort: number;
}): Promise<SlidesDevice> => {
  const [sip, sound, camera, second, bfcp] = await Promise.all([
    bind(),
    bind(),
    bind(),
    bind(),
    bind(),
  ]);
  const h264 = [
    'a=rtpmap:97 H264/90000',
    'a=fmtp:97 profile-level-id=42e01f;packetization-mode=1',
    'a=rtcp-fb:* nack pli',
    'a=rtcp-mux',
  ];
  const offer = [
    'v=0',
    'o=- 1 1 IN IP4 127.0.0.1',
    's=-',
    'c=IN IP4 127.0.0.1',
    't=0 0',
    `m=audio ${sound.address().port} RTP/AVP 8`,
    'a=rtcp-mux',
    `m=video ${camera.address().port} RTP/AVP 97`,
    ...h264,
    'a=content:main',
    `m=video ${second.address().port} RTP/AVP 97`,
    ...h264,
    'a=content:slides',
    'a=label:12',
    `m=application ${bfcp.address().port} UDP/BFCP *`,
    'a=floorctrl:c-s',
    '',
  ].join('\r\n');
  const callId = `slides-${Math.random()}`;
  const message = (first: string, method: string, cseq: number, toTag: string, body = '') =>
    [
      first,
      `Via: SIP/2.0/UDP 127.0.0.1:${sip.address().port};branch=z9hG4bK${callId}${method}${cseq}`,
      'Max-Forwards: 70',
      'From: <sip:slides@127.0.0.1>;tag=device',
      `To: <${options.target}>${toTag}`,
      `Call-ID: ${callId}`,
      `CSeq: ${cseq} ${method}`,
      `Contact: <sip:slides@127.0.0.1:${sip.address().port}>`,
      ...(body === '' ? [] : ['Content-Type: application/sdp']),
      `Content-Length: ${body.length}`,
      '',
      body,
    ].join('\r\n');
  const say = (text: string): void => {
    sip.send(text, options.sipPort, '127.0.0.1');
  };
  const { promise: answered, resolve, reject } = Promise.withResolvers<string>();
  sip.on('message', (bytes) => {
    const text = bytes.toString();
    const [, status = ''] = /^SIP\/2\.0 ([0-9]{3})/.exec(text) ?? [];
    if (/CSeq: 1 INVITE/i.test(text) && status.startsWith('2')) resolve(text);
    else if (status > '299') reject(new Error(text));
    // What the other side asks of us is done.
    if (status === '') {
      const kept = text.split('\r\n').filter((line) => /^(Via|From|To|Call-ID|CSeq):/i.test(line));
      say(['SIP/2.0 200 OK', ...kept, 'Content-Length: 0', '', ''].join('\r\n'));
    }
  });
  say(message(`INVITE ${options.target} SIP/2.0`, 'INVITE', 1, '', offer));
  const ok = await answered;
  const toTag = `;tag=${/^To:.*;tag=([^\r;]+)/im.exec(ok)?.[1] ?? ''}`;
  const contact = /^Contact:.*<([^>]+)>/im.exec(ok)?.[1] ?? options.target;
  say(message(`ACK ${contact} SIP/2.0`, 'ACK', 1, toTag));
  const answer = ok.slice(ok.indexOf('\r\n\r\n') + 4);

  const ports = [...answer.matchAll(/^m=(\w+) ([0-9]+)/gm)].map(([, , port]) => Number(port));
  const [soundPort = 0, cameraPort = 0, slidesPort = 0, floorPort = 0] = ports;
  const conference = Number(lineAfter(answer, 'a=confid:').slice(9));
  const user = Number(lineAfter(answer, 'a=userid:').slice(9));
  const floor = Number(/a=floorid:([0-9]+)/.exec(answer)?.[1]);

  // ---- RTP
  const packet = (
    payloadType: number,
    sequence: number,
    time: number,
    ssrc: number,
    marker = 0,
  ) => {
    const head = Buffer.alloc(12);
    head[0] = 0x80;
    head[1] = payloadType | marker;
    head.writeUInt16BE(sequence & 0xffff, 2);
    head.writeUInt32BE(time >>> 0, 4);
    head.writeUInt32BE(ssrc, 8);
    return head;
  };
  let beats = 0;
  const speaking = setInterval(() => {
    const silence = Buffer.alloc(160, 0xd5);
    const head = packet(8, beats, beats * 160, 1);
    sound.send(Buffer.concat([head, silence]), soundPort, '127.0.0.1');
    // Opens the way of the camera, which is dark.
    if (beats % 50 === 0) camera.send(packet(97, beats / 50, 0, 2), cameraPort, '127.0.0.1');
    beats += 1;
  }, 20);
  const seen = createUnits();
  second.on('message', (bytes) => {
    const isRtp = (bytes[1] ?? 0) < 192 || (bytes[1] ?? 0) > 223;
    if (isRtp && bytes.length > 12) seen.take(bytes.subarray(12));
  });
  let slidesTimer: NodeJS.Timeout | undefined;
  let sequence = 0;
  let pictureCount = 0;

  // ---- BFCP, RFC 8855 §5: version 2 in the first three bits
  const came: number[] = [];
  let transaction = 0;
  let status: number | undefined;
  let requestId = 0;
  let beneficiary: number | undefined;
  const send = (primitive: number, attributes: readonly number[], id = (transaction += 1)) => {
    const head = Buffer.alloc(12);
    head[0] = 0x40;
    head[1] = primitive;
    head.writeUInt16BE(attributes.length / 4, 2);
    head.writeUInt32BE(conference, 4);
    head.writeUInt16BE(id, 8);
    head.writeUInt16BE(user, 10);
    // An acknowledgement is a response: the R bit.
    if (primitive === 14 || primitive === 15) head[0] |= 0x10;
    const whole = Buffer.concat([head, Buffer.from(attributes)]);
    bfcp.send(whole, floorPort, '127.0.0.1');
  };
  bfcp.on('message', (bytes) => {
    const primitive = bytes[1] ?? 0;
    came.push(primitive);
    const isResponse = ((bytes[0] ?? 0) & 0x10) !== 0;
    // FLOOR-REQUEST-INFORMATION (15, M): ID, then OVERALL-REQUEST-STATUS with REQUEST-STATUS in it.
    const at = bytes.indexOf(Buffer.from([31]), 12);
    const said = at < 0 ? undefined : bytes.subarray(at);
    if (primitive === 4) {
      requestId = said?.readUInt16BE(2) ?? 0;
      status = said?.[10];
      if (!isResponse) send(14, [], bytes.readUInt16BE(8));
    } else if (primitive === 8) {
      const of = said?.indexOf(Buffer.from([29])) ?? -1;
      beneficiary = said === undefined || of < 0 ? undefined : said.readUInt16BE(of + 2);
      if (!isResponse) send(15, [], bytes.readUInt16BE(8));
    }
  });
  const floorId = [5, 4, floor >> 8, floor & 0xff];

  return {
    answer,
    primitives: () => came,
    status: () => status,
    beneficiary: () => beneficiary,
    hello: () => {
      send(11, []);
    },
    queryFloor: () => {
      send(7, floorId);
    },
    requestFloor: () => {
      send(1, floorId);
    },
    releaseFloor: () => {
      send(2, [7, 4, requestId >> 8, requestId & 0xff]);
    },
    sendSlides: (pictures) => {
      slidesTimer = setInterval(() => {
        const units = pictures[pictureCount % pictures.length] ?? [];
        for (const [index, unit] of units.entries()) {
          const marker = index === units.length - 1 ? 0x80 : 0;
          const head = packet(97, (sequence += 1), pictureCount * 6000, 3, marker);
          second.send(Buffer.concat([head, unit]), slidesPort, '127.0.0.1');
        }
        pictureCount += 1;
      }, 67);
    },
    stopSlides: () => {
      clearInterval(slidesTimer);
    },
    slides: () => {
      const types = seen.units.map((unit) => (unit[0] ?? 0) & 0x1f);
      const from = types.lastIndexOf(7);
      if (from < 0 || !types.slice(from).includes(5)) return undefined;
      const args = '-v error -f h264 -i - -f image2pipe -c:v pgm -pix_fmt gray -';
      const input = byteStream(seen.units.slice(from));
      const { stdout } = spawnSync('ffmpeg', args.split(' '), { input, maxBuffer: 1e9 });
      const [, width = '', height = ''] = /^P5\s+(\d+) (\d+)\s+255\n/.exec(
        stdout.subarray(0, 40).toString('latin1'),
      ) ?? ['', '', ''];
      const size = Number(width) * Number(height);
      if (size === 0) return undefined;
      return { width: Number(width), height: Number(height), luma: stdout.subarray(-size) };
    },
    forget: () => {
      seen.units.length = 0;
    },
    close: async () => {
      clearInterval(speaking);
      clearInterval(slidesTimer);
      say(message(`BYE ${contact} SIP/2.0`, 'BYE', 2, toTag));
      await once(sip, 'message');
      const sockets = [sip, sound, camera, second, bfcp];
      await Promise.all(
        sockets.map(
          (socket) =>
            new Promise<void>((done) => {
              socket.close(() => {
                done();
              });
            }),
        ),
      );
    },
  };
};
