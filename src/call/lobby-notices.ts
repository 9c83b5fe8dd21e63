/** Tells the hosts in a meeting's room, and nobody else there, who came to the door and who left it. */
import type { CallerNews } from './caller-watch.ts';
import { asData, lobbyTopic } from './host-notice.ts';
import type { Logger } from './ports/process.ts';
import type { RoomAdmin } from './ports/room-admin.ts';

export interface LobbyNotices {
  tell(news: CallerNews): void;
}

export function createLobbyNotices(deps: {
  readonly rooms: Pick<RoomAdmin, 'sendToHosts'>;
  readonly logger: Logger;
}): LobbyNotices {
  /** One after the other: who came and left did not leave and come. */
  let sent: Promise<void> = Promise.resolve();
  return {
    tell({ seen, legId, room, before, number }) {
      const waits = seen?.place === 'door';
      if (waits === (before === 'door')) return;
      const notice = {
        event: waits ? 'waiting' : 'left-lobby',
        legId,
        ...(number === undefined ? {} : { number }),
      };
      const data = asData(notice);
      sent = sent
        .then(() => deps.rooms.sendToHosts(room, lobbyTopic, data))
        .catch((error: unknown) => {
          deps.logger.warn({ err: error }, 'hosts in the room were not told of the lobby');
        });
    },
  };
}
