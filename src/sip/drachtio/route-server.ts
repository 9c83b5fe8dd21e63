/**
 * Outbound connections: drachtio-server asks over HTTP where each request is to go, and then
 * connects there. All go to us; the query, which says who calls whom, is not looked at.
 */
import { createServer } from 'node:http';
import type { Socket } from 'node:net';

export interface HostAndPort {
  readonly host: string;
  readonly port: number;
}

export interface RouteServer {
  /** Idempotent, never rejects. */
  close(): Promise<void>;
}

/** Answers at `at` that calls go to `target`. A port that cannot be had is told to `onFault`. */
export const startRouteServer = (
  at: HostAndPort,
  target: HostAndPort,
  onFault: (error: unknown) => void,
): RouteServer => {
  const sockets = new Set<Socket>();
  const answer = JSON.stringify({
    action: 'route',
    data: { uri: `${target.host}:${target.port};transport=tcp` },
  });
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(answer);
  });
  server.on('error', onFault);
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(at.port, at.host);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const socket of sockets) socket.destroy();
      }),
  };
};
