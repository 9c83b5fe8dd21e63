/**
 * What the hosts in a meeting's room, and nobody else there, get as LiveKit data messages: a topic,
 * and JSON in UTF-8 (docs/api.md).
 */
export const lobbyTopic = 'ringbro.lobby';
export const pictureTopic = 'ringbro.picture';

export const asData = (notice: Readonly<Record<string, string>>): Uint8Array =>
  new TextEncoder().encode(JSON.stringify(notice));
