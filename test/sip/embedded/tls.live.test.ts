/** SIP over TLS on loopback sockets: who gets in, who is called, and what a flood does. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { copyFileSync } from 'node:fs';
import { connect as connectTcp, type Socket } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import type { Clock } from '../../../src/call/ports/process.ts';
import type { SessionEvent } from '../../../src/sip/dialog/session.ts';
import type { ListenSpec } from '../../../src/sip/embedded/listen-addresses.ts';
import type { SipTransport } from '../../../src/sip/embedded/sip-transport.ts';
import { defaultStreamLimits } from '../../../src/sip/embedded/stream-connections.ts';
import {
  daysLeft,
  openTlsCredentials,
  type TlsFiles,
} from '../../../src/sip/embedded/tls-credentials.ts';
import { defaultTlsHandshakeLimits } from '../../../src/sip/embedded/tls-handshake-gate.ts';
import {
  createTlsTransport,
  type TlsTransportOptions,
} from '../../../src/sip/embedded/tls-transport.ts';
import { createSipUserAgent } from '../../../src/sip/embedded/user-agent.ts';
import { createTestAuthority } from '../../support/certificates.ts';
import { sdpText } from '../../support/raw-sip-peer.ts';
import { silentLog } from '../../support/media-calls.ts';

const clock: Clock = {
  now: () => Date.now(),
  at: (at, callback) => {
    const timer = setTimeout(callback, Math.max(0, at - Date.now()));
    return () => {
      clearTimeout(timer);
    };
  },
};
const timerBase = { t1Ms: 20, t2Ms: 80, t4Ms: 50 };
const authority = createTestAuthority();
const ours = authority.issue(['IP:127.0.0.1', 'DNS:sip.example.org']);
const open: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});
afterAll(() => {
  authority.remove();
});

const files = (more: Partial<TlsFiles> = {}): TlsFiles => ({
  ...ours,
  serverAuthorityFile: authority.authorityFile,
  ...more,
});
const credentialsOf = async (more: Partial<TlsFiles> = {}) => {
  const credentials = await openTlsCredentials(files(more), silentLog, 50);
  open.push(() => {
    credentials.close();
  });
  return credentials;
};

const startAgent = async (more: Partial<TlsFiles> = {}, also: readonly ListenSpec[] = []) => {
  const events: SessionEvent[] = [];
  const invites: { contact: string; transport: string }[] = [];
  const userAgent = createSipUserAgent({
    listen: [{ transport: 'tls', address: '127.0.0.1', port: 0 }, ...also],
    tls: await credentialsOf(more),
    lookup: () => Promise.resolve('127.0.0.1'),
    clock,
    log: silentLog,
    timerBase,
    onInvite: (incoming) => {
      const contact = incoming.invite.headers.find(({ name }) => name === 'Contact')?.value ?? '';
      invites.push({ contact, transport: incoming.flow.transport });
      incoming.onEvent((event) => events.push(event));
      incoming.answer(sdpText());
    },
  });
  open.push(() => userAgent.close());
  await userAgent.start();
  return { userAgent, events, invites, port: userAgent.listening[0]?.port ?? 0 };
};

describe('a call over TLS', () => {
  test.each([
    ['sips:1234@127.0.0.1:PORT', 'sips:'],
    ['sip:1234@127.0.0.1:PORT;transport=tls', ';transport=tls'],
    ['sips:1234@sip.example.org:PORT', 'sips:'],
  ])('to %s is set up and ended', async (target, contact) => {
    const callee = await startAgent();
    const caller = await startAgent();
    const events: SessionEvent[] = [];
    const uri = target.replace('PORT', String(callee.port));
    const session = caller.userAgent.invite(uri, { sdp: sdpText() });
    session.onEvent((event) => events.push(event));
    await vi.waitFor(() => {
      expect(callee.events.map(({ type }) => type)).toEqual(['confirmed']);
    });
    expect(callee.invites[0]?.transport).toBe('tls');
    expect(callee.invites[0]?.contact).toContain(contact);
    session.hangUp();
    await vi.waitFor(() => {
      expect(callee.events.at(-1)).toEqual({ type: 'ended', cause: { by: 'remote', how: 'bye' } });
    });
  });

  test.each([
    ['has expired', authority.issue(['IP:127.0.0.1'], { days: -1 }), 'sips:1@127.0.0.1:PORT'],
    ['is for another name', authority.issue(['DNS:other.example']), 'sips:1@sip.example.org:PORT'],
    ['is for another address', authority.issue(['IP:127.0.0.9']), 'sips:1@127.0.0.1:PORT'],
  ])('is not made where the certificate of the other side %s', async (_, issued, target) => {
    const callee = await startAgent(issued);
    const caller = await startAgent();
    const ended = Promise.withResolvers<SessionEvent>();
    const session = caller.userAgent.invite(target.replace('PORT', String(callee.port)), {
      sdp: sdpText(),
    });
    session.onEvent((event) => {
      if (event.type === 'ended') ended.resolve(event);
    });
    expect(await ended.promise).toMatchObject({ cause: { by: 'network' } });
    // The INVITE, with what keys it has, never left.
    expect(callee.invites).toEqual([]);
  });

  test('is not made where nobody vouches for the other side', async () => {
    const stranger = createTestAuthority();
    open.push(() => {
      stranger.remove();
    });
    const callee = await startAgent(stranger.issue(['IP:127.0.0.1']));
    const caller = await startAgent();
    const ended = Promise.withResolvers<SessionEvent>();
    const session = caller.userAgent.invite(`sips:1@127.0.0.1:${callee.port}`, { sdp: sdpText() });
    session.onEvent((event) => {
      if (event.type === 'ended') ended.resolve(event);
    });
    expect(await ended.promise).toMatchObject({ cause: { by: 'network' } });
    expect(callee.invites).toEqual([]);
  });
});

test('a dialog that began over TLS takes no session description over UDP, and its Contact is a SIPS URI', async () => {
  const { userAgent, port } = await startAgent({}, [
    { transport: 'udp', address: '127.0.0.1', port: 0 },
  ]);
  const udpPort = userAgent.listening.find(({ transport }) => transport === 'udp')?.port ?? 0;
  const tls = connectTo(port);
  await once(tls, 'secureConnect');
  const udp = createSocket('udp4');
  open.push(() => void udp.close());
  let heard = '';
  tls.on('data', (bytes: Buffer) => (heard += bytes.toString()));
  udp.on('message', (bytes) => (heard += bytes.toString()));
  const request = (method: string, cseq: number, via: 'TLS' | 'UDP', toTag = '', body = '') =>
    [
      `${method} sips:1@127.0.0.1:${port} SIP/2.0`,
      `Via: SIP/2.0/${via} 127.0.0.1:9;branch=z9hG4bK${method}${cseq}${via};rport`,
      'Max-Forwards: 70',
      'From: <sip:caller@127.0.0.1>;tag=caller',
      `To: <sips:1@127.0.0.1>${toTag}`,
      'Call-ID: downgrade',
      `CSeq: ${cseq} ${method}`,
      'Contact: <sips:caller@127.0.0.1>',
      ...(body === '' ? [] : ['Content-Type: application/sdp']),
      `Content-Length: ${body.length}`,
      '',
      body,
    ].join('\r\n');
  const until = (text: string | RegExp) =>
    vi.waitFor(() => {
      expect(heard).toMatch(text);
    });
  tls.write(request('INVITE', 1, 'TLS', '', sdpText()));
  await until(/SIP\/2.0 200/);
  expect(heard).toContain(`Contact: <sips:127.0.0.1:${port}>`);
  const toTag = /To: [^;]*(;tag=[^\r;]+)/.exec(heard)?.[1] ?? '';
  tls.write(request('ACK', 1, 'TLS', toTag));
  heard = '';
  udp.send(request('INVITE', 2, 'UDP', toTag, sdpText()), udpPort, '127.0.0.1');
  await until(/SIP\/2.0 403/);
  udp.send(request('ACK', 2, 'UDP', toTag), udpPort, '127.0.0.1');
  tls.write(request('BYE', 3, 'TLS', toTag));
  await until(/SIP\/2.0 200[^]*CSeq: 3 BYE/);
});

// ---------------------------------------------------------------- the transport alone

const startTransport = async (
  options: Partial<TlsTransportOptions> = {},
  more: Partial<TlsFiles> = {},
) => {
  const dropped: string[] = [];
  const credentials = await credentialsOf(more);
  const transport: SipTransport = await createTlsTransport(
    { address: '127.0.0.1', port: 0 },
    { onMessage: () => undefined, onDropped: (reason) => dropped.push(reason) },
    { credentials, ...options },
  );
  open.push(() => transport.close());
  return { transport, dropped, port: transport.local.port };
};
const connectTo = (port: number, options: ConnectionOptions = {}): TLSSocket => {
  const socket = connectTls({
    host: '127.0.0.1',
    port,
    ca: readFileSync(authority.authorityFile),
    ...options,
  });
  open.push(() => void socket.destroy());
  return socket;
};
/** `connected` with the version, or `refused`. */
const outcomeOf = async (socket: TLSSocket): Promise<string> => {
  // With TLS 1.3 a refusal comes after the client's side is done: it is heard as an end.
  const refused = new Promise<string>((resolve) => {
    for (const event of ['error', 'close', 'end'])
      socket.once(event, () => {
        resolve('refused');
      });
  });
  const connected = once(socket, 'secureConnect').then(async () => {
    await new Promise((resolve) => setTimeout(resolve, 100));
    return socket.destroyed ? 'refused' : `connected ${socket.getProtocol() ?? ''}`;
  });
  connected.catch(() => undefined);
  return Promise.race([refused, connected]);
};

describe('the TLS transport', () => {
  test.each<readonly [NonNullable<ConnectionOptions['maxVersion']>, string]>([
    ['TLSv1.3', 'connected TLSv1.3'],
    ['TLSv1.2', 'connected TLSv1.2'],
    ['TLSv1.1', 'refused'],
    ['TLSv1', 'refused'],
  ])('with a peer that has at most %s: %s', async (maxVersion, expected) => {
    const { port } = await startTransport();
    // Else this side's OpenSSL would refuse before the other does.
    const ciphers = 'DEFAULT:@SECLEVEL=0';
    const old = connectTo(port, { minVersion: 'TLSv1', maxVersion, ciphers });
    expect(await outcomeOf(old)).toBe(expected);
  });

  test('takes no cipher without forward secrecy', async () => {
    const { port } = await startTransport();
    const ciphers = 'AES128-GCM-SHA256:AES256-SHA:ECDHE-ECDSA-AES128-SHA';
    expect(await outcomeOf(connectTo(port, { maxVersion: 'TLSv1.2', ciphers }))).toBe('refused');
  });

  test('asks for certificates where an authority for callers is set', async () => {
    const { port } = await startTransport({}, { clientAuthorityFile: authority.authorityFile });
    expect(await outcomeOf(connectTo(port))).toBe('refused');
    const own = {
      cert: readFileSync(ours.certificateFile),
      key: readFileSync(ours.keyFile),
    };
    expect(await outcomeOf(connectTo(port, own))).toMatch(/^connected/);
  });

  test('shows a new certificate without a restart, and keeps the old one while files do not fit', async () => {
    const renewed = authority.issue(['IP:127.0.0.1', 'DNS:renewed.example.org']);
    const [certificateFile, keyFile] = ['live.pem', 'live.key'].map((name) =>
      join(authority.folder, name),
    ) as [string, string];
    copyFileSync(ours.certificateFile, certificateFile);
    copyFileSync(ours.keyFile, keyFile);
    const { port, transport } = await startTransport({}, { certificateFile, keyFile });
    const shown = async (): Promise<string> => {
      const socket = connectTo(port);
      await once(socket, 'secureConnect');
      const names = socket.getPeerCertificate().subjectaltname ?? '';
      socket.destroy();
      return names;
    };
    const before = connectTo(port);
    await once(before, 'secureConnect');
    expect(await shown()).toContain('sip.example.org');
    // A certificate whose key is not there yet.
    copyFileSync(renewed.certificateFile, certificateFile);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await shown()).toContain('sip.example.org');
    copyFileSync(renewed.keyFile, keyFile);
    await vi.waitFor(
      async () => {
        expect(await shown()).toContain('renewed.example.org');
      },
      { timeout: 5000 },
    );
    // Connections that stand are left alone.
    expect(before.destroyed).toBe(false);
    expect(transport.connections).toBeGreaterThan(0);
  });

  test('shows the certificate of the name that was asked for, else the first', async () => {
    const [other, wild] = [
      authority.issue(['DNS:other.example.org']),
      authority.issue(['DNS:*.rooms.example.org']),
    ];
    const { port } = await startTransport({}, { further: [other, wild] });
    const shownTo = async (servername?: string): Promise<string> => {
      const named = servername === undefined ? {} : { servername };
      const socket = connectTo(port, { ...named, checkServerIdentity: () => undefined });
      await once(socket, 'secureConnect');
      const names = socket.getPeerCertificate().subjectaltname ?? '';
      socket.destroy();
      return names;
    };
    expect(await shownTo('other.example.org')).toBe('DNS:other.example.org');
    expect(await shownTo('sv.rooms.example.org')).toBe('DNS:*.rooms.example.org');
    expect(await shownTo('sip.example.org')).toContain('DNS:sip.example.org');
    expect(await shownTo('nobody.example.org')).toContain('DNS:sip.example.org');
    expect(await shownTo()).toContain('DNS:sip.example.org');
  });

  test('says how long its certificates last, and warns of the first to end', async () => {
    const lines: string[] = [];
    const log = {
      ...silentLog,
      warn: (fields: object, message: string) => lines.push(`${JSON.stringify(fields)} ${message}`),
    };
    const [long, short] = [
      authority.issue(['DNS:long.example.org'], { days: 90 }),
      authority.issue(['DNS:short.example.org'], { days: 10 }),
    ];
    const credentials = await openTlsCredentials({ ...long, further: [short] }, log);
    expect(daysLeft(credentials.material, Date.now())).toBe(9);
    expect(daysLeft(credentials.material, Date.now() + 11 * 24 * 3_600_000)).toBe(-2);
    credentials.close();
    expect(lines).toEqual(['{"days":9} tls certificate expires soon']);
    (await openTlsCredentials(long, log)).close();
    expect(lines).toHaveLength(1);
  });

  const connectRaw = (port: number): Socket => {
    const socket = connectTcp(port, '127.0.0.1');
    socket.on('error', () => undefined);
    open.push(() => void socket.destroy());
    return socket;
  };

  test('ends handshakes that say nothing or drip, and frees their places', async () => {
    const { port, dropped, transport } = await startTransport({
      handshakeLimits: { ...defaultTlsHandshakeLimits, handshakeMs: 300, maxAtOncePerSource: 4 },
    });
    const silent = connectRaw(port);
    const dripping = connectRaw(port);
    // The beginning of a ClientHello that never ends.
    const drip = setInterval(() => dripping.write(Buffer.of(22, 3, 1, 2, 0, 1)), 50);
    open.push(() => {
      clearInterval(drip);
    });
    await Promise.all([once(silent, 'close'), once(dripping, 'close')]);
    expect(dropped).toContain('handshake');
    for (let round = 0; round < 4; round += 1) {
      expect(await outcomeOf(connectTo(port))).toMatch(/^connected/);
    }
    expect(transport.connections).toBe(4);
  });

  test('a source that holds all its handshakes open keeps no other connection from working', async () => {
    const { port, dropped, transport } = await startTransport({
      handshakeLimits: { ...defaultTlsHandshakeLimits, maxAtOncePerSource: 5 },
    });
    const before = connectTo(port);
    await once(before, 'secureConnect');
    const flood = Array.from({ length: 30 }, () => connectRaw(port));
    await vi.waitFor(() => {
      expect(dropped.filter((reason) => reason === 'connection-limit')).toHaveLength(25);
    });
    const pong = once(before, 'data');
    before.write('\r\n\r\n');
    expect(String((await pong)[0])).toBe('\r\n');
    for (const socket of flood) socket.destroy();
    await vi.waitFor(async () => {
      expect(await outcomeOf(connectTo(port))).toMatch(/^connected/);
    });
    expect(transport.connections).toBeGreaterThanOrEqual(2);
  });

  test('has a limit for connections of one source, after their handshakes too', async () => {
    const { port } = await startTransport({
      limits: { ...defaultStreamLimits, maxConnectionsPerSource: 2 },
    });
    expect(await outcomeOf(connectTo(port))).toMatch(/^connected/);
    expect(await outcomeOf(connectTo(port))).toMatch(/^connected/);
    expect(await outcomeOf(connectTo(port))).toBe('refused');
  });

  test('closes with handshakes under way', async () => {
    const { port, transport } = await startTransport();
    const silent = connectRaw(port);
    await once(silent, 'connect');
    await Promise.all([once(silent, 'close'), transport.close()]);
    expect(transport.connections).toBe(0);
  });
});

test('a key that does not fit the certificate is told at the start', async () => {
  const other = authority.issue(['IP:127.0.0.1']);
  await expect(
    openTlsCredentials(files({ keyFile: other.keyFile }), silentLog),
  ).rejects.toMatchObject({ code: 'sip/tls-credentials' });
  await expect(
    openTlsCredentials(files({ certificateFile: '/nowhere' }), silentLog),
  ).rejects.toMatchObject({ code: 'sip/tls-credentials' });
});
