/**
 * The timers of RFC 3261 §17 (table 4) as changed by RFC 6026, in one table.
 *
 * | timer | value (unreliable / reliable)   | what it does                                    |
 * |-------|---------------------------------|-------------------------------------------------|
 * | A     | T1, doubled / -                 | INVITE request retransmission                   |
 * | B     | 64*T1                           | INVITE transaction timeout                      |
 * | D     | 32 s / 0                        | wait for retransmitted final responses          |
 * | E     | T1, doubled up to T2 / -        | non-INVITE request retransmission               |
 * | F     | 64*T1                           | non-INVITE transaction timeout                  |
 * | G     | T1, doubled up to T2 / -        | INVITE final response retransmission            |
 * | H     | 64*T1                           | wait for the ACK                                |
 * | I     | T4 / 0                          | wait for retransmitted ACKs                     |
 * | J     | 64*T1 / 0                       | wait for retransmitted non-INVITE requests      |
 * | K     | T4 / 0                          | wait for retransmitted responses                |
 * | L     | 64*T1                           | wait for retransmitted INVITEs after a 2xx      |
 * | M     | 64*T1                           | wait for retransmitted or further 2xx           |
 *
 * Timer C is a proxy's. `trying` is the 200 ms within which an INVITE is answered (§17.2.1).
 */
export interface TimerBase {
  /** Round-trip estimate. */
  readonly t1Ms: number;
  /** Longest interval between retransmissions. */
  readonly t2Ms: number;
  /** Longest time a message stays in the network. */
  readonly t4Ms: number;
}

export const defaultTimerBase: TimerBase = { t1Ms: 500, t2Ms: 4000, t4Ms: 5000 };

export interface TransactionTimers {
  /** Whether requests and final responses are retransmitted at all. */
  readonly reliable: boolean;
  readonly t1Ms: number;
  readonly t2Ms: number;
  readonly timeoutMs: number;
  readonly dMs: number;
  readonly iMs: number;
  readonly jMs: number;
  readonly kMs: number;
  readonly tryingMs: number;
}

/** Every duration a transaction needs. `timeoutMs` is 64*T1: timers B, F, H, L and M. */
export const transactionTimers = (
  reliable: boolean,
  base: TimerBase = defaultTimerBase,
): TransactionTimers => {
  const timeoutMs = 64 * base.t1Ms;
  return {
    reliable,
    t1Ms: base.t1Ms,
    t2Ms: base.t2Ms,
    timeoutMs,
    // "At least 32 seconds": 64*T1 with the default T1.
    dMs: reliable ? 0 : Math.max(32_000, timeoutMs),
    iMs: reliable ? 0 : base.t4Ms,
    jMs: reliable ? 0 : timeoutMs,
    kMs: reliable ? 0 : base.t4Ms,
    tryingMs: 200,
  };
};
