/** What callers and records meet when a FreeSWITCH or a drachtio-server is killed, drained, added: real ones. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { dial, type PhoneCall } from '../../../src/caller/phone.ts';
import type { MediaBridge } from '../../../src/call/ports/media.ts';
import type { CallLeg, LegEvent } from '../../../src/call/ports/sip-engine.ts';
import { processClock } from '../../../src/process-clock.ts';
import {
  createDrachtioEngine,
  type DrachtioEngine,
  type DrachtioEngineOptions,
} from '../../../src/sip/drachtio/drachtio-engine.ts';
import { freePort } from '../../e2e/support/gateway-process.ts';
import { silentLog, until } from '../../support/media-calls.ts';
import {
  areProgramsNamed,
  createDrachtioServer,
  createFreeSwitchServer,
  serverSecret,
  whyNoPrograms,
  type TestSipServer,
} from '../../support/sip-servers.ts';
import { noLiveKit, openTestMedia } from './live-servers.ts';

interface Met {
  readonly phone: PhoneCall;
  readonly leg: CallLeg;
  readonly events: readonly LegEvent[];
}
const nothing = { legs: 0, dialogs: 0, endpoints: 0, eventSockets: 0, listeners: 0 };
const endsOf = (events: readonly LegEvent[]): readonly LegEvent[] =>
  events.filter(({ type }) => type === 'ended');
const engineLost = [{ type: 'ended', cause: { by: 'network', how: 'engine-lost' } }];

describe.skipIf(!areProgramsNamed)(`servers that come and go${whyNoPrograms}`, () => {
  let media: MediaBridge;
  let drachtio: TestSipServer;
  let west: TestSipServer;
  let east: TestSipServer;
  let engine: DrachtioEngine;
  let arrived: CallLeg[];
  const phones: PhoneCall[] = [];

  beforeAll(async () => {
    media = await openTestMedia(noLiveKit);
    drachtio = await createDrachtioServer();
    [west, east] = [await createFreeSwitchServer(40), await createFreeSwitchServer(40)];
    await Promise.all([drachtio.start(), west.start(), east.start()]);
  });
  afterEach(async () => {
    await Promise.all(phones.splice(0).map((phone) => phone.close()));
    await until(() => Object.values(engine.gauges()).every((figure) => figure === 0), 40_000);
    expect(engine.gauges()).toEqual(nothing);
    await engine.close();
  });
  afterAll(async () => {
    await Promise.all([drachtio.close(), west.close(), east.close()]);
    await media.close();
  });

  const open = async (options: Partial<DrachtioEngineOptions> = {}): Promise<void> => {
    arrived = [];
    engine = createDrachtioEngine({
      drachtio: [{ style: 'inbound', host: '127.0.0.1', port: drachtio.port }],
      drachtioSecret: serverSecret,
      freeSwitch: [west, east].map(({ port }) => ({ host: '127.0.0.1', port })),
      freeSwitchSecret: serverSecret,
      listenAddress: '127.0.0.1',
      promptsPath: '/nowhere',
      media,
      mediaAddress: '127.0.0.1',
      codecs: ['PCMA', 'PCMU'],
      mediaTimeoutMs: 60_000,
      newLegId: () => `loss-${Math.random()}` as ReturnType<DrachtioEngineOptions['newLegId']>,
      clock: processClock,
      log: silentLog,
      ...options,
    });
    await engine.start((leg) => {
      arrived.push(leg);
    });
    await until(() => engine.pool.states().every(({ connected }) => connected), 10_000);
  };

  const place = async (
    through = drachtio,
  ): Promise<Omit<Met, 'events'> & { events: LegEvent[] }> => {
    const before = arrived.length;
    const phone = await dial(`sip:+46480445511@127.0.0.1:${through.sipPort}`, {
      localAddress: '127.0.0.1',
      clock: processClock,
      log: silentLog,
      number: '+46701234567',
    });
    phones.push(phone);
    await until(() => arrived.length > before);
    const leg = arrived[before]!;
    const events: LegEvent[] = [];
    leg.onEvent((event) => events.push(event));
    return { phone, leg, events };
  };
  const call = async (through = drachtio): Promise<Met> => {
    const met = await place(through);
    expect(await met.leg.answer()).toMatchObject({ outcome: 'answered' });
    await until(() => met.events.some(({ type }) => type === 'confirmed'));
    return met;
  };
  const nameOf = ({ port }: TestSipServer): string => `127.0.0.1:${port}`;
  const stateOf = (server: TestSipServer) =>
    engine.pool.states().find(({ name }) => name === nameOf(server));
  const endpointsOf = (server: TestSipServer): number =>
    engine.pool.members.find(({ name }) => name === nameOf(server))?.endpoints ?? 0;

  it('calls are spread over two FreeSWITCH by free capacity', async () => {
    await open();
    for (let count = 0; count < 6; count += 1) await call();
    expect(endpointsOf(west)).toBe(3);
    expect(endpointsOf(east)).toBe(3);
  });

  it('a FreeSWITCH that is killed: its callers get BYE, the next goes elsewhere at once, and it comes back', async () => {
    await open();
    const before = [await call(), await call()];
    const lostAtMs = performance.now();
    await west.stop('SIGKILL');
    await until(() => before.some(({ events }) => endsOf(events).length === 1), 3_000);
    const [lost] = before.filter(({ events }) => endsOf(events).length === 1);
    const [kept] = before.filter(({ events }) => endsOf(events).length === 0);
    console.log({ toldAfterMs: Math.round(performance.now() - lostAtMs) });
    expect(endsOf(lost?.events ?? [])).toEqual(engineLost);
    expect(await lost?.phone.ended).toMatchObject({ by: 'remote' });
    const next = await call();
    expect(endpointsOf(east)).toBe(2);
    expect(endsOf(kept?.events ?? [])).toEqual([]);
    expect(endsOf(next.events)).toEqual([]);
    await west.start();
    await until(() => stateOf(west)?.connected === true, 20_000);
    await until(() => (stateOf(west)?.maxSessions ?? 0) > 0);
    await call();
    expect(endpointsOf(west)).toBe(1);
  });

  it('none left: 503 with Retry-After, and calls again when one is back', async () => {
    await open();
    await Promise.all([west.stop('SIGKILL'), east.stop('SIGKILL')]);
    await until(() => engine.pool.states().every(({ connected }) => !connected), 5_000);
    const refused = await place();
    expect(await refused.leg.answer()).toEqual({ outcome: 'refused', sipStatus: 503 });
    expect(await refused.phone.answer).toMatchObject({ answered: false });
    await Promise.all([west.start(), east.start()]);
    await until(() => engine.pool.states().every(({ connected }) => connected), 20_000);
    await call();
  });

  it('one is drained, taken away and added while calls go on', async () => {
    await open();
    const held = await call();
    const [from, to] = endpointsOf(west) === 1 ? [west, east] : [east, west];
    expect(engine.pool.drain(nameOf(from))).toBe(true);
    for (let count = 0; count < 3; count += 1) await call();
    expect([endpointsOf(from), endpointsOf(to)]).toEqual([1, 3]);
    engine.pool.remove(nameOf(from));
    expect(stateOf(from)).toBeDefined();
    expect(endsOf(held.events)).toEqual([]);
    held.phone.hangUp();
    await until(() => stateOf(from) === undefined, 5_000);
    engine.pool.add({ host: '127.0.0.1', port: from.port });
    await until(() => stateOf(from)?.connected === true, 5_000);
    await call();
    expect(endpointsOf(from)).toBe(1);
  });

  it('a drachtio-server that is killed: its calls end so, channels are killed, and it is found again', async () => {
    await open();
    const met = await call();
    await drachtio.stop('SIGKILL');
    await until(() => endsOf(met.events).length === 1, 5_000);
    expect(endsOf(met.events)).toEqual(engineLost);
    await until(() => engine.gauges()['eventSockets'] === 0, 5_000);
    expect(engine.gauges()).toEqual(nothing);
    await drachtio.start();
    // Until we are connected again, it answers by itself.
    for (let tries = 0; tries < 20 && arrived.length === 1; tries += 1) {
      const phone = await dial(`sip:+46480445511@127.0.0.1:${drachtio.sipPort}`, {
        localAddress: '127.0.0.1',
        clock: processClock,
        log: silentLog,
        number: '+46701234567',
      });
      phones.push(phone);
      await until(() => arrived.length > 1, 1_000);
    }
    expect(await arrived[1]!.answer()).toMatchObject({ outcome: 'answered' });
  });

  it('two drachtio-servers: one connects to us for its calls, and its loss leaves the other’s alone', async () => {
    const [listenPort, routePort] = [await freePort(), await freePort()];
    const asking = await createDrachtioServer({ routeUrl: `http://127.0.0.1:${routePort}` });
    try {
      await open({
        drachtio: [
          { style: 'inbound', host: '127.0.0.1', port: drachtio.port },
          {
            style: 'outbound',
            host: '127.0.0.1',
            port: listenPort,
            routeAt: { host: '127.0.0.1', port: routePort },
          },
        ],
      });
      await asking.start();
      const [inbound, outbound] = [await call(), await call(asking)];
      outbound.phone.hangUp();
      await until(() => endsOf(outbound.events).length === 1);
      expect(endsOf(outbound.events)).toEqual([
        { type: 'ended', cause: { by: 'caller', how: 'bye' } },
      ]);
      const lost = await call(asking);
      await asking.stop('SIGKILL');
      await until(() => endsOf(lost.events).length === 1, 5_000);
      expect(endsOf(lost.events)).toEqual(engineLost);
      expect(endsOf(inbound.events)).toEqual([]);
    } finally {
      await asking.close();
    }
  });

  it('no key and no number is in the servers’ logs', async () => {
    await open();
    const { phone, events } = await call();
    // FreeSWITCH throws away what came before it was ready.
    await sleep(200);
    await phone.press('417');
    await until(() => events.filter(({ type }) => type === 'digit').length === 3);
    expect(events.filter(({ type }) => type === 'digit')).toHaveLength(3);
    const logged = [drachtio, west, east].map((server) => server.output()).join('\n');
    // What they do log is there: an empty log proves nothing.
    expect(logged).toMatch(/Starting drachtio/);
    expect(logged).toMatch(/\[NOTICE\].*New Channel/);
    expect(logged).not.toMatch(/dtmf.*\b[0-9*#]\b|46480445511|46701234567/i);
  });
});
