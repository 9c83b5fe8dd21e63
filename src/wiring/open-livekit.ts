import { ensureLocalLiveKit } from '../bridge/room/local-server.ts';
import type { NodeId } from '../call/identifiers.ts';
import { identityPrefix } from '../call/participant.ts';
import type { Logger } from '../call/ports/process.ts';
import type { RoomAdmin } from '../call/ports/room-admin.ts';
import type { Closing, GatewayDeps } from './gateway-deps.ts';

export interface LiveKitAccess {
  readonly url: string;
  readonly apiKey: string;
  readonly apiSecret: string;
  readonly local: boolean;
}

export const openLiveKit = async (deps: GatewayDeps, opened: Closing[]): Promise<LiveKitAccess> => {
  const { config, folder, logger, progress, signal } = deps;
  if (config.livekit !== undefined) return { ...config.livekit, local: false };
  const server = await ensureLocalLiveKit({
    dataDir: folder.path,
    progress,
    log: logger.child({ part: 'livekit-server' }),
    signal,
  });
  opened.push(() => server.close());
  return { ...server, local: true };
};

/** What an earlier life of this node left in the rooms. A meeting server that is down is met later, by each call. */
export const removeStaleParticipants = async (rooms: RoomAdmin, nodeId: NodeId, logger: Logger) => {
  try {
    const removed = await rooms.removeStale(identityPrefix(nodeId), () => false);
    if (removed > 0) logger.info({ removed }, 'stale participants removed');
  } catch (error) {
    logger.warn({ err: error }, 'stale participants could not be removed');
  }
};
