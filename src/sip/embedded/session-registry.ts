/** The live sessions and the three ways to one: its dialog, its requests' names, its INVITEs' keys. */
import type { SessionEvent, SessionMachine } from '../dialog/session.ts';
import type { Flow } from '../transaction/flow.ts';

export interface SessionEntry {
  readonly machine: SessionMachine;
  /** Call-ID and local tag. */
  readonly dialogKey: string;
  /** The flow on which the session began; undefined for outgoing ones whose way was not chosen. */
  readonly flow: Flow | undefined;
  readonly isDirect: boolean;
  /** The key of the last INVITE that we received in it. */
  inviteKey: string | undefined;
  readonly clientIds: Set<string>;
  readonly mailbox: EventMailbox;
}

/** Keeps events until somebody listens, and a listener's throw away from the engine. */
export interface EventMailbox {
  deliver(event: SessionEvent): void;
  listen(listener: (event: SessionEvent) => void): void;
}

export const createEventMailbox = (onThrow: (error: unknown) => void): EventMailbox => {
  const waiting: SessionEvent[] = [];
  let listener: ((event: SessionEvent) => void) | undefined;
  const hand = (to: (event: SessionEvent) => void, event: SessionEvent): void => {
    try {
      to(event);
    } catch (error) {
      onThrow(error);
    }
  };
  return {
    deliver: (event) => {
      if (listener === undefined) waiting.push(event);
      else hand(listener, event);
    },
    listen: (newListener) => {
      listener = newListener;
      for (const event of waiting.splice(0)) hand(newListener, event);
    },
  };
};

export const createSessionEntry = (
  fields: Pick<SessionEntry, 'machine' | 'dialogKey' | 'flow' | 'isDirect'>,
  onThrow: (error: unknown) => void,
): SessionEntry => ({
  ...fields,
  inviteKey: undefined,
  clientIds: new Set(),
  mailbox: createEventMailbox(onThrow),
});

export const dialogKeyOf = (sipCallId: string, localTag: string): string =>
  `${localTag}|${sipCallId}`;

export interface SessionRegistry {
  add(entry: SessionEntry): void;
  remove(entry: SessionEntry): void;
  byDialog(sipCallId: string, localTag: string, remoteTag: string): SessionEntry | undefined;
  byClientId(clientId: string): SessionEntry | undefined;
  byInviteKey(inviteKey: string): SessionEntry | undefined;
  addClientId(entry: SessionEntry, clientId: string): void;
  removeClientId(clientId: string): void;
  setInviteKey(entry: SessionEntry, inviteKey: string): void;
  has(entry: SessionEntry): boolean;
  readonly all: readonly SessionEntry[];
  readonly size: number;
}

export const createSessionRegistry = (): SessionRegistry => {
  const entries = new Map<string, SessionEntry>();
  const clientIds = new Map<string, SessionEntry>();
  const inviteKeys = new Map<string, SessionEntry>();
  return {
    add: (entry) => void entries.set(entry.dialogKey, entry),
    remove: (entry) => {
      entries.delete(entry.dialogKey);
      for (const clientId of entry.clientIds) clientIds.delete(clientId);
      if (entry.inviteKey !== undefined) inviteKeys.delete(entry.inviteKey);
    },
    byDialog: (sipCallId, localTag, remoteTag) => {
      const entry = entries.get(dialogKeyOf(sipCallId, localTag));
      return entry?.machine.isPeer(remoteTag) === true ? entry : undefined;
    },
    byClientId: (clientId) => clientIds.get(clientId),
    byInviteKey: (inviteKey) => inviteKeys.get(inviteKey),
    addClientId: (entry, clientId) => {
      entry.clientIds.add(clientId);
      clientIds.set(clientId, entry);
    },
    removeClientId: (clientId) => {
      clientIds.get(clientId)?.clientIds.delete(clientId);
      clientIds.delete(clientId);
    },
    setInviteKey: (entry, inviteKey) => {
      if (entry.inviteKey !== undefined) inviteKeys.delete(entry.inviteKey);
      entry.inviteKey = inviteKey;
      inviteKeys.set(inviteKey, entry);
    },
    has: (entry) => entries.get(entry.dialogKey) === entry,
    get all() {
      return [...entries.values()];
    },
    get size() {
      return entries.size;
    },
  };
};
