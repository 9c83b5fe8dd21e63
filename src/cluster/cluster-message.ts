/** What the nodes of one store say to each other, as JSON text on the bus. */
import { z } from 'zod';
import { asCallId, asLegId, asNodeId } from '../call/identifiers.ts';

export const callActions = ['admit', 'refuse', 'mute', 'unmute', 'hangUp'] as const;
export type CallAction = (typeof callActions)[number];

const nodeId = z.string().min(1).max(64).transform(asNodeId);
const legId = z.string().min(1).max(64).transform(asLegId);
const callId = z.string().transform((text, context) => {
  const id = asCallId(text);
  if (id !== undefined) return id;
  context.addIssue('must be nine digits');
  return z.NEVER;
});
const from = nodeId;
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
  }),
  z.object({
    type: z.literal('answer'),
    from,
    to: nodeId,
    requestId,
    outcome: z.enum(['done', 'not-found', 'wrong-state']),
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
