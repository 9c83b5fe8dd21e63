/** Two gateways, one PostgreSQL, one livekit-server, and callers of both. */
import { randomBytes } from 'node:crypto';
import { dial, type PhoneCall } from '../../../src/caller/phone.ts';
import { silentLogger } from '../../../src/caller/silent-logger.ts';
import { processClock } from '../../../src/process-clock.ts';
import { participantsOf, startLiveKitServer } from '../../support/livekit-server.ts';
import { startPostgresServer } from '../../support/postgres-server.ts';
import { createWitness, type Witness } from '../../support/witness.ts';
import { writeTrunksFile } from '../../support/trunks-file.ts';
import { apiKey, freePort, startGateway, type GatewayProcess } from './gateway-process.ts';
import { briefKeys, sleep, type StagedMeeting } from './meeting-stage.ts';

export interface NodeCall {
  readonly legId: string;
  readonly sipCallId: string;
  readonly nodeId: string;
  readonly state: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly termination: { readonly reason: string } | null;
}

export interface NodePair {
  readonly a: GatewayProcess;
  readonly b: GatewayProcess;
  /** Starts `a` again, with what it left. */
  restartA(): Promise<void>;
  /** A third node. */
  startThird(more?: Readonly<Record<string, string>>): Promise<GatewayProcess>;
  /** Somebody in the meeting's room without a telephone. */
  witness(meeting: StagedMeeting): Promise<Witness>;
  /** A third node, which does not share the PIN secret. */
  startStranger(): Promise<GatewayProcess>;
  meeting(node: GatewayProcess, fields?: object): Promise<StagedMeeting>;
  /** Dials the meeting at a node. Hangs up with the test (`hangUp`). */
  dial(node: GatewayProcess, meeting: StagedMeeting): Promise<PhoneCall>;
  /** Dials the meeting at a node; its call, once it is in this state. */
  callInto(
    node: GatewayProcess,
    meeting: StagedMeeting,
    state?: 'joined' | 'waiting',
    pin?: string,
  ): Promise<{ readonly phone: PhoneCall; readonly legId: string }>;
  callsOf(node: GatewayProcess, query: string): Promise<readonly NodeCall[]>;
  record(node: GatewayProcess, legId: string): Promise<NodeCall>;
  ended(node: GatewayProcess, legId: string, withinMs?: number): Promise<NodeCall>;
  /** Does `action` to a call; the status of the answer. */
  act(node: GatewayProcess, legId: string, action: string): Promise<number>;
  /** One of `ringbro_media`, such as `link_streams_standing`. */
  mediaFigure(node: GatewayProcess, what: string): Promise<number | undefined>;
  /** Identities of all in a room. */
  participants(room: string): Promise<readonly string[]>;
  until<T>(
    what: string,
    find: () => T | undefined | Promise<T | undefined>,
    withinMs?: number,
  ): Promise<T>;
  hangUp(): Promise<void>;
  close(): Promise<void>;
}

/** `more`: settings of both nodes beside the usual ones; `ofB`: of the second alone. */
export const openNodePair = async (
  more: Readonly<Record<string, string>> = {},
  ofB: Readonly<Record<string, string>> = {},
): Promise<NodePair> => {
  /** What has to go, though a start failed half-way. */
  const opened: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const each of opened.splice(0).toReversed()) await each();
  };
  try {
    return await openInto(opened, close, more, ofB);
  } catch (error) {
    await close();
    throw error;
  }
};

const openInto = async (
  opened: (() => Promise<void>)[],
  close: () => Promise<void>,
  more: Readonly<Record<string, string>>,
  ofB: Readonly<Record<string, string>>,
): Promise<NodePair> => {
  const [postgres, livekit] = await Promise.all([
    startPostgresServer().then((server) => {
      opened.push(() => server.close());
      return server;
    }),
    startLiveKitServer().then((server) => {
      opened.push(() => server.close());
      return server;
    }),
  ]);
  // Calls out go there, and are answered by nobody.
  const peer = `sip:127.0.0.9:${await freePort()}`;
  const trunks = await writeTrunksFile({ name: 'nowhere', addresses: ['127.0.0.9/32'], peer });
  opened.push(() => trunks.remove());
  const env = {
    DATABASE_URL: await postgres.newDatabase(),
    RINGBRO_PIN_SECRET: randomBytes(32).toString('hex'),
    RINGBRO_ADMISSION_WORDS: 'tone',
    RINGBRO_FIRST_MEETING: 'no',
    RINGBRO_WORKERS: '1',
    RINGBRO_SIP_ALLOW: '127.0.0.1',
    RINGBRO_TRUNKS: trunks.path,
    RINGBRO_DIAL_OUT_PREFIXES: '+46',
    RINGBRO_DIAL_OUT_TRUNK: 'nowhere',
    ...more,
  };
  const start = (nodeId: string, dataDir?: string): Promise<GatewayProcess> =>
    startGateway({
      livekit,
      env: { ...env, RINGBRO_NODE_ID: nodeId, ...(nodeId === 'node-b' && ofB) },
      ...(dataDir === undefined ? {} : { dataDir }),
    });
  // One after the other: the first makes the tables.
  let a = await start('node-a');
  opened.push(() => a.forget());
  const b = await start('node-b');
  opened.push(() => b.forget());
  let phones: PhoneCall[] = [];
  let witnesses: Witness[] = [];

  const until: NodePair['until'] = async (what, find, withinMs = 15_000) => {
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
  };
  const callsOf: NodePair['callsOf'] = async (node, query) => {
    const { body } = await node.api('GET', `/api/calls?${query}`);
    return (body as { items: NodeCall[] }).items;
  };
  const record: NodePair['record'] = async (node, legId) =>
    (await node.api('GET', `/api/calls/${legId}`)).body as NodeCall;
  const dialMeeting: NodePair['dial'] = async (node, meeting) => {
    const phone = await dial(`sip:${meeting.callId}@127.0.0.1:${node.sipPort}`, {
      localAddress: '127.0.0.1',
      clock: processClock,
      log: silentLogger,
      number: '+46701234567',
      keyTiming: briefKeys,
    });
    phones.push(phone);
    return phone;
  };

  return {
    get a() {
      return a;
    },
    b,
    restartA: async () => {
      a = await start('node-a', a.dataDir);
    },
    startThird: async (third = {}) => {
      const node = await startGateway({
        livekit,
        env: { ...env, RINGBRO_NODE_ID: 'node-c', ...third },
      });
      opened.push(() => node.forget());
      return node;
    },
    witness: async ({ room }) => {
      const witness = await createWitness({ ...livekit, room, identity: 'kim' });
      witnesses.push(witness);
      return witness;
    },
    startStranger: () =>
      startGateway({
        livekit,
        env: { ...env, RINGBRO_PIN_SECRET: randomBytes(32).toString('hex') },
      }),
    meeting: async (node, fields = {}) => {
      const { status, body } = await node.api('POST', '/api/meetings', fields);
      if (status !== 201) throw new Error(`no meeting: ${status} ${JSON.stringify(body)}`);
      return body as StagedMeeting;
    },
    dial: dialMeeting,
    callInto: async (node, meeting, state = 'joined', pin) => {
      const phone = await dialMeeting(node, meeting);
      const legId = await until('the record of the call', async () => {
        const { sipCallId } = phone.session;
        const live = await callsOf(node, 'state=live&limit=100');
        return live.find((each) => each.sipCallId === sipCallId)?.legId;
      });
      if (pin !== undefined) {
        await until('the question for the PIN', async () => {
          const { body } = await node.api('GET', `/api/calls/${legId}`);
          return JSON.stringify(body).includes('enter-pin') ? true : undefined;
        });
        await phone.press(pin);
      }
      await until(`a call that is ${state}`, async () =>
        (await record(node, legId)).state === state ? true : undefined,
      );
      // The tone of admission, then the microphone opens.
      await sleep(600);
      return { phone, legId };
    },
    callsOf,
    record,
    ended: (node, legId, withinMs) =>
      until(
        'the end of a call',
        async () => {
          const call = await record(node, legId);
          return call.state === 'ended' ? call : undefined;
        },
        withinMs,
      ),
    act: async (node, legId, action) =>
      (await node.api('POST', `/api/calls/${legId}/${action}`)).status,
    mediaFigure: async ({ httpUrl }, what) => {
      const headers = { authorization: `Bearer ${apiKey}` };
      const text = await (await fetch(`${httpUrl}/metrics`, { headers })).text();
      const found = new RegExp(`^ringbro_media\\{what="${what}"\\} (\\d+)`, 'm').exec(text)?.[1];
      return found === undefined ? undefined : Number(found);
    },
    participants: (room) => participantsOf(livekit, room),
    until,
    hangUp: async () => {
      await Promise.all([...phones, ...witnesses].map((each) => each.close()));
      phones = [];
      witnesses = [];
    },
    close,
  };
};
