import { startLiveKitServer } from '../../test/support/livekit-server.ts';
import { startGatewayUnderTest } from '../support/gateway-under-test.ts';
import type { ComparedGateway } from './load.ts';

/** Our own gateway, with a livekit-server of its own; callers dial call IDs. */
export async function startRingbro(rooms: number): Promise<ComparedGateway> {
  const livekit = await startLiveKitServer();
  const gateway = await startGatewayUnderTest(livekit).catch(async (error: unknown) => {
    await livekit.close();
    throw error;
  });
  const targets: string[] = [];
  for (let room = 0; room < rooms; room += 1)
    targets.push(gateway.target((await gateway.makeMeeting()).callId));
  return {
    name: 'ringbro',
    pid: gateway.pid,
    targets,
    async close() {
      await gateway.stop();
      await livekit.close();
    },
  };
}
