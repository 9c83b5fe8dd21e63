/** When an open page does what, on the clock of the browser, from how long the server keeps the session. */

export interface IdleTimes {
  /** From then on it is worth telling the server that somebody is there. */
  readonly tellAt: number;
  readonly warnAt: number;
  /** The session is over. */
  readonly endAt: number;
}

const warnBeforeMs = 120_000;
const tellEveryMs = 60_000;

/** @param idleInS from now on, unless the server is told */
export function idleTimes(idleInS: number, now: number): IdleTimes {
  const idleMs = idleInS * 1_000;
  return {
    tellAt: now + Math.min(tellEveryMs, idleMs / 4),
    warnAt: now + idleMs - Math.min(warnBeforeMs, idleMs / 2),
    // The server's second, not one before it.
    endAt: now + idleMs + 1_000,
  };
}
