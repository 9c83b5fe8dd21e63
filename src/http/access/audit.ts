/** Every change that is asked for is written down: who, what, to which, with what answer. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { createAuditIds } from '../../call/audit-id.ts';
import type { AuditEntry, AuditLog } from '../../call/ports/access.ts';
import type { Clock, Logger } from '../../call/ports/process.ts';
import { maskCallId } from '../mask-call-id.ts';
import { principalOf } from './principal.ts';

export interface Audit {
  /** Resolves when it is written, or could not be: the log says so. Never rejects. */
  write(entry: Omit<AuditEntry, 'auditId' | 'at'>): Promise<void>;
  /** Writes an entry for each request to `app` that is no GET, before it is answered. */
  watch(app: FastifyInstance): void;
}

export interface AuditDeps {
  readonly log: AuditLog;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface AuditNote {
  readonly target?: string;
  readonly reason?: string;
}

const notes = new WeakMap<FastifyRequest, AuditNote>();

/** What the entry for this request says in place of the route's parameters and the body's reason. */
export const noteForAudit = (request: FastifyRequest, note: AuditNote): void => {
  notes.set(request, note);
};

export function createAudit({ log, clock, logger }: AuditDeps): Audit {
  const nextId = createAuditIds();

  async function write(entry: Omit<AuditEntry, 'auditId' | 'at'>): Promise<void> {
    const at = clock.now();
    try {
      await log.write({ ...entry, auditId: nextId(at), at });
    } catch (error) {
      const { actor, action, status } = entry;
      logger.error({ err: error, actor, action, status }, 'audit entry was not written');
    }
  }

  return {
    write,
    watch(app) {
      app.addHook('onSend', async (request, reply) => {
        const { config, url } = request.routeOptions;
        const { method } = request;
        const principal = principalOf(request);
        const changes = method !== 'GET' && method !== 'HEAD';
        if (config.audited !== true && (!changes || config.unaudited === true)) return;
        // Whoever is nobody was let do nothing, and could fill the log with it.
        if (principal === undefined) return;
        await write({
          actor: principal.actor,
          action: `${method} ${url ?? 'unknown'}`,
          target: notes.get(request)?.target ?? targetOf(request),
          status: reply.statusCode,
          address: request.ip,
          reason: notes.get(request)?.reason ?? reasonOf(request.body),
          unit: principal.unit,
        });
      });
    },
  };
}

/** The parameters of the route; call IDs masked, as they open meetings. */
function targetOf({ params }: FastifyRequest): string | undefined {
  if (typeof params !== 'object' || params === null) return undefined;
  const shown = Object.entries(params).map(([name, value]) => {
    const text = String(value);
    return name === 'callId' ? `meeting ${maskCallId(text)}` : text;
  });
  return shown.length === 0 ? undefined : shown.join(' ').slice(0, 200);
}

/** Routes that ask for a reason have it as `reason` in the body. */
function reasonOf(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !('reason' in body)) return undefined;
  return typeof body.reason === 'string' ? body.reason.slice(0, 500) : undefined;
}
