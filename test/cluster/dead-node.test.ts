import { describe, expect, test } from 'vitest';
import { asNodeId, asRoomName } from '../../src/call/identifiers.ts';
import { callersPresent, removeCallers } from '../../src/cluster/dead-node.ts';
import { callRecord, silentLogger } from '../store/records.ts';

describe('whether callers of a silent node are in a room', () => {
  /** A meeting server with these participants; what it was told to remove. */
  const rooms = (...identities: readonly string[]) => {
    const removed: string[] = [];
    return {
      removed,
      removeStale: async (prefix: string, keep: (identity: string) => boolean) => {
        const stale = identities.filter((id) => id.startsWith(prefix) && !keep(id));
        removed.push(...stale);
        return stale.length;
      },
    };
  };

  test('is asked of LiveKit, and nobody is removed by asking', async () => {
    const server = rooms('ringbro:node-a:leg', 'ringbro:node-b:leg', 'guest');
    expect(await callersPresent(server, 'node-a')).toBe(true);
    expect(await callersPresent(server, 'node-c')).toBe(false);
    expect(server.removed).toEqual([]);
  });

  test('a node whose name begins alike is another one', async () => {
    expect(await callersPresent(rooms('ringbro:node-a2:leg'), 'node-a')).toBe(false);
  });
});

test('the callers of a dead node are removed one by one, and one that fails stops no other', async () => {
  const removed: string[] = [];
  await removeCallers(
    {
      removeParticipant: async (room, identity) => {
        if (identity.endsWith('two')) throw new Error('unreachable');
        removed.push(`${room} ${identity}`);
      },
    },
    asNodeId('node-a'),
    [
      callRecord('one', { room: asRoomName('room-1') }),
      callRecord('two', { room: asRoomName('room-1') }),
      callRecord('still in the menus'),
      callRecord('three', { room: asRoomName('room-2') }),
    ],
    silentLogger,
  );
  expect(removed).toEqual(['room-1 ringbro:node-a:one', 'room-2 ringbro:node-a:three']);
});
