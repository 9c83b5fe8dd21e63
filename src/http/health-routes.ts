/** `/health/live`: the process answers. `/health/ready`: it can take calls, part by part. */
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { TrunkStatus } from '../call/ports/sip-engine.ts';
import type { HealthChecks } from './ports.ts';

const checkTimeoutMs = 2_000;
const tags = ['health'];

const readiness = z.object({
  status: z.enum(['ready', 'not-ready']),
  checks: z.record(z.string(), z.enum(['up', 'down'])),
  /** For people: the gateway is ready with trunks that are down. */
  trunks: z.record(z.string(), z.enum(['up', 'down', 'unknown'])).optional(),
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

export function healthRoutes(
  health: HealthChecks,
  trunks?: () => readonly TrunkStatus[],
): FastifyPluginCallbackZod {
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
      async (_request, reply) => {
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
          ...(trunks && {
            trunks: Object.fromEntries(trunks().map((each) => [each.name, trunkState(each)])),
          }),
        });
      },
    );
    done();
  };
}
