/** What a stress run plays against: gateways of its own with all they need, or one that runs already. */
import { randomBytes } from 'node:crypto';
import { enginesUnderTest } from '../../test/e2e/support/engines.ts';
import { apiKey, startGateway } from '../../test/e2e/support/gateway-process.ts';
import { startLiveKitServer, type TestLiveKitServer } from '../../test/support/livekit-server.ts';
import { startPostgresServer } from '../../test/support/postgres-server.ts';
import { createApiClient, type ApiClient } from './api-client.ts';
import type { StressPlan } from './plan.ts';

export interface Scene {
  readonly gateways: readonly SceneGateway[];
  /** The API of any of them: they share their store. */
  readonly api: ApiClient;
  /** undefined: the other gateway's, to which we have no keys. */
  readonly livekit: TestLiveKitServer | undefined;
  close(): Promise<void>;
}

export interface SceneGateway {
  readonly name: string;
  /** `host:port` */
  readonly sip: string;
  /** undefined: not a process of ours. */
  readonly httpUrl: string | undefined;
  /** undefined: not a process of ours. */
  readonly pid: number | undefined;
}

/** Ports of a gateway's RTP: enough for a thousand calls, apart from each other's. */
const rtpPortsOf = (node: number): string => `${20_000 + 4000 * node}-${23_999 + 4000 * node}`;

export async function openScene(plan: StressPlan): Promise<Scene> {
  if (plan.target !== undefined) {
    const { sip, apiUrl, apiKey: key } = plan.target;
    return {
      gateways: [{ name: 'gateway', sip, httpUrl: undefined, pid: undefined }],
      api: createApiClient(apiUrl, key),
      livekit: undefined,
      close: () => Promise.resolve(),
    };
  }
  const opened: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const end of opened.reverse()) await end();
  };
  try {
    return { ...(await startAll(plan, opened)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startAll(
  plan: StressPlan,
  opened: (() => Promise<void>)[],
): Promise<Omit<Scene, 'close'>> {
  const engine = enginesUnderTest.find(({ name }) => name === plan.engine);
  if (engine?.missing !== undefined) throw new Error(engine.missing);
  const livekit = await startLiveKitServer();
  opened.push(() => livekit.close());
  const shared = plan.nodes > 1 ? await sharedStore(opened) : {};
  const started = [];
  for (let node = 0; node < plan.nodes; node += 1) {
    const gateway = await startGateway({
      livekit,
      env: {
        RINGBRO_FIRST_MEETING: 'no',
        // Heard at once: the words of admission are no part of what is timed.
        RINGBRO_ADMISSION_WORDS: 'tone',
        RINGBRO_NODE_ID: `node-${node + 1}`,
        RINGBRO_RTP_PORTS: rtpPortsOf(node),
        RINGBRO_MAX_CALLS: String(plan.calls + plan.listeners + 100),
        ...(plan.noLinks && { RINGBRO_NODE_LINK: 'off' }),
        ...shared,
        ...engine?.env,
      },
    });
    opened.push(async () => {
      await gateway.stop('SIGKILL');
      await gateway.forget();
    });
    started.push(gateway);
  }
  const first = started[0];
  if (first === undefined) throw new Error('no gateway was started');
  return {
    livekit,
    api: createApiClient(first.httpUrl, apiKey),
    gateways: started.map(({ sipPort, httpUrl, child }, node) => ({
      name: plan.nodes === 1 ? 'gateway' : `gateway ${node + 1}`,
      sip: `127.0.0.1:${engine?.sipPort ?? sipPort}`,
      httpUrl,
      pid: child.pid,
    })),
  };
}

async function sharedStore(opened: (() => Promise<void>)[]) {
  const postgres = await startPostgresServer();
  opened.push(() => postgres.close());
  return {
    DATABASE_URL: await postgres.newDatabase(),
    RINGBRO_PIN_SECRET: randomBytes(32).toString('hex'),
  };
}
