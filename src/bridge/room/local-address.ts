import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';

/** Any port will do: nothing is sent to it. */
const probePort = 9;

/**
 * Our own address on the way to the server of `url`. A connected UDP socket sends nothing, but makes
 * the system choose the route. Rejects when the name has no address or there is no route.
 */
export const localAddressToward = async (url: string): Promise<string> => {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
  const { address, family } = await lookup(host);
  const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
  try {
    return await new Promise<string>((resolve, reject) => {
      socket.once('error', reject);
      socket.connect(probePort, address, () => {
        resolve(socket.address().address);
      });
    });
  } finally {
    socket.close();
  }
};
