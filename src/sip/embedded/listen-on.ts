import type { Server } from 'node:net';
import type { Endpoint } from '../transaction/flow.ts';

/** Begins to listen; the port is the one that was bound. Rejects with the system's error. */
export const listenOn = (server: Server, endpoint: Endpoint): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: endpoint.address, port: endpoint.port, ipv6Only: true }, () => {
      server.off('error', reject);
      const bound = server.address();
      resolve(typeof bound === 'object' && bound !== null ? bound.port : endpoint.port);
    });
  });
