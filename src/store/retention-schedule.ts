/** Runs the removal of what is old, from a minute after the start on each hour, and says so in the audit log. */
import type { AuditLog } from '../call/ports/access.ts';
import { createAuditIds } from '../call/audit-id.ts';
import type { Clock, Logger } from '../call/ports/process.ts';
import type { Removed } from './retention.ts';

export interface RetentionSchedule {
  /** Waits for a run that is on. Idempotent, never rejects. */
  close(): Promise<void>;
}

export interface RetentionScheduleOptions {
  /** Undefined where another node is at it. */
  readonly run: () => Promise<readonly Removed[] | undefined>;
  readonly audit: Pick<AuditLog, 'write'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

const firstAfterMs = 60_000;
const everyMs = 3_600_000;

export function scheduleRetention(options: RetentionScheduleOptions): RetentionSchedule {
  const { run, audit, clock, logger } = options;
  const nextId = createAuditIds();
  let running: Promise<void> | undefined;
  let cancel = clock.at(clock.now() + firstAfterMs, tick);
  let closed = false;

  function tick(): void {
    running = runOnce().finally(() => {
      running = undefined;
      if (!closed) cancel = clock.at(clock.now() + everyMs, tick);
    });
  }

  async function runOnce(): Promise<void> {
    try {
      for (const removed of (await run()) ?? []) await tell(removed);
    } catch (error) {
      logger.error({ err: error }, 'old records could not be deleted');
    }
  }

  async function tell({ unit, ...counts }: Removed): Promise<void> {
    if (Object.values(counts).every((count) => count === 0)) return;
    const told = Object.entries(counts).map(([name, count]) => `${name} ${count}`);
    const at = clock.now();
    logger.info({ unit, ...counts }, 'old records deleted');
    await audit.write({
      auditId: nextId(at),
      at,
      actor: 'gateway',
      action: 'retention.run',
      target: told.join(', '),
      status: 200,
      address: undefined,
      reason: 'older than it is kept',
      unit,
    });
  }

  return {
    async close() {
      closed = true;
      cancel();
      await running;
    },
  };
}
