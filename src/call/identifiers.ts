/** Branded identifiers: never a bare `id`, so that one kind is not handed over for another. */
declare const brand: unique symbol;
type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** A meeting's nine digits. A credential: never logged. */
export type CallId = Brand<string, 'CallId'>;
/** The Call-ID header of a SIP dialog. */
export type SipCallId = Brand<string, 'SipCallId'>;
/** ringbro's own key of one call (one leg), 22 characters of base64url. */
export type LegId = Brand<string, 'LegId'>;
/** Our key of somebody invited to a meeting. */
export type InviteeId = Brand<string, 'InviteeId'>;
/** One gateway process's name, kept in its data folder. */
export type NodeId = Brand<string, 'NodeId'>;
/** A LiveKit room's name: random, never made from the call ID. */
export type RoomName = Brand<string, 'RoomName'>;

export const callIdPattern = /^[0-9]{9}$/;

/** The nine digits as a CallId, or undefined where they are not nine digits. */
export const asCallId = (text: string): CallId | undefined =>
  callIdPattern.test(text) ? (text as CallId) : undefined;
export const asSipCallId = (text: string): SipCallId => text as SipCallId;
export const asLegId = (text: string): LegId => text as LegId;
export const asInviteeId = (text: string): InviteeId => text as InviteeId;
export const asNodeId = (text: string): NodeId => text as NodeId;
export const asRoomName = (text: string): RoomName => text as RoomName;
