import { DisconnectReason } from '@livekit/protocol';
import { expect, test } from 'vitest';
import { meaningOfDisconnect } from '../../../src/bridge/room/disconnect-reason.ts';

const reasons = Object.values(DisconnectReason).filter((value) => typeof value === 'number');

test('every reason that the protocol knows has the meaning that the table gives', () => {
  const table = reasons.map(
    (reason) => `${DisconnectReason[reason]} ${meaningOfDisconnect(reason)}`,
  );
  expect(table).toEqual([
    'UNKNOWN_REASON reconnect',
    'CLIENT_INITIATED removed',
    'DUPLICATE_IDENTITY duplicate-identity',
    'SERVER_SHUTDOWN reconnect',
    'PARTICIPANT_REMOVED removed',
    'ROOM_DELETED room-deleted',
    'STATE_MISMATCH reconnect',
    'JOIN_FAILURE reconnect',
    'MIGRATION reconnect',
    'SIGNAL_CLOSE reconnect',
    'ROOM_CLOSED room-deleted',
    'USER_UNAVAILABLE removed',
    'USER_REJECTED removed',
    'SIP_TRUNK_FAILURE removed',
    'CONNECTION_TIMEOUT reconnect',
    'MEDIA_FAILURE reconnect',
    'AGENT_ERROR reconnect',
  ]);
});

test("a newer server's reason is worth another try", () => {
  expect(meaningOfDisconnect(Math.max(...reasons) + 1)).toBe('reconnect');
});
