/** `/api/meetings`: booking, and what can be done to a meeting that is on. */
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { asCallId, type CallId } from '../call/identifiers.ts';
import type { Meeting, MeetingOutcome } from '../call/ports/meetings.ts';
import { decodeCursor, encodeCursor, pageOf } from './cursor.ts';
import { unitFor } from './access/principal.ts';
import { forBooking } from './access/route-access.ts';
import { bodyProblems, callId, cursor, limit, problemAnswers } from './field-schemas.ts';
import { meetingChanges, meetingPage, newMeeting, shownMeeting } from './meeting-schemas.ts';
import { createMeetingView, toChanges, toDraft } from './meeting-view.ts';
import type { HttpAppOptions } from './ports.ts';
import { ProblemError } from './problems.ts';

const params = z.object({ callId });
const tags = ['meetings'];
/** What was validated as nine digits is a call ID. */
function callIdOf(text: string): CallId {
  const id = asCallId(text);
  if (id === undefined) throw new ProblemError('meeting/not-found');
  return id;
}

function meetingOf(outcome: MeetingOutcome): Meeting {
  if (outcome.done) return outcome.meeting;
  if (outcome.reason === 'not-found') throw new ProblemError('meeting/not-found');
  throw new ProblemError('meeting/taken', {
    errors: [{ pointer: `#/${outcome.reason}`, detail: 'is taken by another meeting' }],
  });
}

export function meetingRoutes(options: HttpAppOptions): FastifyPluginCallbackZod {
  return (app, _options, done) => {
    app.register(bookingRoutes(options));
    app.register(meetingActionRoutes(options));
    done();
  };
}

function bookingRoutes(options: HttpAppOptions): FastifyPluginCallbackZod {
  const { meetings, rooms, live, timeZone, logger } = options;
  const show = createMeetingView(options);

  async function find(text: string): Promise<Meeting> {
    const meeting = await meetings.byCallId(callIdOf(text));
    if (meeting === undefined) throw new ProblemError('meeting/not-found');
    return meeting;
  }

  return (app, _options, done) => {
    app.post(
      '/api/meetings',
      {
        config: forBooking,
        schema: {
          tags,
          summary: 'Book a meeting',
          body: newMeeting,
          response: { 201: shownMeeting, ...problemAnswers(...bodyProblems, 'meeting/taken') },
        },
      },
      async (request, reply) => {
        const given = { ...request.body, ...unitFor(request, request.body.unit ?? undefined) };
        const meeting = meetingOf(await meetings.create(toDraft(given, timeZone)));
        return reply
          .code(201)
          .header('location', `/api/meetings/${meeting.callId}`)
          .send(show(meeting));
      },
    );

    app.get(
      '/api/meetings',
      {
        config: forBooking,
        schema: {
          tags,
          summary: 'List meetings, newest first',
          querystring: z.strictObject({ limit, cursor }),
          response: { 200: meetingPage, ...problemAnswers('request/invalid') },
        },
      },
      async ({ query }) => {
        const after = query.cursor === undefined ? undefined : decodeMeetingCursor(query.cursor);
        const found = await meetings.list({ limit: query.limit + 1, after });
        return pageOf(found, query.limit, show, (last) =>
          encodeCursor(last.createdAt, last.callId),
        );
      },
    );

    app.get(
      '/api/meetings/:callId',
      {
        config: forBooking,
        schema: {
          tags,
          summary: 'Read a meeting',
          params,
          response: {
            200: shownMeeting,
            ...problemAnswers('request/invalid', 'meeting/not-found'),
          },
        },
      },
      async (request) => show(await find(request.params.callId)),
    );

    app.patch(
      '/api/meetings/:callId',
      {
        config: forBooking,
        schema: {
          tags,
          summary: 'Change a meeting',
          params,
          body: meetingChanges,
          response: {
            200: shownMeeting,
            ...problemAnswers(...bodyProblems, 'meeting/not-found', 'meeting/taken'),
          },
        },
      },
      async (request) => {
        unitFor(request, request.body.unit);
        const before = await find(request.params.callId);
        const changes = toChanges(request.body, before, timeZone);
        const changed = meetingOf(await meetings.change(before.callId, changes));
        live.meetingChanged(changed);
        return show(changed);
      },
    );

    app.delete(
      '/api/meetings/:callId',
      {
        config: forBooking,
        schema: {
          tags,
          summary: 'Delete a meeting; its room is closed',
          params,
          response: {
            204: z.undefined(),
            ...problemAnswers('request/invalid', 'meeting/not-found'),
          },
        },
      },
      async (request, reply) => {
        const meeting = await find(request.params.callId);
        await meetings.remove(meeting.callId);
        live.meetingOver(meeting.callId);
        // Nobody new gets in from here on; a meeting server that is down must not keep the booking.
        await rooms.deleteRoom(meeting.room).catch((error: unknown) => {
          logger.warn({ err: error }, 'room of a deleted meeting was not closed');
        });
        return reply.code(204).send();
      },
    );
    done();
  };
}

function decodeMeetingCursor(text: string): { createdAt: number; callId: CallId } {
  const { at, key } = decodeCursor(text);
  return { createdAt: at, callId: callIdOf(key) };
}

function meetingActionRoutes(options: HttpAppOptions): FastifyPluginCallbackZod {
  const { meetings, rooms, live } = options;
  const show = createMeetingView(options);
  const schema = {
    tags,
    params,
    response: { 200: shownMeeting, ...problemAnswers('request/invalid', 'meeting/not-found') },
  };

  async function end(id: CallId): Promise<Meeting> {
    const meeting = await meetings.byCallId(id);
    if (meeting === undefined) throw new ProblemError('meeting/not-found');
    await rooms.deleteRoom(meeting.room);
    const renewed = meetingOf(await meetings.renewRoom(id));
    live.meetingOver(id);
    return renewed;
  }

  return (app, _options, done) => {
    for (const [action, locked] of [
      ['lock', true],
      ['unlock', false],
    ] as const) {
      app.post(
        `/api/meetings/:callId/${action}`,
        {
          config: forBooking,
          schema: { ...schema, summary: `${locked ? 'Lock' : 'Unlock'} a meeting` },
        },
        async (request) => {
          const changed = meetingOf(
            await meetings.change(callIdOf(request.params.callId), { locked }),
          );
          live.meetingChanged(changed);
          return show(changed);
        },
      );
    }
    app.post(
      '/api/meetings/:callId/end',
      {
        config: forBooking,
        schema: {
          ...schema,
          response: {
            ...schema.response,
            ...problemAnswers('service/livekit-unavailable'),
          },
          summary: 'End a meeting for all. Its room is closed and gets a new name',
        },
      },
      async (request) => show(await end(callIdOf(request.params.callId))),
    );
    done();
  };
}
