/** What a host on the phone wants done to others than the own call. */
import type { CallId, LegId } from './identifiers.ts';

export type HostAct =
  | { readonly act: 'admit'; readonly legId: LegId }
  | { readonly act: 'refuse'; readonly legId: LegId }
  | { readonly act: 'mute-phones'; readonly callId: CallId; readonly muted: boolean }
  | { readonly act: 'set-locked'; readonly callId: CallId; readonly locked: boolean }
  | { readonly act: 'end'; readonly callId: CallId };

/** Somebody who can be let in by a host. */
export interface WaitingCaller {
  readonly legId: LegId;
  /** The last two digits of the number, as the room would show them; undefined where withheld. */
  readonly numberEnd: string | undefined;
}
