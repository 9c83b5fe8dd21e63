/** The service desk that the settings name: somebody to be called, or a meeting. */
import { createDeskMeeting } from '../call/desk-meeting.ts';
import type { NodeId } from '../call/identifiers.ts';
import type { MeetingDirectory } from '../call/ports/meetings.ts';
import type { Clock, Logger } from '../call/ports/process.ts';
import type { RoomAdmin } from '../call/ports/room-admin.ts';
import type { SipEngine } from '../call/ports/sip-engine.ts';
import { createServiceDesk, type ServiceDesk } from '../call/service-desk.ts';
import type { Config } from '../config.ts';
import { newLegId } from './engine-from-config.ts';
import type { SideRooms } from '../http/ports.ts';

/** How long the service desk may ring: somebody holds the line meanwhile. */
const ringLimitMs = 45_000;

export const serviceDeskOf = (parts: {
  readonly config: Pick<Config, 'serviceDesk' | 'dialOut'>;
  readonly engine: SipEngine;
  readonly meetings: Pick<MeetingDirectory, 'byCallId'>;
  readonly rooms: RoomAdmin;
  readonly nodeId: NodeId;
  readonly sideRooms: SideRooms;
  readonly clock: Clock;
  readonly logger: Logger;
}): ServiceDesk | undefined => {
  const { config, engine, sideRooms } = parts;
  const desk = config.serviceDesk;
  const common = {
    nodeId: parts.nodeId,
    rooms: parts.rooms,
    newRoom: sideRooms.newRoom,
    logger: parts.logger.child({ part: 'desk' }),
  };
  if (desk === undefined) return undefined;
  if ('callId' in desk) {
    const { meetings, clock } = parts;
    const access = sideRooms.access.bind(sideRooms);
    return createDeskMeeting({
      ...common,
      callId: desk.callId,
      meetings,
      access,
      ringLimitMs,
      clock,
    });
  }
  const dial = engine.dial?.bind(engine);
  if (dial === undefined) return undefined;
  const { callerNumber } = config.dialOut;
  const request = { ...desk, callerNumber, ringLimitMs };
  return createServiceDesk({ ...common, dial, request, newLegId });
};
