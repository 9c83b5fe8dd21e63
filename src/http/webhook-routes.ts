/** `/api/webhooks`: where events are sent to. */
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Webhook, WebhookBook } from '../call/ports/webhooks.ts';
import type { Clock } from '../call/ports/process.ts';
import { forAdmins } from './access/route-access.ts';
import { newId } from './access/secrets.ts';
import { bodyProblems, problemAnswers } from './field-schemas.ts';
import { ProblemError } from './problems.ts';
import { asText, textOrNull } from './time-text.ts';
import { madeWebhook, newWebhook, shownWebhook, webhookList } from './webhook-schemas.ts';

export interface WebhookSupport {
  readonly book: WebhookBook;
  /** What is wrong with a URL, if anything. */
  readonly urlProblem: (url: string) => string | undefined;
  readonly newSecret: () => string;
}

const tags = ['webhooks'];
const params = z.object({ webhookId: z.string().max(64) });

const show = (webhook: Webhook): z.infer<typeof shownWebhook> => {
  const { failingSince, disabledAt, nextAttemptAt } = webhook;
  const isFailing = failingSince !== undefined && disabledAt === undefined;
  return {
    webhookId: webhook.webhookId,
    url: webhook.url,
    events: [...webhook.events],
    description: webhook.description ?? null,
    createdAt: asText(webhook.createdAt),
    state: disabledAt !== undefined ? 'disabled' : isFailing ? 'failing' : 'active',
    failingSince: textOrNull(failingSince),
    attempts: webhook.attempts,
    nextAttemptAt: isFailing ? asText(nextAttemptAt) : null,
    lastProblem: webhook.lastProblem ?? null,
    disabledAt: textOrNull(disabledAt),
    lastDeliveredAt: textOrNull(webhook.lastDeliveredAt),
  };
};

export function webhookRoutes(
  { book, urlProblem, newSecret }: WebhookSupport,
  clock: Clock,
): FastifyPluginCallbackZod {
  return (app, _options, done) => {
    app.post(
      '/api/webhooks',
      {
        config: forAdmins,
        schema: {
          tags,
          summary: 'Send events to a URL; the secret is shown this once',
          body: newWebhook,
          response: { 201: madeWebhook, ...problemAnswers(...bodyProblems) },
        },
      },
      async (request, reply) => {
        const { url, events, description } = request.body;
        const detail = urlProblem(url);
        if (detail !== undefined)
          throw new ProblemError('request/invalid', { errors: [{ pointer: '#/url', detail }] });
        const secret = newSecret();
        const webhook: Webhook = {
          webhookId: newId('whk'),
          url,
          events: [...new Set(events)],
          description: description ?? undefined,
          createdAt: clock.now(),
          failingSince: undefined,
          attempts: 0,
          nextAttemptAt: 0,
          lastProblem: undefined,
          disabledAt: undefined,
        };
        await book.add(webhook, secret);
        return reply.code(201).send({ ...show(webhook), secret });
      },
    );
    app.get(
      '/api/webhooks',
      {
        config: forAdmins,
        schema: {
          tags,
          summary: 'List the webhooks and how they do',
          response: { 200: webhookList, ...problemAnswers() },
        },
      },
      async () => ({ items: (await book.list()).map(show) }),
    );
    app.post(
      '/api/webhooks/:webhookId/enable',
      {
        config: forAdmins,
        schema: {
          tags,
          summary: 'Begin anew with a webhook that failed',
          params,
          response: { 200: shownWebhook, ...problemAnswers('webhook/not-found') },
        },
      },
      async ({ params: { webhookId } }) => {
        await book.enable(webhookId);
        const webhook = await book.get(webhookId);
        if (webhook === undefined) throw new ProblemError('webhook/not-found');
        return show(webhook);
      },
    );
    app.delete(
      '/api/webhooks/:webhookId',
      {
        config: forAdmins,
        schema: {
          tags,
          summary: 'Send nothing there any more; what waits is dropped',
          params,
          response: { 204: z.undefined(), ...problemAnswers('webhook/not-found') },
        },
      },
      async ({ params: { webhookId } }, reply) => {
        if (!(await book.remove(webhookId))) throw new ProblemError('webhook/not-found');
        return reply.code(204).send();
      },
    );
    done();
  };
}
