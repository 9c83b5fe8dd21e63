/** One event socket to a FreeSWITCH with drachtio-fsmrf's media server on it; used until it breaks. */
import { createServer } from 'node:net';
import esl from 'drachtio-modesl';
import MediaServer from 'drachtio-fsmrf/lib/mediaserver.js';
import type { Logger } from '../../call/ports/process.ts';
import type {
  EslConnection,
  FsmrfEndpoint,
  FsmrfMediaServer,
  FsmrfSignalling,
} from './drachtio-types.ts';
import { faultName, guardSocket } from './socket-guard.ts';

/** Makes the dialog of one channel. */
export type SignalCall = FsmrfSignalling['createUAC'];

export interface FreeSwitchLink {
  /** host:port of the profile. */
  readonly sipAddress: string | undefined;
  readonly eventSockets: number;
  /** The body of the answer. Does not settle where the link breaks first. */
  api(command: string): Promise<string>;
  createEndpoint(
    signal: SignalCall,
    offer: string | undefined,
    headers: Readonly<Record<string, string>>,
  ): Promise<FsmrfEndpoint>;
  onLost(listener: () => void): void;
  /** Channels that are up keep their own connections. */
  close(): void;
}

export interface FreeSwitchLinkOptions {
  readonly server: { readonly host: string; readonly port: number };
  readonly secret: string;
  readonly listenAddress: string;
  readonly listenPort?: number;
  readonly advertisedAddress?: string | undefined;
  readonly log: Logger;
}

/** The name drachtio-fsmrf gives it; deploy/freeswitch has it. */
const profile = 'drachtio_mrf';
const callHeader = 'X-ringbro-call';

/** Rejects where the address, the secret or the profile is not as it should be. */
export const openFreeSwitchLink = async (
  options: FreeSwitchLinkOptions,
): Promise<FreeSwitchLink> => {
  const { listenAddress, listenPort = 0 } = options;
  // fsmrf's own server has nobody to hear its `error`.
  await checkListen(listenPort, listenAddress);
  const onFault = (error: unknown): void => {
    options.log.error({ fault: faultName(error) }, 'bad data on an event socket');
  };
  const connection = await openConnection(options, onFault);
  const signalling = createSignalling();
  try {
    const media = await openMediaServer(connection, options, signalling, onFault);
    return linkOn(connection, media, signalling);
  } catch (error) {
    connection.disconnect();
    throw error;
  }
};

const checkListen = (port: number, host: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(port, host, () => {
      probe.close(() => {
        resolve();
      });
    });
  });

const openConnection = (
  { server, secret }: FreeSwitchLinkOptions,
  onFault: (error: unknown) => void,
): Promise<EslConnection> =>
  new Promise((resolve, reject) => {
    const connection = new esl.Connection(server.host, server.port, secret, () => {
      resolve(connection);
    });
    // Whoever uses the link connects anew: the library forgets what it had subscribed to.
    connection.closing = true;
    connection.on('esl::connect', () => {
      if (connection.socket) guardSocket(connection.socket, onFault);
    });
    const fail = (reason: string) => () => {
      reject(new Error(reason));
      connection.disconnect();
    };
    connection.on('esl::event::auth::fail', fail('freeswitch refuses the secret'));
    connection.on('esl::event::raw::text/rude-rejection', fail('freeswitch refuses our address'));
    connection.on('esl::end', fail('the event socket was closed'));
    connection.on('error', (error: unknown) => {
      reject(error instanceof Error ? error : new Error('the event socket failed'));
    });
  });

/**
 * fsmrf has one `srf` a media server, and sends through whatever connection that has. Ours finds the
 * call that asked, and with it the drachtio-server that the caller came in on.
 */
const createSignalling = () => {
  const calls = new Map<string, SignalCall>();
  let count = 0;
  return {
    /** The headers by which `createUAC` knows the call. */
    expect: (signal: SignalCall): Readonly<Record<string, string>> => {
      const key = String(++count);
      calls.set(key, signal);
      return { [callHeader]: key };
    },
    createUAC: (async (uri, { headers, ...rest }) => {
      const { [callHeader]: key = '', ...others } = headers;
      const signal = calls.get(key);
      calls.delete(key);
      if (signal === undefined) throw new Error('a channel that no call asked for');
      return signal(uri, { headers: others, ...rest });
    }) satisfies SignalCall,
  };
};

const openMediaServer = (
  connection: EslConnection,
  { listenAddress, listenPort = 0, advertisedAddress }: FreeSwitchLinkOptions,
  srf: FsmrfSignalling,
  onFault: (error: unknown) => void,
): Promise<FsmrfMediaServer> =>
  new Promise((resolve, reject) => {
    const media = new MediaServer(
      connection,
      { srf, customEvents: [] },
      listenAddress,
      listenPort,
      advertisedAddress,
      undefined,
      profile,
    );
    // It is not fsmrf that connects anew.
    media.closing = true;
    media.on('error', (error) => {
      reject(error instanceof Error ? error : new Error(`no profile ${profile}`));
    });
    media.on('connect', () => {
      media._server?.on('connection::open', ({ socket }) => {
        if (socket) guardSocket(socket, onFault);
      });
    });
    media.on('ready', () => {
      resolve(media);
    });
  });

const linkOn = (
  connection: EslConnection,
  media: FsmrfMediaServer,
  signalling: ReturnType<typeof createSignalling>,
): FreeSwitchLink => ({
  get sipAddress() {
    return media.sip.ipv4.udp.address;
  },
  get eventSockets() {
    return media._server?.getCountOfConnections() ?? 0;
  },
  api: (command) =>
    new Promise((resolve) => {
      connection.api(command, (event) => {
        resolve(event.getBody() ?? '');
      });
    }),
  createEndpoint: async (signal, offer, headers) =>
    media.createEndpoint({
      // That there is an offer is all it has to know, and it throws at SRTP: `signal` has the real one.
      remoteSdp: offer === undefined ? undefined : 'v=0',
      headers: { ...headers, ...signalling.expect(signal) },
    }),
  onLost: (listener) => {
    connection.on('esl::end', listener);
    connection.on('error', listener);
  },
  close: () => {
    media._server?.close();
    connection.disconnect();
  },
});
