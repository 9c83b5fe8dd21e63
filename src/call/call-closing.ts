/**
 * The end of one call, in this order (docs/closures.md): figures are asked for, BYE, the registry
 * forgets the call, the seat is given back and the journal gets the end.
 */
import type { CallEffects } from './call-effects.ts';
import type { CallPorts } from './call-session.ts';
import type { LegId } from './identifiers.ts';
import type { CallRecord } from './ports/call-records.ts';
import type { Clock, Logger } from './ports/process.ts';
import type { LegQuality } from './ports/sip-engine.ts';

export interface CallClosingDeps {
  readonly ports: Pick<CallPorts, 'clock' | 'directory' | 'journal'>;
  readonly legId: LegId;
  readonly effects: Pick<CallEffects, 'hangUp' | 'quality' | 'seat' | 'journalBegun'>;
  readonly hasHungUp: boolean;
  readonly finalRecord: (figures: LegQuality | undefined) => CallRecord;
  /** The end of the call may be told. */
  readonly tell: () => void;
  readonly logger: Logger;
}

const qualityTimeoutMs = 500;
/** Longer than any port is waited for; what comes later is still done, but nobody waits. */
const closeTimeoutMs = 10_000;

/** Never rejects. */
export function closeCall(deps: CallClosingDeps): Promise<void> {
  const { ports, effects, legId } = deps;
  const { clock } = ports;

  async function settle(message: string, task: () => Promise<void>): Promise<void> {
    try {
      await task();
    } catch (error) {
      deps.logger.error({ err: error }, message);
    }
  }

  const hangUp = async (): Promise<void> => {
    effects.hangUp();
    await Promise.resolve();
  };

  /** Only when the seat is there can it be given back. */
  async function giveSeatBack(): Promise<void> {
    const seat = effects.seat();
    if (seat === undefined) return;
    await seat;
    await settle('seat was not given back', () => ports.directory.releaseSeat(legId));
  }

  /** As many ends as starts, also where the start was slow. */
  async function writeEnd(last: CallRecord): Promise<void> {
    if (!(await effects.journalBegun())) return;
    await settle('end was not written', () => ports.journal.end(last));
  }

  return settle('bug at the end of a call', async () => {
    if (!deps.hasHungUp) await settle('leg did not hang up', hangUp);
    const figures = await withTimeout(clock, effects.quality(), qualityTimeoutMs);
    const last = deps.finalRecord(figures);
    deps.tell();
    await withTimeout(clock, Promise.all([giveSeatBack(), writeEnd(last)]), closeTimeoutMs);
  });
}

async function withTimeout<T>(
  clock: Clock,
  promise: Promise<T> | undefined,
  timeoutMs: number,
): Promise<T | undefined> {
  if (promise === undefined) return undefined;
  const late = Promise.withResolvers<undefined>();
  const cancel = clock.at(clock.now() + timeoutMs, () => {
    late.resolve(undefined);
  });
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    cancel();
  }
}
