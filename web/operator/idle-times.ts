/** When an open page does what, on the clock of the browser, from how long the server keeps the session. */

export interface Idle {
  /** From now on, unless the server is told. */
  readonly idleInS: number;
  /** After each time it is told. */
  readonly idleLimitS: number;
}

export interface IdleTimes {
  /** From then on it is worth telling the server that somebody is there. */
  readonly tellAt: number;
  readonly warnAt: number;
  /** The session is over. */
  readonly endAt: number;
}

const warnBeforeMs = 120_000;
const tellEveryMs = 60_000;

export function idleTimes({ idleInS, idleLimitS }: Idle, now: number): IdleTimes {
  const limitMs = idleLimitS * 1_000;
  const overAt = now + idleInS * 1_000;
  return {
    tellAt: overAt - limitMs + Math.min(tellEveryMs, limitMs / 4),
    warnAt: overAt - Math.min(warnBeforeMs, limitMs / 2),
    // The server's second, not one before it.
    endAt: overAt + 1_000,
  };
}
