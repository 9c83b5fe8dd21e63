/** The doors for BFCP, one for each address of ours that a device called, opened with its first call. */
import type { Logger } from '../../call/ports/process.ts';
import { openFloorDoor, type FloorDoor } from './floor-door.ts';

export interface FloorDoors {
  /** Undefined where none can be opened: the call goes on without a second stream. */
  at(address: string): Promise<FloorDoor | undefined>;
  /** Idempotent, never rejects. */
  close(): Promise<void>;
}

/** `port` 0: a free one of each address. */
export const createFloorDoors = (port: number, log: Logger): FloorDoors => {
  const doors = new Map<string, Promise<FloorDoor | undefined>>();
  let isClosed = false;
  const open = async (address: string): Promise<FloorDoor | undefined> => {
    try {
      return await openFloorDoor({ address, port, log });
    } catch (error) {
      log.warn({ err: error, port }, 'no port for floor control');
      doors.delete(address);
      return undefined;
    }
  };

  return {
    at: (address) => {
      if (isClosed) return Promise.resolve(undefined);
      const known = doors.get(address) ?? open(address);
      doors.set(address, known);
      return known;
    },
    close: async () => {
      isClosed = true;
      const opened = await Promise.all(doors.values());
      await Promise.all(opened.map(async (door) => door?.close()));
    },
  };
};
