import { randomInt } from 'node:crypto';
import { asNodeId } from '../call/identifiers.ts';
import type { CallRecord } from '../call/ports/call-records.ts';
import type { Logger } from '../call/ports/process.ts';
import type { RoomAdmin } from '../call/ports/room-admin.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { callersPresent, removeCallers } from '../cluster/dead-node.ts';
import { generateCallId } from '../meeting/call-id.ts';
import { type Store, openStore } from '../store/store.ts';
import type { Closing, GatewayDeps } from './gateway-deps.ts';
import type { Outside } from './outside.ts';

/** `closed`: the calls that an earlier life of this node left open. */
export const openCallStore = async (
  deps: GatewayDeps,
  opened: Closing[],
): Promise<{ store: Store; closed: readonly CallRecord[] }> => {
  const { config, folder, clock, logger, progress } = deps;
  const store = await openStore({
    folder: folder.path,
    nodeId: folder.nodeId,
    databaseUrl: config.databaseUrl,
    pinSecret: folder.pinSecret,
    makeCallId: () => generateCallId(randomInt),
    clock,
    logger: logger.child({ part: 'store' }),
  });
  opened.push(() => store.close());
  const closed = await store.recover(clock.now());
  if (closed.length > 0) progress(`closed ${closed.length} calls that an earlier life left open`);
  return { store, closed };
};

interface NodeWatchParts {
  readonly store: Store;
  readonly rooms: RoomAdmin;
  readonly cluster: Cluster;
  readonly outside: Outside;
  readonly logger: Logger;
}

/** What a dead node of the same store left open is closed here, its participants removed. */
export const watchOtherNodes = ({ store, rooms, cluster, outside, logger }: NodeWatchParts) => {
  store.watchNodes({
    callersPresent: (node) => callersPresent(rooms, node),
    onDead({ nodeId, calls }) {
      const dead = asNodeId(nodeId);
      cluster.nodeGone(dead);
      outside.callsClosed(calls);
      void removeCallers(rooms, dead, calls, logger);
    },
  });
};
