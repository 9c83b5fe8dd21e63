/** What the nodes of one store say to each other, as JSON text on the bus. */
import { z } from 'zod';
import { callActions } from '../call/call-actions.ts';
import { dialOutReasons } from '../call/dial-out.ts';
import { isEventType } from '../call/gateway-event.ts';
import { asCallId, asInviteeId, asLegId, asNodeId, asRoomName } from '../call/identifiers.ts';
import { languages } from '../ivr/language.ts';
import { roles } from '../meeting/invitee.ts';

const nodeId = z.string().min(1).max(64).transform(asNodeId);
const legId = z.string().min(1).max(64).transform(asLegId);
const callId = z.string().transform((text, context) => {
  const id = asCallId(text);
  if (id !== undefined) return id;
  context.addIssue('must be nine digits');
  return z.NEVER;
});
const inviteeId = z.string().min(1).max(64).transform(asInviteeId);
const from = nodeId;
const lineKey = z.string().min(1).max(64);
const requestId = z.string().min(1).max(64);

const clusterMessage = z.discriminatedUnion('type', [
  /** Do this to a call that `to` holds, and answer. */
  z.object({
    type: z.literal('command'),
    from,
    to: nodeId,
    requestId,
    legId,
    action: z.enum(callActions),
    argument: z.string().max(200).optional(),
  }),
  z.object({
    type: z.literal('answer'),
    from,
    to: nodeId,
    requestId,
    outcome: z.enum(['done', 'not-found', 'wrong-state']),
  }),
  /** Call this room system into a meeting: its connection is yours. */
  z.object({
    type: z.literal('dial-out'),
    from,
    to: nodeId,
    requestId,
    callId,
    request: z.object({
      to: z.string().max(200),
      name: z.string().max(200).optional(),
      language: z.enum(languages).optional(),
      trunk: z.string().max(64).optional(),
    }),
  }),
  z.object({
    type: z.literal('dial-out-answer'),
    from,
    to: nodeId,
    requestId,
    answer: z.discriminatedUnion('done', [
      z.object({ done: z.literal(true), legId }),
      z.object({ done: z.literal(false), reason: z.enum(dialOutReasons) }),
    ]),
  }),
  /** An answer that let nobody in. */
  z.object({
    type: z.literal('guess'),
    from,
    at: z.number(),
    source: z.string().max(64).optional(),
  }),
  /** The booking is another now: read it. */
  z.object({ type: z.literal('meeting-changed'), from, callId }),
  /** Ended for all or deleted. */
  z.object({ type: z.literal('meeting-over'), from, callId }),
  /** Whether a phone on this node is in the meeting as its host; `lost`: by no wish of theirs. */
  z.object({
    type: z.literal('host'),
    from,
    callId,
    present: z.boolean(),
    lost: z.boolean().optional(),
  }),
  /** A phone of this node is at a meeting's door or in it; without `seen` it is not there any more. */
  z.object({
    type: z.literal('caller'),
    from,
    legId,
    seen: z
      .object({
        callId,
        place: z.enum(['door', 'in']),
        role: z.enum(roles),
        numberEnd: z
          .string()
          .regex(/^\d\d$/)
          .optional(),
        since: z.number(),
        people: z.number().int().min(1).max(1_000).optional(),
        inviteeId: inviteeId.optional(),
        missing: z.enum(['gone', 'unusable']).optional(),
      })
      .optional(),
  }),
  /** A host mutes all phones but hosts', or takes that back. */
  z.object({ type: z.literal('mute-phones'), from, callId, muted: z.boolean() }),
  /** It is known who calls: earlier calls of the same person that wait give way. */
  z.object({ type: z.literal('called-again'), from, callId, inviteeId, legId, at: z.number() }),
  /** Somebody was removed: they and unknown phones have to knock. */
  z.object({ type: z.literal('removed'), from, callId, inviteeId: inviteeId.optional() }),
  /** A number is in a call of this node; without `key` that call is over. */
  z.object({ type: z.literal('line'), from, legId, key: lineKey.optional() }),
  /** A line broke in a meeting: its caller may be offered the way back, by any node but once. */
  z.object({ type: z.literal('line-dropped'), from, key: lineKey, callId, at: z.number() }),
  z.object({ type: z.literal('line-taken'), from, key: lineKey }),
  /** Callers of this node are in the room, and other nodes' sound of it is taken there; without `door` no more. */
  z.object({
    type: z.literal('sound-door'),
    from,
    room: z.string().min(1).max(300).transform(asRoomName),
    door: z
      .object({
        address: z.union([z.ipv4(), z.ipv6()]),
        port: z.number().int().min(1).max(65_535),
        publicKey: z.base64url().length(43),
      })
      .optional(),
  }),
  /** These were all doors of this node. */
  z.object({ type: z.literal('sound-doors-told'), from }),
  /** Something happened there: for those who listen at any node. */
  z.object({
    type: z.literal('event'),
    from,
    event: z.object({
      eventId: z.string().max(64),
      type: z.string().refine(isEventType),
      at: z.number(),
      data: z.record(z.string(), z.union([z.string().max(500), z.number(), z.boolean(), z.null()])),
    }),
  }),
  /** `node` is dead. */
  z.object({ type: z.literal('gone'), from, node: nodeId }),
  /** I am new, or was away: say again which hosts you have. */
  z.object({ type: z.literal('hello'), from }),
]);

export type ClusterMessage = z.infer<typeof clusterMessage>;
export type MessageOf<Type extends ClusterMessage['type']> = Extract<
  ClusterMessage,
  { type: Type }
>;

export const encodeMessage = (message: ClusterMessage): string => JSON.stringify(message);

/** undefined for anything else, such as the words of a newer version. Never throws. */
export function decodeMessage(text: string): ClusterMessage | undefined {
  try {
    const parsed = clusterMessage.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
