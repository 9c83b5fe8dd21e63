/**
 * A stretch of bad network between one device and the gateway: it passes SIP on over UDP with its own ports in
 * the SDP, and drops as many of the media packets, both ways, as it is told. The same seed drops the same.
 *
 *   device ◀── SIP, media ──▶ relay ◀── SIP, media ──▶ gateway
 */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

export interface LossyRelay {
  /** Where the device sends its SIP in place of the gateway. */
  readonly sipPort: number;
  /** Share of the packets that are lost from now on, 0 to 1. */
  setLoss(share: number): void;
  /** Media packets, both ways, since the start. */
  counts(): { readonly passed: number; readonly lost: number };
  close(): Promise<void>;
}

export type RelaySide = 'device' | 'gateway';

export interface LossyRelayOptions {
  readonly gatewaySipPort: number;
  readonly seed?: number;
  /** Told of what comes, before any of it is lost; `media`: which m-line, counted from 0. */
  readonly onSip?: (from: RelaySide, message: string) => void;
  readonly onMedia?: (from: RelaySide, media: number, kind: 'rtp' | 'rtcp', packet: Buffer) => void;
}

const host = '127.0.0.1';

/** One of a pair of ports: what comes from either end goes to the other. */
interface Way {
  readonly socket: Socket;
  readonly ports: { device: number; gateway: number };
}

/** Both ports of an m-line: RTP and RTCP. */
interface MediaWay {
  readonly rtp: Way;
  readonly rtcp: Way;
}

/** A small generator that is the same everywhere (mulberry32). */
const randomFrom = (seed: number) => {
  let state = seed >>> 0;
  return (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

const bound = async (port: number): Promise<Socket> => {
  const socket = createSocket('udp4');
  // The far end may be gone before us.
  socket.on('error', () => undefined);
  socket.bind(port, host);
  await once(socket, 'listening');
  return socket;
};

const boundPair = async (): Promise<readonly [Socket, Socket]> => {
  for (;;) {
    const first = await bound(0);
    const { port } = first.address();
    if (port % 2 === 0) {
      const second = await bound(port + 1).catch(() => undefined);
      if (second !== undefined) return [first, second];
    }
    first.close();
  }
};

export const startLossyRelay = async (options: LossyRelayOptions): Promise<LossyRelay> => {
  const random = randomFrom(options.seed ?? 1);
  const outer = await bound(0);
  const inner = await bound(0);
  const spare = await Promise.all([boundPair(), boundPair(), boundPair()]);
  let loss = 0;
  let devicePort = 0;
  let passed = 0;
  let lost = 0;

  const wayOf = (socket: Socket, media: number, kind: 'rtp' | 'rtcp'): Way => {
    const ports = { device: 0, gateway: 0 };
    socket.on('message', (packet, { port }) => {
      const from: RelaySide = port === ports.gateway ? 'gateway' : 'device';
      options.onMedia?.(from, media, kind, packet);
      if (random() < loss) {
        lost += 1;
        return;
      }
      passed += 1;
      const to = from === 'gateway' ? ports.device : ports.gateway;
      if (to !== 0) socket.send(packet, to, host);
    });
    return { socket, ports };
  };
  const ways: readonly MediaWay[] = spare.map(([rtp, rtcp], media) => ({
    rtp: wayOf(rtp, media, 'rtp'),
    rtcp: wayOf(rtcp, media, 'rtcp'),
  }));

  /** The SDP of one side with our ports in the place of its own; m-lines of port 0 stay. */
  const ownPorts = (sdp: string, from: RelaySide): string => {
    const [head = '', ...sections] = sdp.split(/^(?=m=)/m);
    const changed = sections.map((section, media) => {
      const port = Number(/^m=\w+ (\d+)/.exec(section)?.[1] ?? 0);
      const way = ways[media];
      if (port === 0 || way === undefined) return section;
      way.rtp.ports[from] = port;
      way.rtcp.ports[from] = Number(/^a=rtcp:(\d+)/m.exec(section)?.[1] ?? port + 1);
      return section
        .replace(/^(m=\w+) \d+/, `$1 ${way.rtp.socket.address().port}`)
        .replace(/^a=rtcp:\d+/m, `a=rtcp:${way.rtcp.socket.address().port}`);
    });
    return [head, ...changed].join('');
  };

  const rewritten = (message: string, from: RelaySide): string => {
    const at = message.indexOf('\r\n\r\n');
    const [head, body] = [message.slice(0, at), message.slice(at + 4)];
    if (!/^content-type:\s*application\/sdp/im.test(head)) return message;
    const sdp = ownPorts(body, from);
    const length = `Content-Length: ${Buffer.byteLength(sdp)}`;
    return `${head.replace(/^content-length:.*$/im, length)}\r\n\r\n${sdp}`;
  };

  outer.on('message', (bytes, { port }) => {
    devicePort = port;
    const message = bytes.toString('latin1');
    options.onSip?.('device', message);
    inner.send(Buffer.from(rewritten(message, 'device'), 'latin1'), options.gatewaySipPort, host);
  });
  inner.on('message', (bytes) => {
    const message = bytes.toString('latin1');
    options.onSip?.('gateway', message);
    if (devicePort !== 0)
      outer.send(Buffer.from(rewritten(message, 'gateway'), 'latin1'), devicePort, host);
  });

  return {
    sipPort: outer.address().port,
    setLoss: (share) => {
      loss = share;
    },
    counts: () => ({ passed, lost }),
    close: async () => {
      const sockets = [outer, inner, ...ways.flatMap(({ rtp, rtcp }) => [rtp.socket, rtcp.socket])];
      const closed = sockets.map((socket) => once(socket, 'close'));
      for (const socket of sockets) socket.close();
      await Promise.all(closed);
    },
  };
};
