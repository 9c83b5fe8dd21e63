/** The user agent on real sockets of the loopback: what simulated time and transports can't show. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Clock } from '../../../src/call/ports/process.ts';
import type { SessionEvent } from '../../../src/sip/dialog/session.ts';
import type { ListenSpec } from '../../../src/sip/embedded/listen-addresses.ts';
import type { SipUserAgent } from '../../../src/sip/embedded/user-agent-options.ts';
import { defaultStreamLimits } from '../../../src/sip/embedded/stream-connections.ts';
import { createTcpTransport } from '../../../src/sip/embedded/tcp-transport.ts';
import { createSipUserAgent } from '../../../src/sip/embedded/user-agent.ts';
import { sdpText } from '../../support/raw-sip-peer.ts';
import { strictLog } from '../../support/sip-network.ts';

const clock: Clock = {
  now: () => Date.now(),
  at: (at, callback) => {
    const timer = setTimeout(callback, Math.max(0, at - Date.now()));
    return () => {
      clearTimeout(timer);
    };
  },
};
// Short timers: what is waited for is the absorption of retransmissions, not the network.
const timerBase = { t1Ms: 20, t2Ms: 80, t4Ms: 50 };

const open: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

interface Agent {
  readonly userAgent: SipUserAgent;
  readonly events: SessionEvent[];
  readonly uri: (transport?: 'tcp') => string;
}

const startAgent = async (listen: readonly ListenSpec[]): Promise<Agent> => {
  const events: SessionEvent[] = [];
  const userAgent = createSipUserAgent({
    listen,
    clock,
    log: strictLog,
    timerBase,
    onInvite: (incoming) => {
      incoming.onEvent((event) => events.push(event));
      incoming.ring();
      incoming.answer(sdpText());
    },
  });
  open.push(() => userAgent.close());
  await userAgent.start();
  const uri = (transport?: 'tcp'): string => {
    const endpoint = userAgent.listening.find((each) => each.transport === (transport ?? 'udp'));
    const host = endpoint?.address.includes(':') ? `[${endpoint.address}]` : endpoint?.address;
    return `sip:1234@${host ?? ''}:${endpoint?.port ?? 0}${transport ? ';transport=tcp' : ''}`;
  };
  return { userAgent, events, uri };
};

const both = (address: string): ListenSpec[] => [
  { transport: 'udp', address, port: 0 },
  { transport: 'tcp', address, port: 0 },
];

describe('user agents on loopback sockets', () => {
  for (const address of ['127.0.0.1', '::1']) {
    for (const transport of [undefined, 'tcp'] as const) {
      test(`a call over ${transport ?? 'udp'} on ${address} is set up and ended, nothing is left`, async () => {
        const callee = await startAgent(both(address));
        const caller = await startAgent(both(address));
        const events: SessionEvent[] = [];
        const session = caller.userAgent.invite(callee.uri(transport), { sdp: sdpText() });
        session.onEvent((event) => events.push(event));
        await vi.waitFor(() => {
          expect(callee.events.map(({ type }) => type)).toEqual(['confirmed']);
        });
        expect(caller.userAgent.gauges().tcpConnections).toBe(transport === 'tcp' ? 1 : 0);
        session.hangUp();
        await vi.waitFor(() => {
          expect(callee.events.at(-1)).toEqual({
            type: 'ended',
            cause: { by: 'remote', how: 'bye' },
          });
        });
        expect(events.map(({ type }) => type)).toEqual([
          'provisional',
          'answered',
          'confirmed',
          'ended',
        ]);
        await vi.waitFor(
          () => {
            for (const { userAgent } of [caller, callee]) {
              expect(userAgent.gauges()).toMatchObject({ dialogs: 0, transactions: 0, timers: 0 });
            }
          },
          { timeout: 5000 },
        );
      });
    }
  }

  test('the called side hangs up on the connection the call came by', async () => {
    const callee = await startAgent(both('127.0.0.1'));
    const caller = await startAgent(both('127.0.0.1'));
    const events: SessionEvent[] = [];
    caller.userAgent
      .invite(callee.uri('tcp'), { sdp: sdpText() })
      .onEvent((event) => events.push(event));
    await vi.waitFor(() => {
      expect(callee.events).toHaveLength(1);
    });
    await callee.userAgent.close();
    await vi.waitFor(() => {
      expect(events.at(-1)).toEqual({ type: 'ended', cause: { by: 'remote', how: 'bye' } });
    });
  });

  test('an INVITE too long for UDP goes by TCP, and by UDP where nobody takes TCP', async () => {
    const headers = [{ name: 'Subject', value: 'long '.repeat(300) }];
    // The same port for both, as RFC 3261 §18.2.1 asks of a server.
    const withTcp = await startAgent([{ transport: 'udp', address: '127.0.0.1', port: 0 }]);
    const port = withTcp.userAgent.listening[0]?.port ?? 0;
    const caller = await startAgent(both('127.0.0.1'));
    const first: SessionEvent[] = [];
    caller.userAgent
      .invite(withTcp.uri(), { sdp: sdpText(), headers })
      .onEvent((event) => first.push(event));
    await vi.waitFor(() => {
      expect(first.map(({ type }) => type)).toContain('confirmed');
    });
    expect(caller.userAgent.counters().sendFailed).toBe(1);

    const tcpOnly = await startAgent([{ transport: 'tcp', address: '127.0.0.1', port }]);
    const second: SessionEvent[] = [];
    caller.userAgent
      .invite(withTcp.uri(), { sdp: sdpText(), headers })
      .onEvent((event) => second.push(event));
    await vi.waitFor(() => {
      expect(second.map(({ type }) => type)).toContain('confirmed');
    });
    expect(tcpOnly.events.map(({ type }) => type)).toEqual(['confirmed']);
  });
});

const connectTo = async (port: number): Promise<Socket> => {
  const socket = connect(port, '127.0.0.1');
  open.push(() => void socket.destroy());
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
};
const optionsText = (body: string, length: number): string =>
  [
    'OPTIONS sip:a@127.0.0.1 SIP/2.0',
    `Via: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bK${length}`,
    'From: <sip:b@127.0.0.1>;tag=b',
    'To: <sip:a@127.0.0.1>',
    `Call-ID: c${length}`,
    'CSeq: 1 OPTIONS',
    `Content-Length: ${length}`,
    '',
    body,
  ].join('\r\n');

describe('a TCP peer', () => {
  test('that sends nonsense loses its own connection and nobody else does', async () => {
    const { userAgent } = await startAgent(both('127.0.0.1'));
    const port = userAgent.listening.find(({ transport }) => transport === 'tcp')?.port ?? 0;
    const good = await connectTo(port);
    const bad = await connectTo(port);
    bad.write('x'.repeat(200_000));
    await once(bad, 'close');
    good.write(optionsText('', 0));
    const [answer] = (await once(good, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^SIP\/2\.0 200 OK/);
  });

  test('may cut its messages anywhere, and its keep-alive is answered', async () => {
    const { userAgent } = await startAgent(both('127.0.0.1'));
    const port = userAgent.listening.find(({ transport }) => transport === 'tcp')?.port ?? 0;
    const socket = await connectTo(port);
    socket.write('\r\n\r\n');
    const [pong] = (await once(socket, 'data')) as [Buffer];
    expect(pong.toString()).toBe('\r\n');
    for (const part of optionsText('hello', 5).match(/[^]{1,40}/g) ?? []) {
      socket.write(part);
      await new Promise(setImmediate);
    }
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^SIP\/2\.0 200 OK/);
  });

  test('that says nothing, or opens too many connections, is closed', async () => {
    const dropped: string[] = [];
    const transport = await createTcpTransport(
      { address: '127.0.0.1', port: 0 },
      { onMessage: () => undefined, onDropped: (reason) => dropped.push(reason) },
      { ...defaultStreamLimits, maxConnectionsPerSource: 2, firstMessageMs: 100 },
    );
    open.push(() => transport.close());
    const sockets = [await connectTo(transport.local.port), await connectTo(transport.local.port)];
    const third = await connectTo(transport.local.port);
    await once(third, 'close');
    expect(dropped).toEqual(['connection-limit']);
    await Promise.all(sockets.map((socket) => once(socket, 'close')));
    await vi.waitFor(() => {
      expect(transport.connections).toBe(0);
    });
  });
});
