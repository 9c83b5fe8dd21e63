/** When an interpreter is in the meeting: for the record, by the minute of which they are paid. */
import type { CallContext } from './call-context.ts';

type Interpreter = Pick<CallContext, 'role' | 'interpreting'>;

/** In the room from now. */
export function startInterpreting(c: Interpreter, now: number): void {
  if (c.role !== 'interpreter' || isOpen(c)) return;
  c.interpreting = [...c.interpreting, { startedAt: now }];
}

/** Out of the room, or the call is over. */
export function stopInterpreting(c: Interpreter, now: number): void {
  if (!isOpen(c)) return;
  c.interpreting = c.interpreting.map((time) => ({ endedAt: now, ...time }));
}

const isOpen = ({ interpreting }: Interpreter): boolean => {
  const last = interpreting.at(-1);
  return last !== undefined && last.endedAt === undefined;
};
