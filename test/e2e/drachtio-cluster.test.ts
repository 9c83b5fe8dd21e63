/** Two nodes, each with a drachtio-server and a FreeSWITCH of its own, one PostgreSQL, one livekit-server. */
import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { dial, type PhoneCall } from '../../src/caller/phone.ts';
import { silentLogger } from '../../src/caller/silent-logger.ts';
import { processClock } from '../../src/process-clock.ts';
import { startLiveKitServer } from '../support/livekit-server.ts';
import { startPostgresServer } from '../support/postgres-server.ts';
import {
  areProgramsNamed,
  createDrachtioServer,
  createFreeSwitchServer,
  settingsFor,
  whyNoPrograms,
  type TestSipServer,
} from '../support/sip-servers.ts';
import { startGateway, type GatewayProcess } from './support/gateway-process.ts';
import { hearsTone, sine, sleep } from './support/meeting-stage.ts';

interface ShownCall {
  readonly legId: string;
  readonly nodeId: string;
  readonly state: string;
  readonly termination: { readonly reason: string } | null;
}
interface Node {
  gateway: GatewayProcess;
  readonly start: () => Promise<GatewayProcess>;
  readonly drachtio: TestSipServer;
}

describe.skipIf(!areProgramsNamed)(`two nodes on drachtio${whyNoPrograms}`, () => {
  const opened: (() => Promise<void>)[] = [];
  const phones: PhoneCall[] = [];
  let a: Node;
  let b: Node;

  beforeAll(async () => {
    const postgres = await startPostgresServer();
    opened.push(() => postgres.close());
    const livekit = await startLiveKitServer();
    opened.push(() => livekit.close());
    const shared = {
      DATABASE_URL: await postgres.newDatabase(),
      RINGBRO_PIN_SECRET: randomBytes(32).toString('hex'),
      RINGBRO_ADMISSION_WORDS: 'tone',
      RINGBRO_FIRST_MEETING: 'no',
      RINGBRO_WORKERS: '1',
    };
    const startNode = async (nodeId: string): Promise<Node> => {
      const [drachtio, freeSwitch] = [await createDrachtioServer(), await createFreeSwitchServer()];
      opened.push(
        () => drachtio.close(),
        () => freeSwitch.close(),
      );
      await Promise.all([drachtio.start(), freeSwitch.start()]);
      const settings = settingsFor([drachtio], [freeSwitch]);
      const env = { ...shared, ...settings, RINGBRO_NODE_ID: nodeId };
      const start = () => startGateway({ livekit, env });
      const node = { gateway: await start(), start, drachtio };
      opened.push(() => node.gateway.forget());
      return node;
    };
    a = await startNode('node-a');
    b = await startNode('node-b');
  });
  afterEach(async () => {
    await Promise.all(phones.splice(0).map((phone) => phone.close()));
  });
  afterAll(async () => {
    for (const close of opened.toReversed()) await close();
  });

  const recordOf = async ({ gateway }: Node, legId: string): Promise<ShownCall> =>
    (await gateway.api('GET', `/api/calls/${legId}`)).body as ShownCall;
  const newMeeting = async (fields: object = {}) =>
    (await a.gateway.api('POST', '/api/meetings', fields)).body as { readonly callId: string };
  const dialInto = async (node: Node, callId: string): Promise<PhoneCall> => {
    const phone = await dial(`sip:${callId}@127.0.0.1:${node.drachtio.sipPort}`, {
      localAddress: '127.0.0.1',
      clock: processClock,
      log: silentLogger,
      number: '+46701234567',
    });
    phones.push(phone);
    return phone;
  };
  const callInto = async (node: Node, callId: string, state: string) => {
    const liveCalls = async () => {
      const path = `/api/calls?state=live&callId=${callId}`;
      return ((await node.gateway.api('GET', path)).body as { items: ShownCall[] }).items;
    };
    const before = (await liveCalls()).map(({ legId }) => legId);
    const phone = await dialInto(node, callId);
    const reached = async () =>
      (await liveCalls()).find((call) => !before.includes(call.legId) && call.state === state);
    await expect.poll(reached, { timeout: 20_000 }).toBeDefined();
    const legId = (await reached())?.legId ?? '';
    // The tone of admission, then the microphone opens.
    await sleep(600);
    return { phone, legId };
  };

  it('let the callers of one meeting hear each other, and show both wherever one asks', async () => {
    const { callId } = await newMeeting();
    const onA = await callInto(a, callId, 'joined');
    const onB = await callInto(b, callId, 'joined');
    onA.phone.sound.speak(sine(440), { endless: true });
    onB.phone.sound.speak(sine(700), { endless: true });
    await expect
      .poll(() => hearsTone(onA.phone, 700) && hearsTone(onB.phone, 440), { timeout: 20_000 })
      .toBe(true);
    expect(hearsTone(onA.phone, 440)).toBe(false);
    expect((await recordOf(b, onA.legId)).nodeId).toBe('node-a');
    expect((await recordOf(a, onB.legId)).nodeId).toBe('node-b');
  });

  it('do what the other was asked: admit, mute, hang up', async () => {
    const { callId } = await newMeeting({ admission: 'lobby' });
    const onA = await callInto(a, callId, 'waiting');
    const onB = await callInto(b, callId, 'waiting');
    const ask = async ({ gateway }: Node, legId: string, action: string) =>
      (await gateway.api('POST', `/api/calls/${legId}/${action}`)).status;
    expect(await ask(b, onA.legId, 'admit')).toBe(204);
    expect(await ask(a, onB.legId, 'admit')).toBe(204);
    onA.phone.sound.speak(sine(440), { endless: true });
    await expect.poll(() => hearsTone(onB.phone, 440), { timeout: 20_000 }).toBe(true);
    expect(await ask(b, onA.legId, 'mute')).toBe(204);
    await expect.poll(() => hearsTone(onB.phone, 440), { timeout: 20_000 }).toBe(false);
    expect(await ask(b, onA.legId, 'hangup')).toBe(204);
    expect(await onA.phone.ended).toBeDefined();
    await expect
      .poll(async () => (await recordOf(b, onA.legId)).termination?.reason, { timeout: 20_000 })
      .toBe('operator-hung-up');
  });

  it('give out the seats of a meeting together', async () => {
    const { callId } = await newMeeting({ maxParticipants: 2 });
    const onA = await callInto(a, callId, 'joined');
    await callInto(b, callId, 'joined');
    await (
      await dialInto(b, callId)
    ).ended;
    const refused = async () => {
      const path = `/api/calls?state=ended&callId=${callId}`;
      return ((await a.gateway.api('GET', path)).body as { items: ShownCall[] }).items[0];
    };
    await expect
      .poll(async () => (await refused())?.termination?.reason, { timeout: 20_000 })
      .toBe('full');
    expect((await b.gateway.api('POST', `/api/calls/${onA.legId}/hangup`)).status).toBe(204);
    await onA.phone.ended;
    await callInto(b, callId, 'joined');
  });

  it('end the calls of a drachtio-server that is lost, and of that one alone', async () => {
    const { callId } = await newMeeting();
    const onA = await callInto(a, callId, 'joined');
    const onB = await callInto(b, callId, 'joined');
    await a.drachtio.stop('SIGKILL');
    await expect
      .poll(async () => (await recordOf(b, onA.legId)).termination?.reason, { timeout: 20_000 })
      .toBe('engine-lost');
    expect((await recordOf(a, onB.legId)).state).toBe('joined');
    await a.drachtio.start();
    // Found again within the back-off; before that a call would be refused.
    const isReady = async () => (await fetch(`${a.gateway.httpUrl}/health/ready`)).status === 200;
    await expect.poll(isReady, { timeout: 40_000 }).toBe(true);
    await callInto(a, callId, 'joined');
  });

  it(
    'lose no call of a gateway that is killed: its callers hear nothing more, the other closes what it left',
    { timeout: 150_000 },
    async () => {
      const { callId } = await newMeeting({ maxParticipants: 2 });
      const onA = await callInto(a, callId, 'joined');
      const onB = await callInto(b, callId, 'joined');
      let isOver = false;
      void onA.phone.ended.then(() => (isOver = true));
      await a.gateway.stop('SIGKILL');
      await expect
        .poll(async () => (await recordOf(b, onA.legId)).termination?.reason, { timeout: 60_000 })
        .toBe('node-died');
      // drachtio-server has the dialog, and nobody to ask for a BYE.
      expect(isOver).toBe(false);
      expect((await recordOf(b, onB.legId)).state).toBe('joined');
      // Its seat is free, and the node takes calls again.
      await callInto(b, callId, 'joined');
      await a.gateway.forget();
      a.gateway = await a.start();
      const { callId: later } = await newMeeting();
      await callInto(a, later, 'joined');
    },
  );
});
