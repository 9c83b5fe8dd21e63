/** What TCP and TLS have in common: a server that listens, its connections, and one end of both. */
import type { Server } from 'node:net';
import { endpointText, type Endpoint } from '../transaction/flow.ts';
import { listenOn } from './listen-on.ts';
import { SipListenError, type SipTransport, type TransportListener } from './sip-transport.ts';
import type { StreamConnections } from './stream-connections.ts';

/** Of one transport; what it accepts and connects looks at it, too. */
export interface StreamState {
  /** What was asked for, until it listens. */
  local: Endpoint;
  isClosed: boolean;
}

export interface ServedStreams {
  readonly kind: 'tcp' | 'tls';
  readonly server: Server;
  readonly state: StreamState;
  readonly connections: StreamConnections;
  readonly listener: TransportListener;
  /** Ends what is no connection yet. */
  readonly onClose?: () => void;
}

/** Begins to listen on `state.local`. Rejects with `sip/listen-failed`. */
export const serveStreams = async ({
  kind,
  server,
  state,
  connections,
  listener,
  onClose,
}: ServedStreams): Promise<SipTransport> => {
  const { local: asked } = state;
  try {
    state.local = { address: asked.address, port: await listenOn(server, asked) };
  } catch (error) {
    throw new SipListenError(`${kind} ${endpointText(asked)}`, error);
  }
  server.on('error', () => {
    listener.onDropped('connection-broken');
  });
  return {
    kind,
    get local() {
      return state.local;
    },
    send: (bytes, flow, onFailed) => {
      if (state.isClosed) setImmediate(onFailed);
      else connections.send(bytes, flow, onFailed);
    },
    hasConnection: connections.hasConnection,
    get connections() {
      return connections.connections;
    },
    close: () => {
      if (state.isClosed) return Promise.resolve();
      state.isClosed = true;
      return new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        onClose?.();
        connections.closeAll();
      });
    },
  };
};
