/** `/api/meetings/{callId}/invitees`: who is expected, with a PIN of their own. */
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { asCallId, asInviteeId, type CallId } from '../call/identifiers.ts';
import type { InviteeOutcome } from '../call/ports/invitees.ts';
import type { Invitee } from '../meeting/invitee.ts';
import { forBooking } from './access/route-access.ts';
import { bodyProblems, callId, problemAnswers } from './field-schemas.ts';
import { inviteeChanges, inviteeList, newInvitee, shownInvitee } from './invitee-schemas.ts';
import { showInvitee, toInviteeChanges, toInviteeDraft } from './invitee-view.ts';
import type { HttpAppOptions } from './ports.ts';
import { ProblemError } from './problems.ts';

const tags = ['meetings'];
const meetingParams = z.object({ callId });
const inviteeParams = z.object({ callId, inviteeId: z.string().min(1).max(64) });

function callIdOf(text: string): CallId {
  const id = asCallId(text);
  if (id === undefined) throw new ProblemError('meeting/not-found');
  return id;
}

function inviteeOf(outcome: InviteeOutcome, missing: 'meeting' | 'invitee'): Invitee {
  if (outcome.done) return outcome.invitee;
  switch (outcome.reason) {
    case 'not-found':
      throw new ProblemError(`${missing}/not-found`);
    case 'full':
      throw new ProblemError('invitee/too-many');
    case 'pin-taken':
      throw new ProblemError('invitee/pin-taken', {
        errors: [{ pointer: '#/pin', detail: 'is another PIN of the meeting' }],
      });
    case 'pin-length':
      throw new ProblemError('request/invalid', {
        errors: [
          {
            pointer: '#/pin',
            detail: `must have ${outcome.length} digits as the meeting's others`,
          },
        ],
      });
  }
}

export function inviteeRoutes(options: HttpAppOptions): FastifyPluginCallbackZod {
  const { invitees, meetings, live } = options;

  /** Callers who wait or are in may be somebody else's now, or be called otherwise. */
  async function tell(id: CallId): Promise<void> {
    const meeting = await meetings.byCallId(id);
    if (meeting !== undefined) live.meetingChanged(meeting);
  }

  return (app, _options, done) => {
    app.get(
      '/api/meetings/:callId/invitees',
      {
        config: forBooking,
        schema: {
          tags,
          summary: 'List who is invited, oldest first',
          params: meetingParams,
          response: {
            200: inviteeList,
            ...problemAnswers('request/invalid', 'meeting/not-found'),
          },
        },
      },
      async ({ params }) => {
        const found = await invitees.list(callIdOf(params.callId));
        if (found === undefined) throw new ProblemError('meeting/not-found');
        return { items: found.map(showInvitee), nextCursor: null };
      },
    );

    app.post(
      '/api/meetings/:callId/invitees',
      {
        config: forBooking,
        schema: {
          tags,
          summary: 'Invite somebody, with a PIN of their own',
          params: meetingParams,
          body: newInvitee,
          response: {
            201: shownInvitee,
            ...problemAnswers(
              ...bodyProblems,
              'meeting/not-found',
              'invitee/pin-taken',
              'invitee/too-many',
            ),
          },
        },
      },
      async ({ params, body }, reply) => {
        const id = callIdOf(params.callId);
        const invitee = inviteeOf(await invitees.add(id, toInviteeDraft(body)), 'meeting');
        await tell(id);
        return reply
          .code(201)
          .header('location', `/api/meetings/${id}/invitees/${invitee.inviteeId}`)
          .send(showInvitee(invitee));
      },
    );

    app.patch(
      '/api/meetings/:callId/invitees/:inviteeId',
      {
        config: forBooking,
        schema: {
          tags,
          summary: 'Change an invitee; a live call shows it at once',
          params: inviteeParams,
          body: inviteeChanges,
          response: {
            200: shownInvitee,
            ...problemAnswers(
              ...bodyProblems,
              'meeting/not-found',
              'invitee/not-found',
              'invitee/pin-taken',
            ),
          },
        },
      },
      async ({ params, body }) => {
        const id = callIdOf(params.callId);
        const inviteeId = asInviteeId(params.inviteeId);
        const outcome = await invitees.change(id, inviteeId, toInviteeChanges(body));
        const invitee = inviteeOf(outcome, 'invitee');
        await tell(id);
        return showInvitee(invitee);
      },
    );

    app.delete(
      '/api/meetings/:callId/invitees/:inviteeId',
      {
        config: forBooking,
        schema: {
          tags,
          summary: 'Invite somebody no longer; a live call of theirs goes on',
          params: inviteeParams,
          response: {
            204: z.undefined(),
            ...problemAnswers('request/invalid', 'meeting/not-found', 'invitee/not-found'),
          },
        },
      },
      async ({ params }, reply) => {
        const id = callIdOf(params.callId);
        if (!(await invitees.remove(id, asInviteeId(params.inviteeId))))
          throw new ProblemError('invitee/not-found');
        await tell(id);
        return reply.code(204).send();
      },
    );
    done();
  };
}
