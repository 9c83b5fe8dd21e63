/**
 * A room system with a second stream, bare: SIP, SDP, BFCP and RTP written down as bytes, by the standards
 * and not by our code, on sockets of loopback. It dials, has a camera that is dark, and slides, and keeps what comes.
 */
import { spawnSync } from 'node:child_process';
import type { SeenPicture } from '../../support/witness.ts';
import { createBfcpClient, type BfcpClient } from './bfcp-client.ts';
import { createRawStream, type RawStream } from './raw-stream.ts';
import { createSipDevice, type SipDeviceOptions } from './sip-device.ts';

export interface SlidesDeviceOptions extends SipDeviceOptions {
  /** Of BFCP [udp]. */
  readonly transport?: 'udp' | 'tcp';
  /** All streams as SRTP, with keys in the SDP [no]. */
  readonly isEncrypted?: boolean;
  /** It calls with sound alone and takes what it is offered [no]. */
  readonly waitsToBeOffered?: boolean;
}

export interface SlidesDevice {
  /** The other side's SDP that came last. */
  remoteSdp(): string;
  readonly floor: Omit<BfcpClient, 'meet' | 'close'>;
  /** re-INVITE: it sends nothing to be heard or seen, and takes nothing. */
  hold(): Promise<void>;
  resume(): Promise<void>;
  /** A re-INVITE without an offer: the 200 brings one, its answer goes into the ACK. */
  askForOffer(): Promise<void>;
  /** Offers of the other side by re-INVITE. */
  readonly offersReceived: () => number;
  /** Slides from a file in byte stream format, each picture a key frame, until `stopSlides`. */
  sendSlides(pictures: readonly (readonly Buffer[])[]): void;
  stopSlides(): void;
  /** The last picture of the first stream, and of the second. */
  readonly main: () => SeenPicture | undefined;
  readonly slides: () => SeenPicture | undefined;
  /** Of the second stream: packets that came, and those that its key does not open. */
  readonly slidesCounts: RawStream['counts'];
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

interface Described {
  readonly streams: readonly RawStream[];
  readonly floor: BfcpClient;
  readonly version: number;
  readonly direction: 'sendrecv' | 'inactive';
  readonly soundAlone: boolean;
}

const describeDevice = ({ streams, floor, version, direction, soundAlone }: Described): string => {
  const rtp = (nth: number, type: string, payloadType: number): readonly string[] => {
    const { port, key } = streams[nth] ?? { port: 0, key: undefined };
    return [
      `m=${type} ${port} ${key === undefined ? 'RTP/AVP' : 'RTP/SAVP'} ${payloadType}`,
      ...(key === undefined ? [] : [`a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${key}`]),
      'a=rtcp-mux',
      `a=${direction}`,
    ];
  };
  const h264 = [
    'a=rtpmap:97 H264/90000',
    'a=fmtp:97 profile-level-id=42e01f;packetization-mode=1',
    'a=rtcp-fb:* nack pli',
  ];
  const { transport, port } = floor;
  const connection = floor.connections() === 0 ? 'new' : 'existing';
  const pictures = [
    ...[...rtp(1, 'video', 97), ...h264, 'a=content:main'],
    ...[...rtp(2, 'video', 97), ...h264, 'a=content:slides', 'a=label:12'],
    `m=application ${port} ${transport.toUpperCase()}/BFCP *`,
    ...(transport === 'tcp' ? ['a=setup:active', `a=connection:${connection}`] : []),
    'a=floorctrl:c-only',
  ];
  return [
    ...['v=0', `o=- 1 ${version} IN IP4 127.0.0.1`, 's=-', 'c=IN IP4 127.0.0.1', 't=0 0'],
    ...rtp(0, 'audio', 8),
    ...(soundAlone ? [] : pictures),
    '',
  ].join('\r\n');
};

export const dialWithSlides = async (options: SlidesDeviceOptions): Promise<SlidesDevice> => {
  const { isEncrypted = false, waitsToBeOffered = false } = options;
  const sip = await createSipDevice({
    ...options,
    contactTags: waitsToBeOffered ? ';video' : undefined,
  });
  const floor = await createBfcpClient(options.transport ?? 'udp');
  const sound = await createRawStream(8, isEncrypted);
  const camera = await createRawStream(97, isEncrypted);
  const second = await createRawStream(97, isEncrypted);
  const streams = [sound, camera, second];

  let remoteSdp = '';
  /** As it was last understood: ports and keys of m-lines in their order. */
  const meet = (sdp: string): void => {
    remoteSdp = sdp;
    const sections = sdp.split(/^(?=m=)/m).slice(1);
    const portOf = (section = ''): number => Number(/^m=\w+ ([0-9]+)/.exec(section)?.[1] ?? 0);
    for (const [nth, stream] of streams.entries()) {
      const section = sections[nth] ?? '';
      stream.meet(portOf(section), /^a=crypto:.* inline:([^|\r]+)/m.exec(section)?.[1]);
    }
    const control = sections[3] ?? '';
    if (portOf(control) === 0) return;
    const numberOf = (name: string): number =>
      Number(new RegExp(`^a=${name}:([0-9]+)`, 'm').exec(control)?.[1]);
    floor.meet({
      port: portOf(control),
      conference: numberOf('confid'),
      user: numberOf('userid'),
      floor: numberOf('floorid'),
    });
  };
  let version = 0;
  const described = (direction: Described['direction'], soundAlone = false): string =>
    describeDevice({ streams, floor, version: (version += 1), direction, soundAlone });
  const answered = (offer: string): string => {
    meet(offer);
    return described('sendrecv');
  };
  sip.onOffer(answered);
  meet(await sip.invite(described('sendrecv', waitsToBeOffered)));

  let beats = 0;
  const silence = Buffer.alloc(160, 0xd5);
  const speaking = setInterval(() => {
    sound.send(silence, beats * 160);
    // Opens the way of the camera, which is dark.
    if (beats % 50 === 0) camera.send(Buffer.alloc(0), 0);
    beats += 1;
  }, 20);
  let slidesTimer: NodeJS.Timeout | undefined;
  let shown = 0;

  return {
    remoteSdp: () => remoteSdp,
    floor,
    hold: async () => {
      meet(await sip.invite(described('inactive')));
    },
    resume: async () => {
      meet(await sip.invite(described('sendrecv')));
    },
    askForOffer: async () => {
      await sip.invite(undefined, answered);
    },
    offersReceived: sip.offersReceived,
    sendSlides: (pictures) => {
      slidesTimer = setInterval(() => {
        const units = pictures[shown % pictures.length] ?? [];
        for (const [at, unit] of units.entries())
          second.send(unit, shown * 6000, at === units.length - 1);
        shown += 1;
      }, 67);
    },
    stopSlides: () => {
      clearInterval(slidesTimer);
    },
    main: camera.picture,
    slides: second.picture,
    slidesCounts: second.counts,
    forget: () => {
      for (const stream of streams) stream.forget();
    },
    close: async () => {
      clearInterval(speaking);
      clearInterval(slidesTimer);
      await sip.close();
      await Promise.all([...streams, floor].map((each) => each.close()));
    },
  };
};
