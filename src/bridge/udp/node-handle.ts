/** What Node keeps to itself of a UDP socket (26.10). Looked up with care: where it is not there, it is not used. */
import type { Socket } from 'node:dgram';

export interface NodeHandle {
  readonly fd: number;
  /** From now on nothing is read by Node. */
  recvStop(): unknown;
}

const isHandle = (value: unknown): value is NodeHandle =>
  typeof value === 'object' &&
  value !== null &&
  typeof Reflect.get(value, 'recvStop') === 'function' &&
  Number(Reflect.get(value, 'fd')) > 0;

/** Of a bound socket that is not closed; else undefined. */
export const nodeHandleOf = (socket: Socket): NodeHandle | undefined => {
  const key = Object.getOwnPropertySymbols(socket).find(
    ({ description }) => description === 'state symbol',
  );
  const state: unknown = key && Reflect.get(socket, key);
  if (typeof state !== 'object' || state === null) return undefined;
  const handle: unknown = Reflect.get(state, 'handle');
  return isHandle(handle) ? handle : undefined;
};
