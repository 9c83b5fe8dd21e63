/**
 * What a peer may say without ending the process. Real sockets, scripted servers. An exception that
 * gets out of a socket's handler, or a rejection nobody takes, fails the run by itself: that is the
 * assertion of every story here, beside what it says.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asLegId } from '../../../src/call/identifiers.ts';
import type { Logger } from '../../../src/call/ports/process.ts';
import type { CallLeg, LegEvent } from '../../../src/call/ports/sip-engine.ts';
import { processClock } from '../../../src/process-clock.ts';
import {
  createDrachtioEngine,
  type DrachtioEngine,
} from '../../../src/sip/drachtio/drachtio-engine.ts';
import { createFakeMediaBridge, type FakeMediaBridge } from '../../support/fake-media-bridge.ts';
import { until } from '../../support/media-calls.ts';
import {
  inviteText,
  offerText,
  startFakeDrachtioServer,
  type FakeDrachtioServer,
  type FromGateway,
} from './fake-drachtio-server.ts';
import { profileStatus, startFakeEventSocket, type FakeEventSocket } from './fake-event-socket.ts';

let drachtio: FakeDrachtioServer;
let freeSwitch: FakeEventSocket;
let media: FakeMediaBridge;
let engine: DrachtioEngine;
let legs: CallLeg[];
let events: LegEvent[];
let logged: string[];

const memoryLog: Logger = {
  debug: (_fields, message) => void logged.push(message),
  info: (_fields, message) => void logged.push(message),
  warn: (_fields, message) => void logged.push(message),
  error: (_fields, message) => void logged.push(message),
  child: () => memoryLog,
};

const start = async (isDirect = true): Promise<void> => {
  engine = createDrachtioEngine({
    drachtio: [{ style: 'inbound', host: '127.0.0.1', port: drachtio.port }],
    drachtioSecret: 'secret',
    freeSwitch: [{ host: '127.0.0.1', port: freeSwitch.port }],
    freeSwitchSecret: 'secret',
    listenAddress: '127.0.0.1',
    promptsPath: '/prompts',
    media,
    mediaAddress: '127.0.0.1',
    codecs: ['PCMA'],
    mediaTimeoutMs: 60_000,
    isDirect: () => isDirect,
    newLegId: () => asLegId(`leg-${legs.length}`),
    clock: processClock,
    log: memoryLog,
  });
  await engine.start((leg) => {
    legs.push(leg);
    leg.onEvent((event) => events.push(event));
  });
};

beforeEach(async () => {
  drachtio = await startFakeDrachtioServer();
  freeSwitch = await startFakeEventSocket();
  media = createFakeMediaBridge();
  [legs, events, logged] = [[], [], []];
});
afterEach(async () => {
  await engine.close();
  await drachtio.close();
  await freeSwitch.close();
});

const invite = (name: string, extra: readonly string[] = []): void => {
  drachtio.sip(inviteText(`${name}@192.0.2.10`, { extra, body: offerText }), { transaction: name });
};
const arrived = async (count: number): Promise<void> => {
  await until(() => legs.length >= count);
  expect(legs).toHaveLength(count);
};
const isResponse = (status: number) => (message: FromGateway) =>
  message.sip.startsWith(`SIP/2.0 ${status} `);

/** drachtio-server's part of a call that is answered: it stamps the 200 and passes the ACK on. */
const answerLeg = async (): Promise<CallLeg> => {
  drachtio.onSip = (message) => {
    if (!isResponse(200)(message)) return;
    const sip = message.sip
      .replace(/^to: (.*)$/im, 'To: $1;tag=ours')
      .replace(/\r\n\r\n/, '\r\nContact: <sip:127.0.0.1:5060>\r\n\r\n');
    drachtio.confirm({ ...message, sip }, { transaction: 'one', dialog: 'dialog-1' });
  };
  invite('one');
  await arrived(1);
  expect(await legs[0]!.answer()).toMatchObject({ outcome: 'answered' });
  drachtio.sip(dialogRequest('ACK'), { transaction: 'ack', dialog: 'dialog-1' });
  await until(() => events.some(({ type }) => type === 'confirmed'));
  return legs[0]!;
};
const dialogRequest = (method: string): string =>
  [
    `${method} sip:127.0.0.1:5060 SIP/2.0`,
    'From: <sip:+46701234567@192.0.2.10>;tag=caller',
    'To: <sip:+46480445511@127.0.0.1>;tag=ours',
    'Call-ID: one@192.0.2.10',
    `CSeq: 2 ${method}`,
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
const allGone = async (): Promise<void> => {
  await until(() => Object.values(engine.gauges()).every((figure) => figure === 0));
  expect(engine.gauges()).toEqual({
    legs: 0,
    dialogs: 0,
    endpoints: 0,
    eventSockets: 0,
    listeners: 0,
  });
};

describe('drachtio-server', () => {
  it('passes on a header line without a colon: the call comes in all the same', async () => {
    // drachtio-srf takes no such message: it printed it, call ID and all, and the caller heard nothing.
    await start();
    invite('one', ['this is no header field']);
    await arrived(1);
    expect(legs[0]!.invitation.dialled.user).toBe('+46480445511');
  });

  it('sends a message of a type that the library does not know: the next one is served', async () => {
    // drachtio-srf throws out of its socket handler, and would meet the same bytes again each time.
    await start();
    drachtio.say('nonsense|1|2');
    invite('one');
    await arrived(1);
    expect(drachtio.connects).toBe(1);
    expect(logged).toContain('bad data from drachtio');
  });

  it('loses its frame: the connection is made anew and calls come in', async () => {
    // drachtio-srf throws on a length that is no number; what follows cannot be told apart.
    await start();
    drachtio.sayBare('once upon a time#');
    await until(() => drachtio.connects === 2, 5_000);
    invite('one');
    await arrived(1);
  });

  it('cannot find the dialog of a late BYE: the call ends once and nothing is left', async () => {
    // The BYE of the caller crossed ours. The library rejects a promise that fsmrf lets go.
    await start();
    const leg = await answerLeg();
    const confirm = drachtio.onSip;
    drachtio.onSip = (message) => {
      if (message.sip.startsWith('BYE ')) drachtio.refuse(message, 'unable to find dialog');
      else confirm(message);
    };
    leg.hangUp();
    await allGone();
    expect(events.filter(({ type }) => type === 'ended')).toEqual([
      { type: 'ended', cause: { by: 'gateway', how: 'bye' } },
    ]);
    expect(media.legs.every(({ isClosed }) => isClosed)).toBe(true);
  });

  it('gets a BYE for a dialog that is over: 481, and the calls go on', async () => {
    await start();
    await answerLeg();
    drachtio.sip(dialogRequest('BYE'), { transaction: 'late', dialog: 'dialog-unknown' });
    await until(() => drachtio.received.some(isResponse(481)));
    expect(drachtio.received.some(isResponse(481))).toBe(true);
    expect(events.map(({ type }) => type)).toEqual(['confirmed']);
  });

  it('restarts: its calls end as the network’s fault, and it is found again', async () => {
    await start();
    await answerLeg();
    drachtio.drop();
    await until(() => events.some(({ type }) => type === 'ended'));
    expect(events.at(-1)).toEqual({
      type: 'ended',
      cause: { by: 'network', how: 'engine-lost' },
    });
    await allGone();
    await until(() => drachtio.connects === 2, 5_000);
    invite('two');
    await arrived(2);
  });

  it('has had a CANCEL that crossed our 200: the call is cancelled and its media free', async () => {
    await start();
    drachtio.onSip = (message) => {
      if (isResponse(200)(message))
        drachtio.refuse(message, 'Response not sent due to unknown transaction');
    };
    invite('one');
    await arrived(1);
    expect(await legs[0]!.answer()).toEqual({ outcome: 'gone' });
    await allGone();
    expect(events).toEqual([{ type: 'ended', cause: { by: 'caller', how: 'cancel' } }]);
    expect(media.legs.every(({ isClosed }) => isClosed)).toBe(true);
  });
});

describe('FreeSWITCH', () => {
  it('opens its event socket before its SIP profile: it is asked again until that is there', async () => {
    // fsmrf throws from the handler of the answer that names no profile.
    freeSwitch.sofiaStatus = 'no profiles yet\n';
    await start();
    expect(engine.pool.states()).toMatchObject([{ connected: false }]);
    freeSwitch.sofiaStatus = profileStatus();
    await until(() => engine.pool.states()[0]?.connected === true, 8_000);
    expect(engine.pool.states()).toMatchObject([
      { connected: true, sessions: 3, maxSessions: 2000 },
    ]);
  }, 20_000);

  it('sends a header that is not percent-encoded: the event socket is made anew', async () => {
    // drachtio-modesl decodes each header, and throws a URIError out of its socket handler.
    await start();
    freeSwitch.sayBare('Content-Type: text/%E0%A4%A\n\n');
    await until(() => freeSwitch.connects === 2, 5_000);
    await until(() => engine.pool.states()[0]?.connected === true, 5_000);
    expect(logged).toContain('bad data on an event socket');
  });

  it('is gone: calls are refused with 503 and Retry-After, and it comes back by itself', async () => {
    await start(false);
    freeSwitch.drop();
    await until(() => engine.pool.states()[0]?.connected === false);
    invite('one');
    await arrived(1);
    expect(await legs[0]!.answer()).toEqual({ outcome: 'refused', sipStatus: 503 });
    await until(() => drachtio.received.some(isResponse(503)));
    expect(drachtio.received.find(isResponse(503))?.sip).toMatch(/^retry-after: *\d+/im);
    await until(() => engine.pool.states()[0]?.connected === true, 5_000);
    expect(engine.pool.states()[0]?.connected).toBe(true);
    await allGone();
  });

  it('answers a call and never calls back: that call is refused and leaves nothing', async () => {
    // fsmrf times out after 4 s and sends a BYE whose rejection nobody takes.
    await start(false);
    drachtio.onSip = (message) => {
      if (message.sip.startsWith('INVITE ')) answerAsFreeSwitch(message);
      if (message.sip.startsWith('BYE ')) drachtio.refuse(message, 'unable to find dialog');
    };
    invite('one');
    await arrived(1);
    expect(await legs[0]!.answer()).toEqual({ outcome: 'refused', sipStatus: 503 });
    await allGone();
  }, 20_000);
});

/** drachtio-server confirms that the INVITE is sent, and FreeSWITCH's 200 comes in. */
const answerAsFreeSwitch = (message: FromGateway): void => {
  const head = [
    'From: <sip:127.0.0.1>;tag=gateway',
    'To: <sip:drachtio@127.0.0.1:5080>',
    'Call-ID: media@127.0.0.1',
    'CSeq: 1 INVITE',
    'Contact: <sip:127.0.0.1:5060>',
  ];
  const sip = ['INVITE sip:drachtio@127.0.0.1:5080 SIP/2.0', ...head, 'Content-Length: 0', '', ''];
  const sent = { ...message, sip: sip.join('\r\n') };
  // Sent requests are confirmed with their transaction one place earlier than responses.
  drachtio.say(
    `response|${sent.frameId}|OK|application|100|udp|127.0.0.1|5080|10:00:00.000|uac-1\r\n${sent.sip}`,
  );
  const ok = ['SIP/2.0 200 OK', ...head, `Content-Length: ${offerText.length}`, '', offerText];
  drachtio.sip(ok.join('\r\n').replace(':5080>', ':5080>;tag=media'), {
    transaction: 'uac-1',
    dialog: 'dialog-media',
  });
};
