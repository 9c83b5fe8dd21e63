/** Doors of floor control without sockets: who sits there can be made to hear. */
import type { FloorSeat } from '../../src/sip/bfcp/floor-door.ts';
import type { FloorDoors } from '../../src/sip/bfcp/floor-doors.ts';

export interface FakeFloorDoors extends FloorDoors {
  /** Those that are taken, in order. */
  readonly seats: readonly FloorSeat[];
  /** The device of the last seat asks for the floor. */
  requestFloor(): void;
}

export const createFakeFloorDoors = (): FakeFloorDoors => {
  const seats: FloorSeat[] = [];
  let transaction = 0;
  return {
    seats,
    at: async () => ({
      port: 5070,
      take: (seat) => {
        seats.push(seat);
        return {
          send: () => undefined,
          close: () => void seats.splice(seats.indexOf(seat), 1),
        };
      },
      close: async () => undefined,
    }),
    requestFloor: () => {
      const seat = seats.at(-1);
      const request = Buffer.from('40010001000000000000000205040001', 'hex');
      request.writeUInt32BE(seat?.conferenceId ?? 0, 4);
      request.writeUInt16BE((transaction += 1), 8);
      seat?.onMessage(request);
    },
    close: async () => undefined,
  };
};
