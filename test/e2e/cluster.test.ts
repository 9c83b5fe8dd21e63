/** Two gateways, one PostgreSQL, one livekit-server: callers spread over both, and what is left when one dies. */
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RoomServiceClient } from 'livekit-server-sdk';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { recognisePrompts } from '../../src/caller/heard.ts';
import { dial, type PhoneCall } from '../../src/caller/phone.ts';
import { silentLogger } from '../../src/caller/silent-logger.ts';
import { processClock } from '../../src/process-clock.ts';
import { startLiveKitServer, type TestLiveKitServer } from '../support/livekit-server.ts';
import { startPostgresServer, type TestPostgresServer } from '../support/postgres-server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { freePort, startGateway, type GatewayProcess } from './support/gateway-process.ts';
import { hearsTone, lastHeard, sine, sleep } from './support/meeting-stage.ts';
import { promptOf } from './support/spoken.ts';

interface ShownCall {
  readonly legId: string;
  readonly nodeId: string;
  readonly state: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly termination: { readonly reason: string } | null;
}
interface ShownMeeting {
  readonly callId: string;
  readonly room: string;
}

let postgres: TestPostgresServer;
let livekit: TestLiveKitServer;
let env: Readonly<Record<string, string>>;
let a: GatewayProcess;
let b: GatewayProcess;
let phones: PhoneCall[] = [];
/** What has to go, though a start failed half-way. */
const opened: (() => Promise<void>)[] = [];

const startNode = (nodeId: string, dataDir?: string): Promise<GatewayProcess> =>
  startGateway({
    livekit,
    env: { ...env, RINGBRO_NODE_ID: nodeId },
    ...(dataDir === undefined ? {} : { dataDir }),
  });

/** Calls out go there, and are answered by nobody. */
async function trunkToNowhere(): Promise<string> {
  const folder = await temporaryFolder();
  opened.push(() => folder.remove());
  const file = join(folder.path, 'trunks.json');
  const peer = `sip:127.0.0.9:${await freePort()}`;
  await writeFile(
    file,
    JSON.stringify({ trunks: [{ name: 'nowhere', addresses: ['127.0.0.9/32'], peer }] }),
  );
  return file;
}

beforeAll(async () => {
  postgres = await startPostgresServer();
  opened.push(() => postgres.close());
  livekit = await startLiveKitServer();
  opened.push(() => livekit.close());
  env = {
    DATABASE_URL: await postgres.newDatabase(),
    RINGBRO_PIN_SECRET: randomBytes(32).toString('hex'),
    RINGBRO_ADMISSION_WORDS: 'tone',
    RINGBRO_FIRST_MEETING: 'no',
    RINGBRO_WORKERS: '1',
    RINGBRO_SIP_ALLOW: '127.0.0.1',
    RINGBRO_TRUNKS: await trunkToNowhere(),
    RINGBRO_DIAL_OUT_PREFIXES: '+46',
    RINGBRO_DIAL_OUT_TRUNK: 'nowhere',
  };
  a = await startNode('node-a');
  opened.push(() => a.forget());
  b = await startNode('node-b');
  opened.push(() => b.forget());
});
afterEach(async () => {
  await Promise.all(phones.map((phone) => phone.close()));
  phones = [];
});
afterAll(async () => {
  for (const close of opened.toReversed()) await close();
});

async function until<T>(
  what: string,
  find: () => T | undefined | Promise<T | undefined>,
  withinMs = 15_000,
): Promise<T> {
  const giveUpAt = Date.now() + withinMs;
  for (;;) {
    const found = await find();
    if (found !== undefined) return found;
    if (Date.now() > giveUpAt) {
      const said = `--- a\n${a.output()}\n--- b\n${b.output()}`;
      throw new Error(`waited ${withinMs} ms in vain for ${what}\n${said}`);
    }
    await sleep(100);
  }
}

const newMeeting = async (node: GatewayProcess, fields: object = {}): Promise<ShownMeeting> => {
  const { status, body } = await node.api('POST', '/api/meetings', fields);
  expect(status).toBe(201);
  return body as ShownMeeting;
};

const callsOf = async (node: GatewayProcess, query: string): Promise<readonly ShownCall[]> => {
  const { body } = await node.api('GET', `/api/calls?${query}`);
  return (body as { items: ShownCall[] }).items;
};

async function callMeeting(node: GatewayProcess, meeting: ShownMeeting): Promise<PhoneCall> {
  const phone = await dial(`sip:${meeting.callId}@127.0.0.1:${node.sipPort}`, {
    localAddress: '127.0.0.1',
    clock: processClock,
    log: silentLogger,
    number: '+46701234567',
  });
  phones.push(phone);
  return phone;
}

/** Dials the meeting at a node; its call, once it is in this state. */
async function callInto(
  node: GatewayProcess,
  meeting: ShownMeeting,
  state: 'joined' | 'waiting' = 'joined',
  pin?: string,
): Promise<{ readonly phone: PhoneCall; readonly legId: string }> {
  const query = `state=live&callId=${meeting.callId}`;
  const before = (await callsOf(node, query)).map((call) => call.legId);
  const phone = await callMeeting(node, meeting);
  if (pin !== undefined) {
    await phone.answer;
    await sleep(1_500);
    await phone.press(pin);
  }
  const call = await until(`a call that is ${state}`, async () =>
    (await callsOf(node, query)).find(
      (each) => !before.includes(each.legId) && each.state === state,
    ),
  );
  // The tone of admission, then the microphone opens.
  await sleep(600);
  return { phone, legId: call.legId };
}

const doTo = async (node: GatewayProcess, legId: string, action: string): Promise<number> =>
  (await node.api('POST', `/api/calls/${legId}/${action}`)).status;

const record = async (node: GatewayProcess, legId: string): Promise<ShownCall> =>
  (await node.api('GET', `/api/calls/${legId}`)).body as ShownCall;

const ended = (node: GatewayProcess, legId: string, withinMs?: number): Promise<ShownCall> =>
  until(
    'the end of a call',
    async () => {
      const call = await record(node, legId);
      return call.state === 'ended' ? call : undefined;
    },
    withinMs,
  );

const participants = async (room: string): Promise<readonly string[]> => {
  const { url, apiKey, apiSecret } = livekit;
  const rooms = new RoomServiceClient(url.replace('ws', 'http'), apiKey, apiSecret);
  const present = await rooms.listParticipants(room).catch(() => []);
  return present.map(({ identity }) => identity);
};

describe('two nodes', () => {
  it('let the callers of one meeting hear each other through LiveKit', async () => {
    const meeting = await newMeeting(a);
    const onA = await callInto(a, meeting);
    const onB = await callInto(b, meeting);
    onA.phone.sound.speak(sine(440), { endless: true });
    onB.phone.sound.speak(sine(700), { endless: true });
    await until('both to hear each other', () =>
      hearsTone(onA.phone, 700) && hearsTone(onB.phone, 440) ? true : undefined,
    );
    expect(hearsTone(onA.phone, 440)).toBe(false);
    expect(hearsTone(onB.phone, 700)).toBe(false);
  });

  it('show the live calls of both, whichever is asked', async () => {
    const meeting = await newMeeting(a);
    const legIds = [(await callInto(a, meeting)).legId, (await callInto(b, meeting)).legId];
    for (const node of [a, b]) {
      const shown = await callsOf(node, `state=live&callId=${meeting.callId}`);
      expect(shown.map((call) => call.legId).toSorted()).toEqual(legIds.toSorted());
      expect(shown.map((call) => call.nodeId).toSorted()).toEqual(['node-a', 'node-b']);
    }
  });

  it('do what the other was asked: mute, unmute, admit, hang up', async () => {
    const meeting = await newMeeting(a, { admission: 'lobby' });
    const onA = await callInto(a, meeting, 'waiting');
    const onB = await callInto(b, meeting, 'waiting');
    expect(await doTo(b, onA.legId, 'admit')).toBe(204);
    expect(await doTo(a, onB.legId, 'admit')).toBe(204);
    onA.phone.sound.speak(sine(440), { endless: true });
    const heardAtB = (heard: boolean) => () =>
      hearsTone(onB.phone, 440) === heard ? true : undefined;
    await until('the tone of A at B', heardAtB(true));
    expect(await doTo(b, onA.legId, 'mute')).toBe(204);
    await until('silence at B', heardAtB(false));
    expect(await doTo(b, onA.legId, 'unmute')).toBe(204);
    await until('the tone of A at B again', heardAtB(true));
    expect(await doTo(b, onA.legId, 'admit')).toBe(409);
    expect(await doTo(b, onA.legId, 'hangup')).toBe(204);
    expect(await onA.phone.ended).toBeDefined();
    expect((await ended(b, onA.legId)).termination?.reason).toBe('operator-hung-up');
  });

  it('say how many people there are, those who share a phone at the other too', async () => {
    const meeting = await newMeeting(a);
    const onA = await callInto(a, meeting);
    const onB = await callInto(b, meeting);
    const told = (n: number) => ({
      name: `${n} people`,
      pcm: promptOf('sv', 'people-here-before', `number-${n}`),
    });
    const saidOf = async (count: number): Promise<string> => {
      const { status } = await a.api('POST', `/api/calls/${onA.legId}/people`, { count });
      expect(status).toBe(204);
      return until(`${count + 1} people`, async () => {
        await onB.phone.press('*1');
        await sleep(3_000);
        const heard = recognisePrompts(lastHeard(onB.phone, 3_500), [2, 3, 4, 6, 9].map(told));
        return heard.map(({ name }) => name).find((name) => name === `${count + 1} people`);
      });
    };
    expect(await saidOf(1)).toBe('2 people');
    expect(await saidOf(8)).toBe('9 people');
  });

  it('count together whom they call', async () => {
    const meetings = [await newMeeting(a), await newMeeting(b)];
    const callOut = async (node: GatewayProcess, nth: number): Promise<number> => {
      const { callId = '' } = meetings[nth % 2] ?? {};
      const to = '+46701112233';
      return (await node.api('POST', `/api/meetings/${callId}/dial-out`, { to })).status;
    };
    const statuses = [];
    for (const [nth, node] of [a, b, b, a].entries()) statuses.push(await callOut(node, nth));
    expect(statuses).toEqual([202, 202, 202, 202]);
    // Four an hour to one number, whichever node calls, for whichever meeting.
    expect(await Promise.all([callOut(a, 0), callOut(b, 1)])).toEqual([429, 429]);
  });

  it('tell the callers of both that the meeting was ended for all', async () => {
    const meeting = await newMeeting(b, { admission: 'lobby' });
    const inside = await callInto(a, meeting, 'waiting');
    await doTo(a, inside.legId, 'admit');
    const waiting = await callInto(a, meeting, 'waiting');
    expect((await b.api('POST', `/api/meetings/${meeting.callId}/end`)).status).toBe(200);
    await Promise.all([inside.phone.ended, waiting.phone.ended]);
    expect((await ended(b, inside.legId)).termination?.reason).toBe('meeting-over');
    expect((await ended(b, waiting.legId)).termination?.reason).toBe('meeting-ended');
  });

  it('end the first call of somebody who calls again at the other', async () => {
    const meeting = await newMeeting(a);
    const invited = await a.api('POST', `/api/meetings/${meeting.callId}/invitees`, {});
    const { pin } = invited.body as { pin: string };
    const first = await callInto(a, meeting, 'joined', pin);
    const second = await callInto(b, meeting, 'joined', pin);
    await first.phone.ended;
    expect((await ended(b, first.legId)).termination?.reason).toBe('taken-over');
    const present = await participants(meeting.room);
    expect(present.filter((identity) => identity.endsWith(second.legId))).toHaveLength(1);
  });

  it('have their guests wait when the last host of both has left', async () => {
    const pins = { guestPin: '4711', hostPin: '9898' };
    const meeting = await newMeeting(a, { ...pins, afterHostLeaves: 'lobby' });
    const hosts = [
      await callInto(a, meeting, 'joined', '9898'),
      await callInto(b, meeting, 'joined', '9898'),
    ];
    const guest = await callInto(a, meeting, 'joined', '4711');
    hosts[0]?.phone.hangUp();
    await sleep(2_000);
    expect((await record(b, guest.legId)).state).toBe('joined');
    hosts[1]?.phone.hangUp();
    await until('the wait', async () =>
      (await record(b, guest.legId)).state === 'waiting' ? true : undefined,
    );
    const present = await participants(meeting.room);
    expect(present.filter((identity) => identity.endsWith(guest.legId))).toEqual([]);
  });

  it('let in who waits at one when the other is asked to change the booking', async () => {
    const meeting = await newMeeting(a, { admission: 'lobby' });
    const onA = await callInto(a, meeting, 'waiting');
    await b.api('PATCH', `/api/meetings/${meeting.callId}`, { admission: 'open' });
    await until('the caller to be in', async () =>
      (await record(b, onA.legId)).state === 'joined' ? true : undefined,
    );
  });

  it(
    'let a host at one act on the phones of the other: a private word, let in, mute, lock, move',
    { timeout: 120_000 },
    async () => {
      const pins = { guestPin: '1212', hostPin: '9898' };
      const meeting = await newMeeting(a, { admission: 'lobby', ...pins });
      const elsewhere = await newMeeting(b);
      const chair = await callInto(a, meeting, 'joined', pins.hostPin);
      const guest = await callInto(b, meeting, 'waiting', pins.guestPin);
      guest.phone.sound.speak(sine(440), { endless: true });
      const heardByHost = (heard: boolean) => () =>
        hearsTone(chair.phone, 440) === heard ? true : undefined;
      const press = async (...keys: readonly string[]): Promise<void> => {
        for (const key of keys) {
          await chair.phone.press(key);
          await sleep(1_000);
        }
      };
      await press('*3', '4');
      await until('the private word', heardByHost(true), 30_000);
      expect((await record(a, guest.legId)).state).toBe('waiting');
      await press('*3');
      await until('its end', heardByHost(false));
      await until('the guest at the door again', async () =>
        (await participants(meeting.room)).some((identity) => identity.endsWith(chair.legId))
          ? true
          : undefined,
      );
      await press('*3', '1');
      await until('the guest in the meeting', heardByHost(true), 30_000);
      await press('*5');
      await until('the mute', heardByHost(false));
      await press('*5');
      await until('the unmute', heardByHost(true));
      await press('*7');
      const late = await callInto(b, meeting, 'waiting', pins.guestPin);
      expect((await record(a, late.legId)).state).toBe('waiting');
      const moved = await a.api('POST', `/api/calls/${guest.legId}/move`, {
        callId: elsewhere.callId,
      });
      expect(moved.status).toBe(204);
      await until('the guest elsewhere', async () =>
        (await participants(elsewhere.room)).some((identity) => identity.endsWith(guest.legId))
          ? true
          : undefined,
      );
      await until('their absence', heardByHost(false));
      // Ended by key at one, for the callers of the other.
      await press('*4', '2', '9');
      await late.phone.ended;
      expect((await ended(a, late.legId)).termination?.reason).toBe('meeting-ended');
      expect((await record(a, guest.legId)).state).toBe('joined');
    },
  );

  it('give out the seats of a meeting together', async () => {
    const meeting = await newMeeting(a, { maxParticipants: 2 });
    const { legId } = await callInto(a, meeting);
    await callInto(b, meeting);
    const third = await callMeeting(b, meeting);
    await third.ended;
    const refused = await until('the end of the third call', async () =>
      (await callsOf(b, `state=ended&callId=${meeting.callId}`)).at(0),
    );
    expect(refused.termination?.reason).toBe('full');
    expect(await doTo(b, legId, 'hangup')).toBe(204);
    await ended(b, legId);
    await callInto(b, meeting);
  });

  it(
    'lose no call when one is killed: the other closes what it left, and goes on',
    { timeout: 150_000 },
    async () => {
      const meeting = await newMeeting(a, { maxParticipants: 2 });
      const onA = await callInto(a, meeting);
      const onB = await callInto(b, meeting);
      expect(await participants(meeting.room)).toContain(`ringbro:node-a:${onA.legId}`);
      const killedAt = Date.now();
      await a.stop('SIGKILL');
      // Within the lease it is not known whether the node is dead or slow.
      await sleep(15_000);
      expect((await record(b, onA.legId)).state).toBe('joined');

      const closed = await ended(b, onA.legId, 60_000);
      expect(closed.termination?.reason).toBe('node-died');
      expect(Date.parse(closed.endedAt ?? '')).toBeLessThanOrEqual(killedAt);
      expect(Date.parse(closed.endedAt ?? '')).toBeGreaterThan(killedAt - 12_000);
      await until('its participant to be gone', async () =>
        (await participants(meeting.room)).some((identity) =>
          identity.startsWith('ringbro:node-a:'),
        )
          ? undefined
          : true,
      );
      expect((await record(b, onB.legId)).state).toBe('joined');
      // Its seat is free.
      await callInto(b, meeting);

      a = await startNode('node-a', a.dataDir);
      expect((await record(a, onA.legId)).termination?.reason).toBe('node-died');
      const later = await newMeeting(b);
      const again = await callInto(a, later);
      expect(await doTo(b, again.legId, 'hangup')).toBe(204);
      await again.phone.ended;
    },
  );

  it('leave it to a node that is back at once to close its own calls', async () => {
    const meeting = await newMeeting(b);
    const onA = await callInto(a, meeting);
    await a.stop('SIGKILL');
    a = await startNode('node-a', a.dataDir);
    expect((await record(b, onA.legId)).termination?.reason).toBe('gateway-died');
    await callInto(a, meeting);
  });

  it('stand at the door when they do not share the PIN secret', async () => {
    const other = startGateway({
      livekit,
      env: { ...env, RINGBRO_PIN_SECRET: randomBytes(32).toString('hex') },
    });
    await expect(other).rejects.toThrow('use another RINGBRO_PIN_SECRET');
  });
});
