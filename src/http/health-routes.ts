/** `/health/live`: the process answers. `/health/ready`: it can take calls, part by part. */
import type { FastifyRequest } from 'fastify';
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { TrunkStatus } from '../call/ports/sip-engine.ts';
import type { Gate } from './access/gate.ts';
import type { CanaryView } from './canary-routes.ts';
import type { HealthChecks } from './ports.ts';

const checkTimeoutMs = 2_000;
const tags = ['health'];

const readiness = z.object({
  status: z.enum(['ready', 'not-ready']),
  checks: z.record(z.string(), z.enum(['up', 'down'])),
  /** For those with a key: names of carriers are nobody else's. The gateway is ready with trunks that are down. */
  trunks: z.record(z.string(), z.enum(['up', 'down', 'unknown'])).optional(),
  /** By number, for those with a key; one that is down does not make the gateway unready. */
  canary: z.record(z.string(), z.enum(['up', 'down'])).optional(),
  /** Until the first certificate of SIP over TLS ends. */
  certificateDaysLeft: z.number().int().optional(),
});

async function isUp(check: HealthChecks[string]): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => {
      resolve(false);
    }, checkTimeoutMs);
  });
  try {
    return await Promise.race([check(), late]);
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}

/** What is neither registered with nor watched says nothing of itself. */
function trunkState({ registered, peer }: TrunkStatus): 'up' | 'down' | 'unknown' {
  if (registered === false || peer === 'down') return 'down';
  return registered === true || peer === 'up' ? 'up' : 'unknown';
}

const canaryStates = (canary: CanaryView) =>
  Object.fromEntries(
    canary
      .results()
      .map(({ number, problem }) => [
        number,
        problem === undefined ? ('up' as const) : ('down' as const),
      ]),
  );

export interface HealthRoutesDeps {
  readonly health: HealthChecks;
  readonly trunks?: () => readonly TrunkStatus[];
  readonly certificateDaysLeft?: () => number;
  readonly canary?: CanaryView | undefined;
  readonly gate: Pick<Gate, 'identify'>;
}

export function healthRoutes(deps: HealthRoutesDeps): FastifyPluginCallbackZod {
  const { health, trunks, certificateDaysLeft, canary, gate } = deps;
  /** The store may be down: then nobody but the root key is known, and health goes on. */
  const isKnown = (request: FastifyRequest): Promise<boolean> =>
    gate.identify(request).then(
      (principal) => principal !== undefined,
      () => false,
    );

  return (app, _options, done) => {
    app.get(
      '/health/live',
      {
        schema: {
          tags,
          summary: 'The process answers',
          security: [],
          response: { 200: z.object({ status: z.literal('live') }) },
        },
      },
      () => ({ status: 'live' as const }),
    );
    app.get(
      '/health/ready',
      {
        schema: {
          tags,
          summary: 'Calls can be taken: each part is up',
          security: [],
          response: { 200: readiness, 503: readiness },
        },
      },
      async (request, reply) => {
        const asksMore = trunks !== undefined || canary !== undefined;
        const known = asksMore && (await isKnown(request));
        const shown = known ? trunks?.() : undefined;
        const checked = await Promise.all(
          Object.entries(health).map(async ([name, check]) => [name, await isUp(check)] as const),
        );
        const ready = checked.every(([, up]) => up);
        const checks = Object.fromEntries(
          checked.map(([name, up]) => [name, up ? ('up' as const) : ('down' as const)]),
        );
        return reply.code(ready ? 200 : 503).send({
          status: ready ? 'ready' : 'not-ready',
          checks,
          ...(certificateDaysLeft && { certificateDaysLeft: certificateDaysLeft() }),
          ...(known && canary && { canary: canaryStates(canary) }),
          ...(shown && {
            trunks: Object.fromEntries(shown.map((each) => [each.name, trunkState(each)])),
          }),
        });
      },
    );
    done();
  };
}
