/** What a host does to one caller, or to all phones of a meeting, beyond letting in and muting. */
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { hostMessages } from '../call/host-message.ts';
import { asCallId, asLegId, type CallId, type LegId } from '../call/identifiers.ts';
import { isOver } from '../meeting/admission.ts';
import { forBooking, forHelp } from './access/route-access.ts';
import { bodyProblems, callId, legId, problemAnswers, title } from './field-schemas.ts';
import type { HttpAppOptions, LiveOutcome, SideRoom } from './ports.ts';
import { ProblemError } from './problems.ts';

const params = z.object({ legId });
const tags = ['calls'];
const done = z.undefined();
const problems = problemAnswers(
  ...bodyProblems,
  'call/not-found',
  'call/wrong-state',
  'call/node-unreachable',
);

const messageRequest = z.strictObject({ message: z.enum(hostMessages) });
const moveRequest = z.strictObject({ callId });
const renameRequest = z.strictObject({ name: title.min(1).max(100) });
const muteAllRequest = z.strictObject({
  muted: z.boolean().nullish().describe('false takes it back. Default: true'),
});
const talkRequest = z.strictObject({
  host: legId.nullish().describe('A host on the phone. Without it the answer has a token'),
});
const sideRoom = z
  .object({
    room: z.string(),
    url: z.string().nullable().describe('null where a host on the phone was named'),
    token: z.string().nullable().describe('For this room alone; the same'),
  })
  .meta({ id: 'SideRoom' });

export function hostRoutes(options: HttpAppOptions): FastifyPluginCallbackZod {
  return (app, _options, ready) => {
    app.register(callerRoutes(options));
    app.register(talkRoutes(options));
    app.register(muteAllRoute(options));
    ready();
  };
}

/** Throws where it was not done. */
export async function expectDone(
  calls: HttpAppOptions['calls'],
  leg: LegId,
  asked: LiveOutcome | Promise<LiveOutcome>,
): Promise<void> {
  const outcome = await asked;
  if (outcome === 'done') return;
  if (outcome === 'unreachable') throw new ProblemError('call/node-unreachable');
  const known = outcome === 'wrong-state' || (await calls.get(leg)) !== undefined;
  throw new ProblemError(known ? 'call/wrong-state' : 'call/not-found');
}

function callerRoutes({ calls, live, meetings }: HttpAppOptions): FastifyPluginCallbackZod {
  async function target(text: string): Promise<CallId> {
    const id = asCallId(text);
    const meeting = id === undefined ? undefined : await meetings.byCallId(id);
    if (meeting === undefined) throw new ProblemError('meeting/not-found');
    if (isOver(meeting, Date.now())) throw new ProblemError('meeting/over');
    return meeting.callId;
  }

  return (app, _options, ready) => {
    app.post(
      '/api/calls/:legId/message',
      {
        config: forHelp,
        schema: {
          tags,
          summary: 'Tell a waiting caller one of the fixed sentences, in their language',
          params,
          body: messageRequest,
          response: { 204: done, ...problems },
        },
      },
      async ({ params: { legId: id }, body }, reply) => {
        await expectDone(calls, asLegId(id), live.message(asLegId(id), body.message));
        return reply.code(204).send();
      },
    );
    app.post(
      '/api/calls/:legId/move',
      {
        config: forBooking,
        schema: {
          tags,
          summary: 'Move a caller to another meeting, without a new call',
          description: 'The caller is told first. Where the meeting is full, they stay.',
          params,
          body: moveRequest,
          response: { 204: done, ...problems, ...moveProblems },
        },
      },
      async ({ params: { legId: id }, body }, reply) => {
        const to = await target(body.callId);
        await expectDone(calls, asLegId(id), live.move(asLegId(id), to));
        return reply.code(204).send();
      },
    );
    app.post(
      '/api/calls/:legId/rename',
      {
        config: forBooking,
        schema: {
          tags,
          summary: 'Show a caller under another name in the room',
          params,
          body: renameRequest,
          response: { 204: done, ...problems },
        },
      },
      async ({ params: { legId: id }, body }, reply) => {
        await expectDone(calls, asLegId(id), live.rename(asLegId(id), body.name));
        return reply.code(204).send();
      },
    );
    ready();
  };
}

const moveProblems = problemAnswers(
  ...bodyProblems,
  'call/not-found',
  'call/wrong-state',
  'call/node-unreachable',
  'meeting/not-found',
  'meeting/over',
);

function talkRoutes({ calls, live, sideRooms }: HttpAppOptions): FastifyPluginCallbackZod {
  /** The host first: a caller is not put into a room where nobody comes. */
  async function withPhone(caller: LegId, host: LegId): Promise<SideRoom> {
    const room = sideRooms.newRoom();
    await expectDone(calls, host, live.talk(host, room));
    try {
      await expectDone(calls, caller, live.talk(caller, room));
    } catch (error) {
      await live.endTalk(host);
      throw error;
    }
    return { room, url: null, token: null };
  }

  async function withBrowser(caller: LegId): Promise<SideRoom> {
    const room = sideRooms.newRoom();
    const access = await sideRooms.access(room);
    await expectDone(calls, caller, live.talk(caller, room));
    return { room, ...access };
  }

  return (app, _options, ready) => {
    app.post(
      '/api/calls/:legId/talk',
      {
        config: forBooking,
        schema: {
          tags,
          summary: 'A private word with a waiting caller, in a room of its own',
          description: 'Ends when either of the two leaves, or with DELETE. It admits nobody.',
          params,
          body: talkRequest,
          response: { 200: sideRoom, ...problems },
        },
      },
      ({ params: { legId: id }, body }) => {
        const { host } = body;
        return typeof host === 'string'
          ? withPhone(asLegId(id), asLegId(host))
          : withBrowser(asLegId(id));
      },
    );
    app.delete(
      '/api/calls/:legId/talk',
      {
        config: forBooking,
        schema: {
          tags,
          summary: 'End a private word; both go back where they came from',
          params,
          response: { 204: done, ...problems },
        },
      },
      async ({ params: { legId: id } }, reply) => {
        await expectDone(calls, asLegId(id), live.endTalk(asLegId(id)));
        return reply.code(204).send();
      },
    );
    ready();
  };
}

function muteAllRoute({ meetings, live }: HttpAppOptions): FastifyPluginCallbackZod {
  return (app, _options, ready) => {
    app.post(
      '/api/meetings/:callId/mute-all',
      {
        config: forBooking,
        schema: {
          tags: ['meetings'],
          summary: 'Mute all phones but hosts’, on all nodes, or take that back',
          params: z.object({ callId }),
          body: muteAllRequest,
          response: { 204: done, ...problemAnswers(...bodyProblems, 'meeting/not-found') },
        },
      },
      async ({ params: { callId: text }, body }, reply) => {
        const id = asCallId(text);
        if (id === undefined || (await meetings.byCallId(id)) === undefined)
          throw new ProblemError('meeting/not-found');
        live.mutePhones(id, body.muted ?? true);
        return reply.code(204).send();
      },
    );
    ready();
  };
}
